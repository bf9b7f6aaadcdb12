//! Ceilings are set at once by one person, and lifted with a reason by those who run the service.

use std::collections::BTreeSet;

use crate::{
    GroupName, Person, ServiceName, Terms, Timestamp, ToolName,
    command::SwitchTarget,
    escalation::Escalation,
    event::{Event, group_list},
    handle::duty,
    refusal::Refusal,
    state::State,
    switch::{Scope, Switch},
};

/// Fewest characters of a reason for letting something go again.
pub(super) const MIN_RELEASE_REASON: usize = 10;

pub(super) fn set(state: &State, switch: Switch, by: &Person, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    exists(state, &switch.scope)?;
    permitted(&duties(state, &switch.scope).concat(), by, "set a ceiling here")?;
    if let Some(known) = state.switches.get(&switch.id) {
        // Sent again it is set already; anything else must not be mistaken for it.
        if (&known.scope, known.ceiling) == (&switch.scope, switch.ceiling) {
            return Ok(Vec::new());
        }
        return Err(Refusal::Conflict(format!("{} is {} at {}", switch.id, known.ceiling, known.scope)));
    }
    let switch = Switch { by: by.name.clone(), at: now, breach: None, ..switch };
    Ok(with_voided(state, switch))
}

/// The switch as it is set, and the end of every question that it makes void.
pub(crate) fn with_voided(state: &State, switch: Switch) -> Vec<Event> {
    let note = format!("{} set {} to {}", switch.by, switch.scope, switch.ceiling);
    let voided = super::escalation::void(state, &note, |held| stops(state, &switch, held));
    std::iter::once(Event::SwitchSet(switch)).chain(voided).collect()
}

/// True when the switch covers a held action and lies below its level.
pub(super) fn stops(state: &State, switch: &Switch, held: &Escalation) -> bool {
    let (Some(run), Some(action)) = (state.runs.get(&held.run), state.actions.get(&held.action)) else {
        return false;
    };
    switch.ceiling < action.level && switch.scope.covers(state.place(run, &action.tool))
}

pub(super) fn release(
    state: &State,
    target: &SwitchTarget,
    by: &Person,
    reason: &str,
) -> Result<Vec<Event>, Refusal> {
    let found: Vec<&Switch> = state
        .switches
        .values()
        .filter(|switch| match target {
            SwitchTarget::Id(id) => switch.id == *id,
            SwitchTarget::Scope(scope) => switch.scope == *scope,
        })
        .collect();
    if found.is_empty() {
        return Err(match target {
            SwitchTarget::Id(id) => Refusal::not_found("switch", id),
            SwitchTarget::Scope(scope) => Refusal::not_found("switch at", scope),
        });
    }
    if reason.trim().chars().count() < MIN_RELEASE_REASON {
        return Err(Refusal::Invalid(format!(
            "a release needs a reason of at least {MIN_RELEASE_REASON} characters"
        )));
    }
    // One who runs any of the services may stop them all; to let them all go takes the duty for each.
    for duty in found.iter().flat_map(|switch| duties(state, &switch.scope)) {
        permitted(&duty, by, "lift this ceiling")?;
    }
    for terms in found.iter().flat_map(|switch| concerned(state, &switch.scope)) {
        duty::not_own(state, by, terms, "lift this ceiling")?;
    }
    Ok(found
        .into_iter()
        .map(|switch| Event::SwitchReleased {
            switch: switch.id,
            by: by.name.clone(),
            reason: reason.to_owned(),
        })
        .collect())
}

/// A mistyped name must not look like a stop.
fn exists(state: &State, scope: &Scope) -> Result<(), Refusal> {
    let missing = |what| Err(Refusal::not_found(what, scope));
    match scope {
        Scope::All => Ok(()),
        Scope::Domain(domain) if *domain == state.domain => Ok(()),
        Scope::Domain(_) => missing("domain"),
        Scope::Service(service) if state.services.contains_key(service) => Ok(()),
        Scope::Service(_) => missing("service"),
        Scope::Tool(service, tool) if has_tool(state, service, tool) => Ok(()),
        Scope::Tool(..) => missing("tool"),
        Scope::Run(run) if state.runs.contains_key(run) => Ok(()),
        Scope::Run(_) => missing("run"),
    }
}

/// In the active version or in one that an open run still keeps.
fn has_tool(state: &State, service: &ServiceName, tool: &ToolName) -> bool {
    let active = state.services.get(service).map(|known| &known.active);
    let kept = state.runs.values().map(|run| &run.terms).filter(|terms| terms.service == *service);
    active.into_iter().chain(kept).any(|terms| terms.tools.contains_key(tool))
}

/// The groups with the run duty, one list for each service that the scope touches; never none.
fn duties(state: &State, scope: &Scope) -> Vec<Vec<GroupName>> {
    let duties: Vec<Vec<GroupName>> =
        concerned(state, scope).map(|terms| terms.run_duty.iter().cloned().collect()).collect();
    // Where nobody holds the duty, administrators remain.
    if duties.is_empty() { vec![Vec::new()] } else { duties }
}

/// The versions that a scope is about: the active ones of its services, or the one that its run keeps.
fn concerned<'a>(state: &'a State, scope: &'a Scope) -> impl Iterator<Item = &'a Terms> {
    let (every, one, run) = match scope {
        Scope::All | Scope::Domain(_) => (Some(state.services.values()), None, None),
        Scope::Service(service) | Scope::Tool(service, _) => (None, state.services.get(service), None),
        Scope::Run(run) => (None, None, state.runs.get(run)),
    };
    let active = every.into_iter().flatten().chain(one).map(|known| &*known.active);
    active.chain(run.map(|run| &*run.terms))
}

fn permitted(duty: &[GroupName], by: &Person, what: &'static str) -> Result<(), Refusal> {
    let duty: BTreeSet<GroupName> = duty.iter().cloned().collect();
    if by.is_in_any(&duty) {
        return Ok(());
    }
    Err(Refusal::NotPermitted {
        who: by.name.clone(),
        what,
        needs: format!("the run duty is with {}", group_list(&duty)),
    })
}
