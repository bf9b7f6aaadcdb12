//! Running totals of a service, kept so that a picture of the whole costs nothing.

use remit_core::{ActionStatus, Money, Outcome, Reason, Timestamp};

use super::{ActionCard, Pulse, RunCard, card::counted};

/// Totals of one service.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) open_runs: u32,
    pub(crate) pending: u32,
    pub(crate) in_flight: u32,
    pub(crate) in_doubt: u32,
    pub(crate) limit: Money,
    pub(crate) spent: Money,
    pub(crate) held: Money,
    pub(crate) admitted: u64,
    pub(crate) denied: u64,
    pub(crate) escalated: u64,
    pub(crate) last: Option<(Timestamp, Reason)>,
    pub(crate) pulse: Pulse,
}

impl Tally {
    /// A decision was made.
    pub(crate) fn decided(&mut self, card: &ActionCard, at: Timestamp) {
        let outcome = card.action.outcome;
        let total = match counted(outcome) {
            Outcome::Admit => &mut self.admitted,
            Outcome::Escalate => &mut self.escalated,
            Outcome::Throttle | Outcome::Deny | Outcome::Stop => &mut self.denied,
        };
        *total = total.saturating_add(1);
        self.last = Some((at, card.action.reason));
        self.pulse.beat(at, outcome);
    }

    /// An action moved from one status to another.
    pub(crate) const fn moved(&mut self, from: Option<ActionStatus>, to: ActionStatus) {
        if let Some(from) = from
            && let Some(count) = self.of(from)
        {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = self.of(to) {
            *count = count.saturating_add(1);
        }
    }

    const fn of(&mut self, status: ActionStatus) -> Option<&mut u32> {
        match status {
            ActionStatus::Held => Some(&mut self.pending),
            ActionStatus::Approved | ActionStatus::Admitted | ActionStatus::Running => {
                Some(&mut self.in_flight)
            }
            ActionStatus::InDoubt => Some(&mut self.in_doubt),
            ActionStatus::Proposed
            | ActionStatus::Denied
            | ActionStatus::Lapsed
            | ActionStatus::Succeeded
            | ActionStatus::Failed
            | ActionStatus::Undone => None,
        }
    }

    /// A run's card changed; `before` is what it had in use, and whether it was open.
    pub(crate) fn run(&mut self, before: Option<((Money, Money, Money), bool)>, after: &RunCard) {
        if let Some(((limit, spent, held), open)) = before {
            self.limit = self.limit.saturating_sub(limit);
            self.spent = self.spent.saturating_sub(spent);
            self.held = self.held.saturating_sub(held);
            self.open_runs = self.open_runs.saturating_sub(u32::from(open));
        }
        let (limit, spent, held) = after.in_use();
        self.limit = self.limit.saturating_add(limit);
        self.spent = self.spent.saturating_add(spent);
        self.held = self.held.saturating_add(held);
        self.open_runs = self.open_runs.saturating_add(u32::from(after.is_open()));
    }
}
