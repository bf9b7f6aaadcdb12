//! Letting go again: with a reason, by those who run the service, and by two of them where that is said.

use crate::{
    Person, Timestamp,
    command::SwitchTarget,
    event::Event,
    handle::{duty, switch},
    refusal::Refusal,
    state::State,
    switch::{SECOND_MS, Scope, Switch},
};

/// Fewest characters of a reason for letting something go again.
const MIN_REASON: usize = 10;

pub(super) fn release(
    state: &State,
    target: &SwitchTarget,
    (by, reason): (&Person, &str),
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let found = switch::found(state, target)?;
    if reason.trim().chars().count() < MIN_REASON {
        return Err(Refusal::Invalid(format!(
            "a release needs a reason of at least {MIN_REASON} characters"
        )));
    }
    // One who runs any of the services may stop them all; to let them all go takes the duty for each.
    for duty in found.iter().flat_map(|set| switch::duties(state, &set.scope)) {
        switch::permitted(&duty, by, "lift this ceiling")?;
    }
    for terms in found.iter().flat_map(|set| switch::concerned(state, &set.scope)) {
        duty::not_own(state, by, terms, "lift this ceiling")?;
    }
    Ok(found.into_iter().filter_map(|set| lifted(state, set, (by, reason), now)).collect())
}

/// What one person's word does to one switch; nothing where the same person has asked already.
fn lifted(state: &State, set: &Switch, (by, reason): (&Person, &str), now: Timestamp) -> Option<Event> {
    let (switch, by, reason) = (set.id, by.name.clone(), reason.to_owned());
    if !state.takes_two_to_lift(&set.scope) {
        return Some(Event::SwitchReleased { switch, by, reason, requested_by: None });
    }
    match state.release_request(set, now) {
        Some(first) if first.by == by => None,
        Some(first) => {
            Some(Event::SwitchReleased { switch, by, reason, requested_by: Some(first.by.clone()) })
        }
        None => Some(Event::ReleaseRequested { switch, by, reason, until: now.plus_ms(SECOND_MS) }),
    }
}

impl State {
    /// True when two people lift a switch at this scope: over a whole domain or everything always, else where the
    /// domain's file or a contract that it concerns says so.
    pub fn takes_two_to_lift(&self, scope: &Scope) -> bool {
        matches!(scope, Scope::All | Scope::Domain(_))
            || self.settings.as_ref().is_some_and(|settings| settings.release_by_two)
            || switch::concerned(self, scope).any(|terms| terms.release_by_two)
    }

    /// The request of the first of two people, while it counts.
    pub fn release_request(&self, set: &Switch, now: Timestamp) -> Option<&crate::switch::ReleaseRequest> {
        self.release_requests.get(&set.id).filter(|request| now < request.until)
    }
}
