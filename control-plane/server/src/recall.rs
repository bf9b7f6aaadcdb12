//! A call that is known already: from memory, or where that has let it go, from the journal.

use std::sync::Arc;

use remit_core::{ActionId, Event, Proposal, RunId, command::Reuse};

use crate::{
    error::Error,
    plane::{Plane, Ward},
    view::{ActionCard, Inner, View},
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

/// The run of an action as its records tell it, with its domain; nothing where no domain has the action. The journal
/// waits for the disk: not where others wait too.
pub(crate) async fn past(plane: &Plane, action: ActionId) -> Result<Option<(Arc<View>, Inner)>, Error> {
    let views: Vec<Arc<View>> = plane.business().map(|ward| Arc::clone(&ward.view)).collect();
    let journal = plane.journal.clone();
    let looked = tokio::task::spawn_blocking(move || {
        for view in views {
            let records = journal.by_action(view.name(), action)?;
            let Some(run) = records.iter().find_map(|record| record.event.run()) else { continue };
            let past = view.recall(&journal.by_run(view.name(), run)?);
            if past.actions.contains_key(&action) {
                return Ok(Some((view, past)));
            }
        }
        Ok(None)
    });
    looked.await.map_err(|error| Error::Unavailable(error.to_string()))?
}

/// The card of an action that memory has let go: it has come to its end long ago.
pub(crate) async fn gone(plane: &Plane, action: ActionId) -> Result<Arc<ActionCard>, Error> {
    let past = past(plane, action).await?;
    let card = past.and_then(|(_, past)| past.actions.get(&action).cloned());
    card.ok_or_else(|| Error::NotFound(format!("there is no action `{action}` here")))
}

/// Only a key that the caller gave can stand for another call, or other words with the same one.
pub(crate) const fn may_be_known(proposal: &Proposal) -> bool {
    proposal.key.is_some() || !proposal.asserted.is_empty()
}

/// In what a call differs from the one that used its key first; nothing where its key is new.
pub(crate) async fn reused(plane: &Plane, ward: &Ward, proposal: &Proposal) -> Option<Reuse> {
    let by = ward.view.read(|inner| inner.state.used_before(proposal))?;
    let first = card(plane, ward, (proposal.run, by)).await.ok()??;
    let Event::ActionDecided(decided) = &first.decided.event else { return None };
    Some(Reuse { by, differs: remit_contract::difference(&decided.proposal, proposal) })
}
