//! Proposals: joined to a known call, or decided.

use crate::{
    ActionId, Digest, EscalationId, Level, Money, Outcome, Timestamp,
    decide::{Case, decide},
    decision::Finding,
    escalation::Question,
    event::{ActionDecided, Event},
    proposal::{Ask, Assessment, PolicyVerdict, Proposal},
    refusal::Refusal,
    state::State,
};

/// How long people have when no rule of the contract says, in milliseconds.
const DEFAULT_WITHIN_MS: u64 = 30 * 60 * 1_000;

pub(super) fn propose(
    state: &State,
    proposal: &Proposal,
    assessment: &Assessment,
    escalation: EscalationId,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let run = super::known_run(state, proposal.run)?;
    if state.actions.contains_key(&proposal.action) {
        return Err(Refusal::Conflict(format!("{} is taken", proposal.action)));
    }
    if state.escalations.contains_key(&escalation) {
        return Err(Refusal::Conflict(format!("{escalation} is taken")));
    }
    let case = Case::new(state, run, proposal, assessment, now);
    match known(case) {
        Some((action, call)) if call == crate::idempotency::call_digest(proposal) => {
            Err(Refusal::Joins(action))
        }
        Some((action, _)) => Ok(events(case.with_reused_key(action), escalation)),
        None => Ok(events(case, escalation)),
    }
}

/// The action and the call that the proposal's key stands for already; also after the run has ended.
fn known(case: Case<'_>) -> Option<(ActionId, Digest)> {
    let level = case.level().unwrap_or(Level::Execute);
    let key = crate::idempotency::key(case.proposal, level)?;
    case.run.keys.get(&key).copied().filter(|_| case.run.principal == case.proposal.principal)
}

fn events(case: Case<'_>, escalation: EscalationId) -> Vec<Event> {
    let decision = decide(case);
    let outcome = decision.outcome;
    let (hold, undo_hold) = match outcome {
        Outcome::Admit | Outcome::Escalate => case.holds(),
        Outcome::Throttle | Outcome::Deny | Outcome::Stop => (Money::ZERO, Money::ZERO),
    };
    let deciding = decision.deciding().clone();
    let mut decided = ActionDecided {
        proposal: case.proposal.clone(),
        assessment: case.assessment.clone(),
        decision,
        hold,
        undo_hold,
        question: None,
        undoes: None,
        rereads: None,
    };
    if outcome == Outcome::Escalate {
        decided.question = Some(Question::about(&decided, escalation, asks(case, &deciding), case.now));
    }
    let mut events = vec![Event::ActionDecided(Box::new(decided))];
    if outcome == Outcome::Stop {
        let run = case.run.id;
        events.extend(super::escalation::void(case.state, "the run was stopped", |held| held.run == run));
        let reason = Some(deciding.reason);
        events.push(Event::RunEnded { run, stopped: true, reason, note: deciding.detail });
    }
    events
}

/// Every rule of the contract that wants a person.
pub(super) fn asked_by_rules(case: Case<'_>) -> Vec<Ask> {
    let mut asks: Vec<Ask> = case.asks().cloned().collect();
    if let PolicyVerdict::Escalate { asks: more, .. } = &case.assessment.policy {
        asks.extend(more.iter().cloned());
    }
    asks
}

/// Whom to ask; where no rule names anybody, those who run the service.
fn asks(case: Case<'_>, deciding: &Finding) -> Vec<Ask> {
    let mut asks = asked_by_rules(case);
    if asks.is_empty() {
        asks.extend(case.run.terms.run_duty.iter().map(|group| Ask {
            rule: deciding.reason.code().to_owned(),
            because: deciding.detail.clone(),
            to: group.clone(),
            quorum: 1,
            within_ms: DEFAULT_WITHIN_MS,
        }));
    }
    asks
}
