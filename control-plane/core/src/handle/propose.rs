//! Proposals: joined to a known call, or decided.

use crate::{
    ActionId, Digest, EscalationId, Level, Money, Outcome, Timestamp,
    command::Reuse,
    decide::{Case, decide},
    decision::{Decision, Finding},
    escalation::Question,
    event::{ActionDecided, Event},
    proposal::{Ask, Assessment, PolicyVerdict, Proposal},
    refusal::Refusal,
    state::State,
};

/// How long people have when no rule of the contract says, in milliseconds.
pub(super) const DEFAULT_WITHIN_MS: u64 = 30 * 60 * 1_000;

pub(super) fn propose(
    state: &State,
    proposal: Proposal,
    assessment: Assessment,
    (escalation, reused): (EscalationId, Option<Reuse>),
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let run = super::known_run(state, proposal.run)?;
    if state.actions.contains_key(&proposal.action) {
        return Err(Refusal::Conflict(format!("{} is taken", proposal.action)));
    }
    if state.escalations.contains_key(&escalation) {
        return Err(Refusal::Conflict(format!("{escalation} is taken")));
    }
    let case = Case::new(state, run, &proposal, &assessment, now);
    let case = match known(case) {
        Some((action, call)) if call == crate::idempotency::call_digest(&proposal, case.deed) => {
            return Err(Refusal::Joins(action));
        }
        Some((action, _)) => case.with_reused_key(action, reused.as_ref().filter(|it| it.by == action)),
        None => case,
    };
    let Judged { decision, hold, undo_hold, asks, lowered } = judge(case);
    let mut decided = ActionDecided {
        proposal,
        assessment,
        decision,
        hold,
        undo_hold,
        question: None,
        undoes: None,
        rereads: None,
        asks_about: None,
        verifies: None,
    };
    decided.question = asks.map(|asks| Question::about(&decided, escalation, asks, now));
    let stopped = (decided.decision.outcome == Outcome::Stop).then(|| decided.decision.deciding().clone());
    let mut events = vec![Event::ActionDecided(Box::new(decided))];
    events.extend(lowered);
    if let Some(deciding) = stopped {
        let run = run.id;
        events.extend(super::escalation::void(state, "the run was stopped", |held| held.run == run));
        let reason = Some(deciding.reason);
        events.push(Event::RunEnded { run, stopped: true, reason, note: deciding.detail });
    }
    Ok(events)
}

/// The action and the call that the proposal's key stands for already; also after the run has ended.
fn known(case: Case<'_>) -> Option<(ActionId, Digest)> {
    let level = case.level().unwrap_or(Level::Execute);
    let key = crate::idempotency::key(case.proposal, case.deed, level)?;
    case.run.keys.get(&key).copied().filter(|_| case.run.principal == case.proposal.principal)
}

/// A decision, what is reserved by it, whom it asks, and what else it sets off.
struct Judged {
    decision: Decision,
    hold: Money,
    undo_hold: Money,
    asks: Option<Vec<Ask>>,
    lowered: Vec<Event>,
}

fn judge(case: Case<'_>) -> Judged {
    let decision = match case.proposal.stands_in {
        None => decide(case),
        // Nobody waits for people in its name: whoever called was told how the first one ended.
        Some(_) => decide(case).unasked(),
    };
    let (hold, undo_hold) = match decision.outcome {
        Outcome::Admit | Outcome::Escalate => case.holds(),
        Outcome::Throttle | Outcome::Deny | Outcome::Stop => (Money::ZERO, Money::ZERO),
    };
    let asks = (decision.outcome == Outcome::Escalate).then(|| asks(case, decision.deciding()));
    let lowered = super::edge::lowered(case, &decision);
    Judged { decision, hold, undo_hold, asks, lowered }
}

/// Every rule of the contract and of its domain that wants a person.
pub(super) fn asked_by_rules(case: Case<'_>) -> Vec<Ask> {
    let mut asks: Vec<Ask> = case.asks().cloned().collect();
    if let PolicyVerdict::Escalate { asks: more, .. } = &case.assessment.policy {
        asks.extend(more.iter().cloned());
    }
    asks.extend(super::edge::asks(case));
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
