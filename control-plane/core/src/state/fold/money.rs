//! What the fold does to money: every hold stands in the run, in its service and in the domain, and leaves them together.

use std::sync::Arc;

use crate::{
    ActionId, ActionStatus, Money, RunId, ServiceName, Timestamp,
    state::{Action, State},
};

impl State {
    /// Takes what an action that goes or is held reserves. A compensation takes over what was kept for it.
    pub(super) fn reserve(&mut self, action: &Action) {
        if action.status == ActionStatus::Denied || action.undoes.is_some() {
            return;
        }
        let (amount, at) = (action.hold.saturating_add(action.undo_hold), action.charged_at);
        // What people's approval makes the control plane read is no call of the service.
        let calls = u32::from(action.rereads.is_none());
        let Some(service) = self.run_of(action.run, |budget| budget.reserve(amount)) else { return };
        if let Some(service) = self.services.get_mut(&service) {
            service.accounts.reserve(at, amount, calls);
        }
        self.accounts.reserve(at, amount, calls);
    }

    /// Charges an action what it cost and gives back the rest of its hold; `undo` too what was kept for undoing it.
    pub(super) fn charge(&mut self, id: ActionId, actual: Money, undo: bool) {
        let Some(action) = self.actions.get_mut(&id).map(Arc::make_mut) else { return };
        let kept = if undo { std::mem::take(&mut action.undo_hold) } else { Money::ZERO };
        let hold = std::mem::take(&mut action.hold).saturating_add(kept);
        action.cost = action.cost.saturating_add(actual);
        let (run, at) = (action.run, action.charged_at);
        self.settle_at(run, at, hold, actual);
    }

    /// Settles a hold where it was taken.
    pub(super) fn settle_at(&mut self, run: RunId, at: Timestamp, hold: Money, actual: Money) {
        let Some(service) = self.run_of(run, |budget| budget.settle(hold, actual)) else { return };
        if let Some(service) = self.services.get_mut(&service) {
            service.accounts.settle(at, hold, actual);
        }
        self.accounts.settle(at, hold, actual);
    }

    /// Changes the budget of a run; whose run it is.
    fn run_of(&mut self, run: RunId, change: impl FnOnce(&mut crate::budget::Budget)) -> Option<ServiceName> {
        let run = self.runs.get_mut(&run)?;
        change(&mut run.budget);
        Some(run.terms.service.clone())
    }
}
