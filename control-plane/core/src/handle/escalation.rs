//! People answer; the last approval has the facts read again, and then decides; silence lapses.

use std::collections::BTreeSet;

use crate::{
    GroupName, Outcome, Person, Timestamp,
    command::Answer,
    decide::{self, Case},
    escalation::{Escalation, EscalationStatus, Vote},
    event::{Event, group_list},
    refusal::Refusal,
    state::{Run, State},
};

/// One person's answer. After the deadline it lapses instead: the moment of this decision is the only judge.
pub(super) fn decide(state: &State, answer: Answer, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let id = answer.escalation;
    let escalation = state.escalations.get(&id).ok_or_else(|| Refusal::not_found("escalation", &id))?;
    let run = super::known_run(state, escalation.run)?;
    permitted(escalation, &answer)?;
    if answer.approve {
        four_eyes(run, &answer)?;
    }
    if now >= escalation.question.deadline {
        return Ok(vec![closed(escalation, EscalationStatus::Lapsed, "nobody approved in time")]);
    }
    let vote = Vote {
        groups: answered_for(escalation, &answer.by),
        by: answer.by.name,
        approve: answer.approve,
        reason: answer.reason,
        at: now,
        endorsed: answer.endorsed,
        opaque: answer.opaque,
    };
    let by = vote.by.clone();
    let enough = escalation.is_enough_with(&vote);
    let (action, run) = (escalation.action, escalation.run);
    let voted = Event::EscalationVoted { escalation: id, action, run, vote };
    if !answer.approve {
        return Ok(vec![voted, closed(escalation, EscalationStatus::Denied, &format!("denied by {by}"))]);
    }
    if !enough {
        return Ok(vec![voted]);
    }
    let held = state.held.get(&action).ok_or_else(|| Refusal::not_found("held action", &action))?;
    let case = Case::new(state, super::known_run(state, run)?, &held.proposal, &held.assessment, now);
    // What people saw may have moved: the shell reads it again and comes back with `Release`.
    let note = if !held.assessment.evidence.is_empty() {
        "approved; its facts are read again"
    } else if super::release::asked_now(held, case).is_some() {
        "approved; what asks by now is looked at again"
    } else {
        let decision = Box::new(decide::decide(case.approved()));
        let lowered = super::edge::lowered(case, &decision);
        let note = match decision.outcome {
            Outcome::Admit => "approved".to_owned(),
            Outcome::Escalate | Outcome::Throttle | Outcome::Deny | Outcome::Stop => {
                format!("approved, but by now: {}", decision.deciding().reason.sentence())
            }
        };
        let released =
            Event::ActionReleased { action, run, decision, evidence: Vec::new(), moved: Vec::new() };
        let decided = [voted, closed(escalation, EscalationStatus::Approved, &note), released];
        return Ok(decided.into_iter().chain(lowered).collect());
    };
    Ok(vec![voted, closed(escalation, EscalationStatus::Approved, note)])
}

fn permitted(escalation: &Escalation, answer: &Answer) -> Result<(), Refusal> {
    if escalation.status != EscalationStatus::Pending {
        return Err(Refusal::Conflict(format!("it is {} already", escalation.status)));
    }
    if answer.digest != escalation.question.digest {
        return Err(Refusal::Conflict("what was shown is not what would run".to_owned()));
    }
    if answer.reason.trim().is_empty() {
        return Err(Refusal::Invalid("an answer needs a reason".to_owned()));
    }
    if !answer.by.is_in_any(&escalation.question.groups) {
        return Err(Refusal::NotPermitted {
            who: answer.by.name.clone(),
            what: "answer this",
            needs: format!("only {} may", group_list(&escalation.question.groups)),
        });
    }
    if escalation.votes.iter().any(|vote| vote.by == answer.by.name) {
        return Err(Refusal::Conflict(format!("{} has answered already", answer.by.name)));
    }
    Ok(())
}

/// Who proposed an action, or owns the service that did, does not approve it. Both may deny.
fn four_eyes(run: &Run, answer: &Answer) -> Result<(), Refusal> {
    let by = &answer.by.name;
    if *by != run.principal && *by != run.terms.owner {
        return Ok(());
    }
    Err(Refusal::NotPermitted {
        who: by.clone(),
        what: "approve this",
        needs: "somebody other than the service and its owner must".to_owned(),
    })
}

/// Which of the asked groups a person speaks for.
fn answered_for(escalation: &Escalation, by: &Person) -> BTreeSet<GroupName> {
    let asked = &escalation.question.groups;
    if by.is_admin() { asked.clone() } else { asked.intersection(&by.groups).cloned().collect() }
}

/// Lets everything lapse whose time has run out.
pub(super) fn lapse(state: &State, now: Timestamp) -> Vec<Event> {
    pending(state)
        .filter(|escalation| now >= escalation.question.deadline)
        .map(|escalation| closed(escalation, EscalationStatus::Lapsed, "nobody approved in time"))
        .collect()
}

/// Voids the pending escalations that `of` picks.
pub(super) fn void(state: &State, note: &str, of: impl Fn(&Escalation) -> bool) -> Vec<Event> {
    pending(state)
        .filter(|escalation| of(escalation))
        .map(|escalation| closed(escalation, EscalationStatus::Voided, note))
        .collect()
}

fn pending(state: &State) -> impl Iterator<Item = &Escalation> {
    state.escalations.values().filter(|escalation| escalation.status == EscalationStatus::Pending)
}

fn closed(escalation: &Escalation, status: EscalationStatus, note: &str) -> Event {
    Event::EscalationClosed {
        escalation: escalation.question.id,
        action: escalation.action,
        run: escalation.run,
        status,
        note: note.to_owned(),
    }
}
