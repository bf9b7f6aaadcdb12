//! Actions start and come to an outcome; after a restart, what was in flight is in doubt.

use crate::{
    ActionId, Money,
    action::ActionMove,
    command::Settle,
    event::{ActionSettled, Event, Settlement},
    proposal::Mode,
    refusal::Refusal,
    state::State,
};

pub(super) fn start(state: &State, id: ActionId) -> Result<Vec<Event>, Refusal> {
    let action = state.actions.get(&id).ok_or_else(|| Refusal::not_found("action", id))?;
    action.status.next(ActionMove::Start)?;
    Ok(vec![Event::ActionStarted { action: id, run: action.run }])
}

pub(super) fn settle(state: &State, settle: Settle) -> Result<Vec<Event>, Refusal> {
    let id = settle.action;
    let action = state.actions.get(&id).ok_or_else(|| Refusal::not_found("action", id))?;
    action.status.next(match settle.settlement {
        Settlement::Succeeded { .. } => ActionMove::Succeed,
        Settlement::Failed { .. } => ActionMove::Fail,
        Settlement::InDoubt { .. } => ActionMove::Doubt,
    })?;
    Ok(vec![Event::ActionSettled(Box::new(ActionSettled {
        action: id,
        run: action.run,
        settlement: settle.settlement,
        cost: settle.cost,
        evidence: settle.evidence,
        undo: settle.undo,
    }))])
}

/// What the control plane had in its own hands when it went down: effects are in doubt, since nobody can
/// know whether they were sent; reads are failed, since they leave nothing behind.
pub(super) fn recover(state: &State) -> Vec<Event> {
    let note = "the control plane restarted before the outcome was known";
    state
        .actions
        .values()
        .filter(|action| action.status.is_in_flight() && action.mode == Mode::Execute)
        .map(|action| {
            Event::ActionSettled(Box::new(ActionSettled {
                action: action.id,
                run: action.run,
                settlement: if action.level.has_effect() {
                    Settlement::InDoubt { note: note.to_owned() }
                } else {
                    Settlement::Failed { note: note.to_owned() }
                },
                cost: Money::ZERO,
                evidence: Vec::new(),
                undo: None,
            }))
        })
        .collect()
}
