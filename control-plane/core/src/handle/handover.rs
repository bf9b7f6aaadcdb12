//! Hands a question to somebody who may answer it. Nobody loses the right to answer by it.

use crate::{
    Refusal,
    escalation::EscalationStatus,
    event::{Event, group_list},
    handover::{HandOver, HandedOver},
    state::State,
};

/// Longest note, in bytes: it stands in every picture of the queue while the question waits.
const LONGEST_NOTE: usize = 2_000;

/// The same hand-over again is none.
pub(super) fn hand_over(state: &State, asked: HandOver) -> Result<Vec<Event>, Refusal> {
    let HandOver { escalation: id, to, by, note } = asked;
    let known = state.escalations.get(&id).ok_or_else(|| Refusal::not_found("escalation", &id))?;
    if known.status != EscalationStatus::Pending {
        return Err(Refusal::Conflict(format!("it is {} already", known.status)));
    }
    if LONGEST_NOTE < note.len() {
        let text = format!("a note has at most {LONGEST_NOTE} bytes, this one {}", note.len());
        return Err(Refusal::Invalid(text));
    }
    let groups = &known.question.groups;
    if !by.is_in_any(groups) {
        return Err(Refusal::NotPermitted {
            who: by.name,
            what: "hand this over",
            needs: format!("only {} may", group_list(groups)),
        });
    }
    let run = super::known_run(state, known.run)?;
    if !to.is_in_any(groups) || to.name == run.principal || to.name == run.terms.owner {
        return Err(Refusal::Invalid(format!(
            "{} could not approve it: that takes somebody of {} who neither is the service nor owns it",
            to.name,
            group_list(groups)
        )));
    }
    if known.votes.iter().any(|vote| vote.by == to.name) {
        return Err(Refusal::Conflict(format!("{} has answered already", to.name)));
    }
    let same = |handed: &crate::handover::Handed| {
        (&handed.to, &handed.by, &handed.note) == (&to.name, &by.name, &note)
    };
    if known.handed.as_ref().is_some_and(same) {
        return Ok(Vec::new());
    }
    let (action, run) = (known.action, known.run);
    let handed = HandedOver { escalation: id, action, run, to: to.name, by: by.name, note };
    Ok(vec![Event::EscalationHandedOver(Box::new(handed))])
}
