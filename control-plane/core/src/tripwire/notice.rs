//! What tripwires see of an event. Seen from the state before it: what a stranger does in a run that is not theirs is
//! not held against the service.

use crate::{
    ActionStatus, Event, Money, Outcome, Reason, ServiceName, Timestamp, ToolName,
    escalation::EscalationStatus,
    event::{ActionDecided, ActionSettled, Settlement},
    state::State,
};

/// One event, as far as any signal is about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notice {
    /// A decided action of the service: whether it was denied, and whether it is forbidden by name.
    pub(super) decided: Option<(bool, bool)>,
    /// People are asked: how many questions of the service wait by now, and how long the oldest has, in milliseconds.
    pub(super) asked: Option<(u64, u64)>,
    /// A call has come to its first end.
    pub(super) ended: Option<Ended>,
    /// What it cost.
    pub(super) cost: Money,
    /// An effect has succeeded.
    pub(super) effect: bool,
    /// An effect was undone.
    pub(super) undone: bool,
    /// Breakers that opened.
    pub(super) opened: u64,
}

/// How a call has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(super) in_doubt: bool,
    /// From its sending, in milliseconds; `None` for what was not sent by us.
    pub(super) took_ms: Option<u64>,
}

/// When each breaker of a service opened.
type Opened = Vec<(ToolName, Option<Timestamp>)>;

impl State {
    /// What is to be seen of an event that is about to happen, and whose it is; `None` where no wire looks.
    pub(crate) fn notice(&self, event: &Event, at: Timestamp) -> Option<(ServiceName, Notice, Opened)> {
        let (service, notice) = if let Event::ActionDecided(decided) = event {
            (self.service_in(event)?, self.decided_notice(decided, at)?)
        } else if let Event::ActionSettled(settled) = event {
            (self.service_in(event)?, self.settled_notice(settled, at)?)
        } else if let Event::ForbiddenAttempted { service, .. } = event {
            (service, Notice { decided: Some((true, true)), ..Notice::default() })
        } else {
            return None;
        };
        let known = self.services.get(service)?;
        if known.wires.is_empty() && self.wires.is_empty() {
            return None;
        }
        let opened =
            known.breakers.iter().map(|(tool, breaker)| (tool.clone(), breaker.opened_at())).collect();
        Some((service.clone(), notice, opened))
    }

    /// Lets the wires weigh what has happened.
    pub(crate) fn noticed(
        &mut self,
        (name, mut notice, before): (ServiceName, Notice, Opened),
        at: Timestamp,
    ) {
        let position = self.position;
        if let Some(service) = self.services.get_mut(&name) {
            let was =
                |tool: &ToolName| before.iter().find(|(known, _)| known == tool).and_then(|(_, at)| *at);
            let breakers = service.breakers.iter();
            let opened =
                breakers.filter(|(tool, it)| it.opened_at().is_some() && it.opened_at() != was(tool));
            notice.opened = u64::try_from(opened.count()).unwrap_or(u64::MAX);
            service.wires.feed(&notice, at, position);
        }
        self.wires.feed(&notice, at, position);
    }

    fn service_in(&self, event: &Event) -> Option<&ServiceName> {
        Some(&self.runs.get(&event.run()?)?.terms.service)
    }

    fn decided_notice(&self, decided: &ActionDecided, at: Timestamp) -> Option<Notice> {
        let run = self.runs.get(&decided.proposal.run)?;
        let forbidden = decided.decision.is_security_finding();
        let is_own = run.principal == decided.proposal.principal;
        if decided.is_for_people() || !is_own || !(run.is_open() || forbidden) {
            return None;
        }
        // What a ceiling holds back says nothing of the service: one stop must not lead to the next.
        let reason = decided.decision.deciding().reason;
        if matches!(reason, Reason::Stopped | Reason::AboveCeiling | Reason::ToolQuarantined) {
            return None;
        }
        let denied = match decided.decision.outcome {
            Outcome::Admit | Outcome::Escalate | Outcome::Throttle => false,
            Outcome::Deny | Outcome::Stop => true,
        };
        let asked = decided.question.as_ref().map(|_| self.queue(&run.terms.service, at));
        Some(Notice { decided: Some((denied, forbidden)), asked, ..Notice::default() })
    }

    /// The questions of a service that wait once one more does, and the age of the oldest in milliseconds.
    fn queue(&self, service: &ServiceName, at: Timestamp) -> (u64, u64) {
        let held = self.held.values().filter_map(|held| self.escalations.get(&held.question.id));
        let waits = held.filter(|it| it.status == EscalationStatus::Pending);
        let of_it =
            waits.filter(|it| self.runs.get(&it.run).is_some_and(|run| run.terms.service == *service));
        let ages = of_it.map(|it| at.since_ms(it.asked_at));
        ages.fold((1, 0), |(many, oldest), age| (u64::saturating_add(many, 1), oldest.max(age)))
    }

    fn settled_notice(&self, settled: &ActionSettled, at: Timestamp) -> Option<Notice> {
        let action = self.actions.get(&settled.action)?;
        let is_first = action.status.is_in_flight();
        if !is_first && action.status != ActionStatus::InDoubt {
            return None;
        }
        let (in_doubt, succeeded) = match settled.settlement {
            Settlement::Succeeded { .. } => (false, true),
            Settlement::Failed { .. } => (false, false),
            Settlement::InDoubt { .. } => (true, false),
        };
        let sent = action.trail.sent.filter(|_| is_first);
        let took_ms = sent.map(|sent| at.since_ms(sent.first));
        Some(Notice {
            ended: is_first.then_some(Ended { in_doubt, took_ms }),
            cost: settled.cost,
            effect: succeeded && action.level.has_effect() && action.undoes.is_none(),
            undone: succeeded && action.undoes.is_some(),
            ..Notice::default()
        })
    }
}
