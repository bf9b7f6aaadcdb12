//! People answer; the last approval decides the action again; silence lapses.

use crate::{
    Outcome, Timestamp,
    command::Answer,
    decide::{self, Case},
    escalation::{Escalation, EscalationStatus, Vote},
    event::{Event, group_list},
    refusal::Refusal,
    state::State,
};

pub(super) fn decide_again(state: &State, escalation: &Escalation, now: Timestamp) -> Result<Event, Refusal> {
    let id = escalation.action;
    let held = state.held.get(&id).ok_or_else(|| Refusal::not_found("held action", id))?;
    let run = state.runs.get(&escalation.run).ok_or_else(|| Refusal::not_found("run", escalation.run))?;
    let case = Case::new(state, run, &held.proposal, &held.assessment, now).approved();
    Ok(Event::ActionReleased { action: id, run: run.id, decision: Box::new(decide::decide(case)) })
}

pub(super) fn decide(state: &State, answer: Answer, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let id = answer.escalation;
    let escalation = state.escalations.get(&id).ok_or_else(|| Refusal::not_found("escalation", id))?;
    permitted(escalation, &answer)?;
    if now >= escalation.question.deadline {
        return Ok(vec![closed(escalation, EscalationStatus::Lapsed, "nobody approved in time")]);
    }
    let vote = Vote { by: answer.by.name, approve: answer.approve, reason: answer.reason, at: now };
    let by = vote.by.clone();
    let voted =
        Event::EscalationVoted { escalation: id, action: escalation.action, run: escalation.run, vote };
    if !answer.approve {
        return Ok(vec![voted, closed(escalation, EscalationStatus::Denied, &format!("denied by {by}"))]);
    }
    if !escalation.is_last_approval() {
        return Ok(vec![voted]);
    }
    let released = decide_again(state, escalation, now)?;
    let note = match &released {
        Event::ActionReleased { decision, .. } if decision.outcome != Outcome::Admit => "approved too late",
        _ => "approved",
    };
    Ok(vec![voted, closed(escalation, EscalationStatus::Approved, note), released])
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

/// Lets everything lapse whose time has run out.
pub(super) fn lapse(state: &State, now: Timestamp) -> Vec<Event> {
    state
        .escalations
        .values()
        .filter(|escalation| {
            escalation.status == EscalationStatus::Pending && now >= escalation.question.deadline
        })
        .map(|escalation| closed(escalation, EscalationStatus::Lapsed, "nobody approved in time"))
        .collect()
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
