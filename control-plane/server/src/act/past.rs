//! An action that memory has let go, as the journal still tells it: who asks for it again gets what is on record.

use std::sync::Arc;

use remit_core::ActionId;

use crate::{
    error::Error,
    plane::{Plane, Ward},
    view::ActionCard,
};

/// Looks for an action in the domain's journal.
pub(super) async fn recall(plane: &Plane, ward: &Ward, action: ActionId) -> Result<Arc<ActionCard>, Error> {
    let (journal, view) = (plane.journal.clone(), Arc::clone(&ward.view));
    // The journal waits for the disk: not where others wait too.
    let looked = tokio::task::spawn_blocking(move || -> Result<_, Error> {
        let records = journal.by_action(view.name(), action)?;
        if let Some(card) = view.past_card(action, &records) {
            return Ok(Some(Arc::new(card)));
        }
        // The state has let the whole run go.
        let Some(run) = records.iter().find_map(|record| record.event.run()) else { return Ok(None) };
        Ok(view.recall(&journal.by_run(view.name(), run)?).actions.remove(&action))
    });
    let card = looked.await.map_err(|error| Error::Unavailable(error.to_string()))??;
    card.ok_or_else(|| Error::NotFound(format!("there is no action `{action}` here")))
}

#[cfg(test)]
mod tests;
