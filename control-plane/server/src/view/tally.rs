//! Running totals of a service, kept so that a picture of the whole costs nothing.

use std::collections::BTreeMap;

use remit_core::{ActionStatus, Clause, Money, Outcome, Reason, Timestamp};

use super::{ActionCard, Pulse, RunCard, card::counted};

/// What open runs use of what they may use.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InUse {
    pub(crate) runs: u32,
    pub(crate) limit: Money,
    pub(crate) spent: Money,
    pub(crate) held: Money,
    pub(crate) calls: u32,
    pub(crate) calls_limit: u32,
}

/// Totals of one service.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// Over its open runs.
    pub(crate) in_use: InUse,
    pub(crate) pending: u32,
    pub(crate) in_flight: u32,
    pub(crate) in_doubt: u32,
    pub(crate) admitted: u64,
    pub(crate) denied: u64,
    pub(crate) escalated: u64,
    pub(crate) last: Option<(Timestamp, Reason)>,
    /// When each clause last objected to an action, and why.
    pub(crate) objected: BTreeMap<Clause, (Timestamp, Reason)>,
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
        let findings = card.decision().into_iter().flat_map(|decision| decision.findings.iter());
        for finding in findings.filter(|finding| finding.outcome != Outcome::Admit) {
            self.objected.insert(finding.clause, (at, finding.reason));
        }
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

    /// A run's card changed: what it had in use before goes, what it has now comes.
    pub(crate) fn run(&mut self, before: InUse, after: &RunCard) {
        let after = after.in_use();
        let swap = |sum: Money, before: Money, after: Money| sum.saturating_sub(before).saturating_add(after);
        let count = |sum: u32, before: u32, after: u32| sum.saturating_sub(before).saturating_add(after);
        let sum = &mut self.in_use;
        *sum = InUse {
            runs: count(sum.runs, before.runs, after.runs),
            limit: swap(sum.limit, before.limit, after.limit),
            spent: swap(sum.spent, before.spent, after.spent),
            held: swap(sum.held, before.held, after.held),
            calls: count(sum.calls, before.calls, after.calls),
            calls_limit: count(sum.calls_limit, before.calls_limit, after.calls_limit),
        };
    }
}
