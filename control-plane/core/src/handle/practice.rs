//! Practice questions on record: one at a time in a domain, each ended once. That one is put decides nothing.

use crate::{
    EscalationId, Timestamp,
    event::Event,
    person::CONTROL_DOMAIN,
    practice::{PracticeAsked, PracticeClosed, PracticeEnd},
    refusal::Refusal,
    state::State,
};

/// A question is put, where none is open in its domain. Kept in the control domain alone: a journal of the business
/// never has one.
pub(super) fn ask(state: &State, asked: PracticeAsked) -> Result<Vec<Event>, Refusal> {
    if state.domain.as_str() != CONTROL_DOMAIN {
        return Err(Refusal::Invalid(format!("practice is on record in `{CONTROL_DOMAIN}` alone")));
    }
    if asked.domain.as_str() == CONTROL_DOMAIN {
        return Err(Refusal::Invalid(format!("nobody is asked anything in `{CONTROL_DOMAIN}`")));
    }
    let mut open = state.practised.open.values();
    if let Some((other, _)) = open.find(|(it, _)| it.domain == asked.domain) {
        return Err(Refusal::Conflict(format!("{} is open in domain `{}`", other.question, asked.domain)));
    }
    if state.practised.ended.iter().any(|(_, closed)| closed.asked.question == asked.question) {
        return Err(Refusal::Conflict(format!("{} is taken", asked.question)));
    }
    Ok(vec![Event::PracticeAsked(Box::new(asked))])
}

/// Each ends once: whoever comes second is told so.
pub(super) fn close(
    state: &State,
    question: EscalationId,
    end: PracticeEnd,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let open = state.practised.open.get(&question);
    let (asked, since) = open.ok_or_else(|| Refusal::Conflict(format!("{question} is not open")))?;
    let (asked, after_ms) = (asked.clone(), now.since_ms(*since));
    Ok(vec![Event::PracticeClosed(Box::new(PracticeClosed { asked, end, after_ms }))])
}
