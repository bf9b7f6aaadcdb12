//! What a committed event obliges the control plane to do: carry an action out, or walk a rollback.

use std::sync::Arc;

use remit_core::{
    ActionId, DomainName, Event, Outcome, Permit, PlanId, escalation::EscalationStatus, event::ActionDecided,
};
use remit_journal::Record;
use tokio::sync::mpsc;
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

use crate::view::ActionCard;

/// One obligation.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Carry this out.
    Execute { domain: DomainName, permit: Permit },
    /// People approved it: read its facts again, then let it go or ask again.
    LookAgain { domain: DomainName, action: ActionId },
    /// People approved it and the second decision admits it: carry it out.
    Release { domain: DomainName, action: ActionId, released: Arc<Record> },
    /// Send it again: the same bytes under the same key.
    Resend { domain: DomainName, action: ActionId, resent: Arc<Record> },
    /// Tell people of this.
    Alert { record: Arc<Record> },
    /// Walk the steps of this plan.
    RollBack { domain: DomainName, plan: PlanId },
}

/// An obligation and the token that makes a graceful end wait for it.
#[derive(Debug)]
pub(crate) struct Obligation {
    pub(crate) effect: Effect,
    pub(crate) working: TaskTrackerToken,
}

/// Hands obligations to the runner.
#[derive(Debug, Clone)]
pub(crate) struct Effects {
    sender: mpsc::UnboundedSender<Obligation>,
    working: TaskTracker,
}

impl Effects {
    /// The sender, and what the runner receives from. Unbounded: what is admitted is bounded by budgets and
    /// by the loops' queues, and a publisher must never wait.
    pub(crate) fn channel(working: TaskTracker) -> (Self, mpsc::UnboundedReceiver<Obligation>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self { sender, working }, receiver)
    }

    /// Looks at one committed record.
    pub(crate) fn of(&self, record: &Arc<Record>) {
        let domain = || record.domain.clone();
        let effect = if let Event::ActionDecided(decided) = &record.event {
            Permit::of_admitted(decided).map(|permit| Effect::Execute { domain: domain(), permit })
        } else if let Event::ActionReleased { action, decision, .. } = &record.event {
            (decision.outcome == Outcome::Admit).then(|| Effect::Release {
                domain: domain(),
                action: *action,
                released: Arc::clone(record),
            })
        } else if let Event::EscalationClosed { action, status: EscalationStatus::Approved, .. } =
            &record.event
        {
            Some(Effect::LookAgain { domain: domain(), action: *action })
        } else if let Event::ActionResent { action, .. } = &record.event {
            Some(Effect::Resend { domain: domain(), action: *action, resent: Arc::clone(record) })
        } else if let Event::TripwireTripped(_) = &record.event {
            Some(Effect::Alert { record: Arc::clone(record) })
        } else if let Event::RollbackStarted { plan, .. }
        | Event::RollbackResumed { plan, .. }
        | Event::RollbackReopened { plan, .. }
        | Event::StepSkipped { plan, .. } = &record.event
        {
            Some(Effect::RollBack { domain: domain(), plan: *plan })
        } else {
            None
        };
        if let Some(effect) = effect {
            // The runner is gone only when the control plane goes down: recovery finds it in the journal.
            drop(self.sender.send(Obligation { effect, working: self.working.token() }));
        }
    }
}

/// The permit to send an action again.
pub(crate) fn again(first: &ActionDecided, card: &ActionCard, resent: &Record) -> Option<Permit> {
    Permit::of_resent(first, card.released.as_deref().map(|record| &record.event), &resent.event)
}

/// The permit of a released action.
pub(crate) fn permit(held: &ActionDecided, released: &Record) -> Option<Permit> {
    Permit::of_released(held, &released.event)
}
