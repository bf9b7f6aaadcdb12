//! A call that is known already: from memory, or where that has let it go, from the journal.

use std::sync::Arc;

use remit_core::{ActionId, Event, Proposal, RunId, command::Reuse};

use crate::{
    error::Error,
    plane::{Plane, Ward},
    view::ActionCard,
};

/// The card of an action of this run, folded again from the run's records when memory has let it go.
pub(crate) async fn card(
    plane: &Plane,
    ward: &Ward,
    (run, action): (RunId, ActionId),
) -> Result<Option<Arc<ActionCard>>, Error> {
    if let Some(card) = ward.view.action(action) {
        return Ok(Some(card));
    }
    let (journal, view) = (plane.journal.clone(), Arc::clone(&ward.view));
    let recalled = tokio::task::spawn_blocking(move || {
        let past = view.recall(&journal.by_run(view.name(), run)?);
        Ok(past.actions.get(&action).cloned())
    });
    recalled.await.map_err(|error| Error::Unavailable(error.to_string()))?
}

/// In what a call differs from the one that used its key first; nothing where its key is new.
pub(crate) async fn reused(plane: &Plane, ward: &Ward, proposal: &Proposal) -> Option<Reuse> {
    // Only a key that the caller gave can stand for another call, or other words with the same one.
    if proposal.key.is_none() && proposal.asserted.is_empty() {
        return None;
    }
    let by = ward.view.read(|inner| inner.state.used_before(proposal))?;
    let first = card(plane, ward, (proposal.run, by)).await.ok()??;
    let Event::ActionDecided(decided) = &first.decided.event else { return None };
    Some(Reuse { by, differs: remit_contract::difference(&decided.proposal, proposal) })
}
