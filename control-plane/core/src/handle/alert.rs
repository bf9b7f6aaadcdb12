//! A person says that they look at an alert. It takes nothing away: the alert stands until its condition ends.

use super::switch;
use crate::{
    Person, Refusal, State, Timestamp,
    alert::{About, Alert, AlertAcknowledged},
    command::Acknowledge,
    event::Event,
};

/// Longest reason, in bytes: it stands in every picture while the alert does.
const LONGEST_REASON: usize = 2_000;

/// The same person again is none.
pub(super) fn acknowledge(state: &State, asked: Acknowledge, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let Acknowledge { alert: id, by, reason } = asked;
    if reason.trim().is_empty() {
        return Err(Refusal::Invalid("say what you do about it".to_owned()));
    }
    if LONGEST_REASON < reason.len() {
        let text = format!("a reason has at most {LONGEST_REASON} bytes, this one {}", reason.len());
        return Err(Refusal::Invalid(text));
    }
    let standing = state.alerts(now).into_iter().find(|alert| alert.id() == id);
    let Alert { condition, about, scope, since, .. } =
        standing.ok_or_else(|| Refusal::not_found("alert that stands", &id))?;
    if !may_answer(state, &about, &by) {
        let duty = switch::duties(state, &scope).concat();
        switch::permitted(&duty, &by, "acknowledge this alert")?;
    }
    if let Some(known) = state.acknowledgements.get(&id) {
        if known.by == by.name {
            return Ok(Vec::new());
        }
        return Err(Refusal::Conflict(format!("{} looks at it already", known.by)));
    }
    let (about, by) = (about.to_string(), by.name);
    let told = AlertAcknowledged { alert: id, condition, about, scope, since, by, reason };
    Ok(vec![Event::AlertAcknowledged(Box::new(told))])
}

/// Whether it is about a question that this person may answer.
fn may_answer(state: &State, about: &About, by: &Person) -> bool {
    let About::Question(id, _) = about else { return false };
    state.escalations.get(id).is_some_and(|asked| by.is_in_any(&asked.question.groups))
}
