//! What keeps an action from being sent although it was admitted: a stop, or a withdrawal, in between.

use crate::{
    ActionId, ActionStatus, Level, Reason,
    refusal::Refusal,
    state::{Action, State},
};

/// Refuses what a stop or a withdrawal keeps back; what undoes may go on.
pub(super) fn check(state: &State, action: &Action) -> Result<(), Refusal> {
    let Some(run) = state.runs.get(&action.run).filter(|_| action.undoes.is_none()) else { return Ok(()) };
    let id = action.id;
    let (ceiling, _) = state.ceiling(&run.terms, state.place(run, &action.tool));
    if run.reason == Some(Reason::ContractRevoked) {
        let detail = format!("the contract version of {id} is revoked by now");
        return Err(Refusal::Withheld { reason: Reason::ContractRevoked, detail });
    }
    if action.level > ceiling {
        let reason = if ceiling == Level::None { Reason::Stopped } else { Reason::AboveCeiling };
        let detail = format!("{id} is {}, the ceiling is {ceiling} by now", action.level);
        return Err(Refusal::Withheld { reason, detail });
    }
    Ok(())
}

impl State {
    /// Whether a call that has not succeeded may be sent once more.
    ///
    /// # Errors
    /// When a stop, the end of its run or another word on its outcome came in between.
    pub fn may_send_again(&self, id: ActionId) -> Result<(), Refusal> {
        let action = self.actions.get(&id).ok_or_else(|| Refusal::not_found("action", &id))?;
        check(self, action)?;
        if action.status != ActionStatus::Running {
            return Err(Refusal::Conflict(format!("{id} is {} by now", action.status)));
        }
        let run = self.runs.get(&action.run).filter(|_| action.undoes.is_none());
        if run.is_some_and(|run| !run.is_open()) {
            return Err(Refusal::Conflict(format!("the run of {id} has ended by now")));
        }
        Ok(())
    }
}
