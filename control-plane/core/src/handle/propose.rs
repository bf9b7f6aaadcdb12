//! Proposals: joined to a known call, or decided.

use crate::{
    Clause, EscalationId, GroupName, Money, Outcome, Reason, Timestamp,
    decide::{Case, decide},
    decision::{Decision, Finding, Objection},
    escalation::Question,
    event::{ActionDecided, Event},
    proposal::{Ask, Assessment, PolicyVerdict, Proposal},
    refusal::Refusal,
    state::{Phase, State},
};

/// How long people have for an irreversible action when no rule of the contract says, in milliseconds.
const IRREVERSIBLE_WITHIN_MS: u64 = 30 * 60 * 1_000;

pub(super) fn propose(
    state: &State,
    proposal: Proposal,
    assessment: Assessment,
    escalation: EscalationId,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let run = state.runs.get(&proposal.run).ok_or_else(|| Refusal::not_found("run", proposal.run))?;
    if state.actions.contains_key(&proposal.action) {
        return Err(Refusal::Conflict(format!("{} is taken", proposal.action)));
    }
    let case = Case::new(state, run, &proposal, &assessment, now);
    let level = case.level().unwrap_or(crate::Level::Execute);
    let mut reused = None;
    if let Some(key) = crate::idempotency::key(&proposal, level)
        && let Some((known, params)) = run.keys.get(&key)
        && run.phase == Phase::Open
        && run.principal == proposal.principal
    {
        let same_tool = state.actions.get(known).is_some_and(|action| action.tool == proposal.tool);
        if same_tool && *params == proposal.params.digest() {
            return Err(Refusal::Joins(*known));
        }
        reused = Some(*known);
    }
    let mut decision = decide(case);
    if let Some(known) = reused {
        let objection = Objection::new(Reason::KeyReused, format!("the key belongs to {known}"));
        decision = with_finding(decision, Finding::object(Clause::Tooling, Outcome::Deny, objection));
    }
    Ok(events(case, decision, escalation))
}

/// Replaces one clause's finding and joins again.
fn with_finding(decision: Decision, finding: Finding) -> Decision {
    let mut findings = decision.findings;
    for slot in &mut findings {
        if slot.clause == finding.clause {
            slot.clone_from(&finding);
        }
    }
    Decision::join(findings, decision.retry_after_ms)
}

fn events(case: Case<'_>, decision: Decision, escalation: EscalationId) -> Vec<Event> {
    let outcome = decision.outcome;
    let question = (outcome == Outcome::Escalate).then(|| {
        Question::combine(escalation, case.proposal, case.run.terms.digest, asks(case, &decision), case.now)
    });
    let (hold, undo_hold) = match outcome {
        Outcome::Admit | Outcome::Escalate => case.holds(),
        Outcome::Throttle | Outcome::Deny | Outcome::Stop => (Money::ZERO, Money::ZERO),
    };
    let deciding = decision.deciding().clone();
    let decided = ActionDecided {
        proposal: case.proposal.clone(),
        assessment: case.assessment.clone(),
        decision,
        hold,
        undo_hold,
        question,
        undoes: None,
    };
    let mut events = vec![Event::ActionDecided(Box::new(decided))];
    if outcome == Outcome::Stop && case.run.phase == Phase::Open {
        events.extend(super::run::voided(case.state, |run| run == case.run.id, "the run was stopped"));
        events.push(Event::RunEnded {
            run: case.run.id,
            stopped: true,
            reason: Some(deciding.reason),
            note: deciding.detail,
        });
    }
    events
}

/// Every rule that wants a person; for an irreversible action without one, those who run the service.
fn asks(case: Case<'_>, decision: &Decision) -> Vec<Ask> {
    let mut asks = case.assessment.asks.clone();
    if let PolicyVerdict::Escalate { asks: more, .. } = &case.assessment.policy {
        asks.extend(more.iter().cloned());
    }
    if asks.is_empty() {
        let because = decision.deciding().detail.clone();
        asks.extend(case.run.terms.run_duty.iter().map(|group: &GroupName| Ask {
            rule: "irreversible".to_owned(),
            because: because.clone(),
            to: group.clone(),
            quorum: 1,
            within_ms: IRREVERSIBLE_WITHIN_MS,
        }));
    }
    asks
}
