//! What stands in for a read that its tool did not answer: another read, which the contract names.

use crate::{
    ActionId, ActionStatus, Outcome, Reason, ToolFault, ToolName,
    state::{Action, State},
};

/// What stands in for a read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Another {
    /// An action that was proposed for it.
    Proposed(ActionId),
    /// Nothing yet; a call of this tool may be proposed for it.
    Of(ToolName),
}

impl State {
    /// What stands in for an action, where anything may: a read whose tool failed, was late, or is left alone. What a
    /// tool refused it has answered, and what has an effect may have happened.
    pub fn another(&self, id: ActionId) -> Option<Another> {
        let action = self.actions.get(&id)?;
        if let Some(known) = action.stand_in {
            return Some(Another::Proposed(known));
        }
        let terms = self.runs.get(&action.run)?.terms.tools.get(&action.tool)?;
        let fallback = terms.fallback.as_ref().filter(|_| !action.level.has_effect())?;
        let ours = action.undoes.is_some() || action.rereads.is_some() || action.asks_about.is_some();
        (!ours && action.is_unanswered()).then(|| Another::Of(fallback.clone()))
    }

    /// What was denied because it does not stand in for it keeps nothing from doing so.
    pub(super) fn stood_in(&mut self, target: ActionId, (tool, by): (&ToolName, ActionId)) {
        if self.another(target) != Some(Another::Of(tool.clone())) {
            return;
        }
        if let Some(target) = self.actions.get_mut(&target).map(std::sync::Arc::make_mut) {
            target.stand_in = Some(by);
        }
    }

    pub(super) fn lost(&mut self, id: ActionId, fault: Option<ToolFault>) {
        if let Some(action) = self.actions.get_mut(&id).map(std::sync::Arc::make_mut) {
            action.fault = fault;
        }
    }
}

impl Action {
    /// True when its tool did not answer it, or is left alone because it fails.
    fn is_unanswered(&self) -> bool {
        match self.status {
            ActionStatus::Failed => self.fault.is_some_and(|fault| fault != ToolFault::Refused),
            ActionStatus::Denied => {
                self.outcome == Outcome::Throttle
                    && matches!(self.reason, Reason::BreakerOpen | Reason::ProbeNeeded)
            }
            ActionStatus::Proposed
            | ActionStatus::Held
            | ActionStatus::Lapsed
            | ActionStatus::Approved
            | ActionStatus::Admitted
            | ActionStatus::Running
            | ActionStatus::Succeeded
            | ActionStatus::InDoubt
            | ActionStatus::Undone => false,
        }
    }
}
