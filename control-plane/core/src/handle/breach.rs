//! A tool that reports more than its ceiling is charged in full, and goes no more until a person has looked at it.
//!
//! The quarantine is a switch that the control plane sets itself: it covers the tool at its service, takes back what
//! waits, keeps what is admitted from being sent, is on every screen, and is lifted as any other, with a reason, by
//! those who run the service and had no hand in the version.

use crate::{
    Event, Level, Money, Refusal, SwitchId, Timestamp,
    budget::MOST_OF_A_CALL,
    person,
    state::{Action, Run, State},
    switch::{Breach, REVIEW_MS, Scope, Switch},
};

/// Asks whether a report can be an amount of money at all.
pub(super) fn sane(reported: Money) -> Result<(), Refusal> {
    if reported <= MOST_OF_A_CALL {
        return Ok(());
    }
    Err(Refusal::Invalid(format!("no call costs {reported}, at most {MOST_OF_A_CALL} is believed")))
}

/// The quarantine of a tool after this report; nothing while one stands already.
pub(super) fn quarantine(state: &State, action: &Action, reported: Money, now: Timestamp) -> Vec<Event> {
    let Some(run) = state.runs.get(&action.run) else { return Vec::new() };
    let ceiling = ceiling(run, action);
    if reported <= ceiling {
        return Vec::new();
    }
    let id = SwitchId::derived(&[b"remit/quarantine/v1", action.id.as_bytes()]);
    let scope = Scope::Tool(run.terms.service.clone(), action.tool.clone());
    let mut switches = state.switches.values();
    if switches.any(|switch| switch.id == id || (switch.scope == scope && switch.breach.is_some())) {
        return Vec::new();
    }
    let breach = Breach { action: action.id, reported, ceiling };
    let reason = format!("{} cost {reported} by its own report, {ceiling} was reserved", action.id);
    let switch = Switch {
        by: person::CONTROL_PLANE.to_owned(),
        reason,
        breach: Some(breach),
        owner: Some(run.terms.owner.clone()),
        review_at: Some(now.plus_ms(REVIEW_MS)),
        ..Switch::new(id, scope, Level::None, now)
    };
    let note = format!("`{}` was quarantined", action.tool);
    let voided = super::escalation::void(state, &note, |held| super::switch::stops(state, &switch, held));
    std::iter::once(Event::SwitchSet(switch)).chain(voided).collect()
}

/// What was reserved. What the control plane asks by itself reserves nothing and may cost what the contract says.
fn ceiling(run: &Run, action: &Action) -> Money {
    let ours = action.asks_about.is_some() || action.verifies.is_some();
    let price = run.terms.tools.get(&action.tool).filter(|_| ours).map(|tool| tool.price);
    action.hold.max(price.unwrap_or_default())
}
