//! What keeps an action from being sent although it was admitted: a stop, or a withdrawal, in between.

use crate::{
    ActionId, ActionStatus, Level, Reason, Timestamp, ToolName,
    refusal::Refusal,
    state::{Action, State},
    switch::Switch,
};

/// Refuses what a stop or a withdrawal keeps back; what undoes may go on, unless a switch says otherwise,
/// and so may what looks whether that has worked.
pub(super) fn check(state: &State, action: &Action, now: Timestamp) -> Result<(), Refusal> {
    if let Some((target, _)) = action.undoes {
        return undo(state, target, &action.tool);
    }
    let Some(run) = state.runs.get(&action.run).filter(|_| action.verifies.is_none()) else { return Ok(()) };
    let id = action.id;
    let ceiling = state.ceiling(&run.terms, state.place(run, &action.tool), now);
    if run.reason == Some(Reason::ContractRevoked) {
        let detail = format!("the contract version of {id} is revoked by now");
        return Err(Refusal::Withheld { reason: Reason::ContractRevoked, detail });
    }
    if action.level > ceiling.level {
        let detail = format!("{id} is {}, the ceiling is {} by now", action.level, ceiling.level);
        return Err(Refusal::Withheld { reason: ceiling.reason(), detail });
    }
    Ok(())
}

/// Refuses the undoing of an effect by this tool where a switch that keeps people from undoing covers either.
pub(super) fn undo(state: &State, target: ActionId, by: &ToolName) -> Result<(), Refusal> {
    let undone = state.actions.get(&target);
    let Some((undone, run)) = undone.and_then(|it| Some((it, state.runs.get(&it.run)?))) else {
        return Ok(());
    };
    let covers = |switch: &&Switch| {
        [&undone.tool, by].into_iter().any(|tool| switch.stops(Level::Execute, state.place(run, tool)))
    };
    match state.switches.values().filter(|switch| switch.no_undo).find(covers) {
        None => Ok(()),
        Some(switch) => Err(Refusal::Conflict(format!(
            "{} set {} to {} and keeps {target} from being undone",
            switch.by, switch.scope, switch.ceiling
        ))),
    }
}

impl State {
    /// Whether a call that has not succeeded may be sent once more.
    ///
    /// # Errors
    /// When a stop, the end of its run or another word on its outcome came in between.
    pub fn may_send_again(&self, id: ActionId, now: Timestamp) -> Result<(), Refusal> {
        let action = self.actions.get(&id).ok_or_else(|| Refusal::not_found("action", &id))?;
        check(self, action, now)?;
        if action.status != ActionStatus::Running {
            return Err(Refusal::Conflict(format!("{id} is {} by now", action.status)));
        }
        let forward = action.undoes.is_none() && action.verifies.is_none();
        let run = self.runs.get(&action.run).filter(|_| forward);
        if run.is_some_and(|run| !run.is_open()) {
            return Err(Refusal::Conflict(format!("the run of {id} has ended by now")));
        }
        Ok(())
    }
}
