//! One turn of a domain: a command is decided, its events happen, and what they trip happens with them.

use std::collections::BTreeSet;

use super::{Tripped, Tripwire};
use crate::{
    Command, Event, Refusal, ServiceName, State, SwitchId, Timestamp, handle, person,
    switch::{Scope, Switch},
};

/// Decides a command and lets its events have happened, with the tripwires that they trip. The caller appends all of
/// them as one batch and answers only after the commit, so that nothing is admitted between the two.
///
/// # Errors
/// A [`Refusal`]: nothing happened and nothing is recorded.
pub fn turn(state: &mut State, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let mut events = handle(state, command, now)?;
    for event in &events {
        state.apply(event, now);
    }
    for tripped in due(state, &events) {
        let trips = trip(state, tripped);
        for event in &trips {
            state.apply(event, now);
        }
        events.extend(trips);
    }
    Ok(events)
}

/// What is to be said of each wire that the events trip: those of their services and of the domain.
fn due(state: &State, events: &[Event]) -> Vec<(Scope, Tripwire, String, Vec<u64>)> {
    let now = state.latest;
    let service = |event: &Event| -> Option<ServiceName> {
        if let Event::ForbiddenAttempted { service, .. } = event {
            return Some(service.clone());
        }
        Some(state.runs.get(&event.run()?)?.terms.service.clone())
    };
    let touched: BTreeSet<ServiceName> = events.iter().filter_map(service).collect();
    if touched.is_empty() {
        return Vec::new();
    }
    let services = touched.into_iter().filter_map(|name| Some((&state.services.get(&name)?.wires, name)));
    let services = services.map(|(wires, name)| (wires, Scope::Service(name)));
    let domain = (&state.wires, Scope::Domain(state.domain.clone()));
    let all = services.chain([domain]).filter(|(wires, _)| !wires.is_empty());
    let due = all.flat_map(|(wires, scope)| {
        let due = wires.due(now).into_iter();
        due.map(move |(wire, figures, events)| (scope.clone(), wire.clone(), figures, events))
    });
    due.collect()
}

/// The event, and where it lowers a ceiling the switch with all that it makes void.
fn trip(state: &State, (scope, wire, figures, events): (Scope, Tripwire, String, Vec<u64>)) -> Vec<Event> {
    let place = (scope.to_string(), wire.to_string());
    let id = SwitchId::derived(&[
        b"remit/tripwire/v1",
        place.0.as_bytes(),
        place.1.as_bytes(),
        &state.position.to_be_bytes(),
    ]);
    let switch = wire.then.lowers_to().map(|ceiling| Switch {
        by: person::CONTROL_PLANE.to_owned(),
        reason: format!("tripwire `{wire}`: {figures}"),
        owner: state.owner_at(&scope),
        ..Switch::new(id, scope.clone(), ceiling, state.latest)
    });
    let tripped = Tripped { scope, wire, figures, events, switch: switch.as_ref().map(|switch| switch.id) };
    let set = switch.map(|switch| crate::handle::with_voided(state, switch)).unwrap_or_default();
    std::iter::once(Event::TripwireTripped(Box::new(tripped))).chain(set).collect()
}
