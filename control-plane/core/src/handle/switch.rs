//! Ceilings are set at once by one person, and lifted with a reason by those who run the service.

use std::collections::BTreeSet;

use crate::{
    GroupName, Person, RunId,
    command::SwitchTarget,
    event::{Event, group_list},
    refusal::Refusal,
    state::State,
    switch::{Scope, Switch},
};

/// Fewest characters of a reason for letting something go again.
pub(super) const MIN_RELEASE_REASON: usize = 10;

pub(super) fn set(state: &State, switch: Switch, by: &Person) -> Result<Vec<Event>, Refusal> {
    exists(state, &switch.scope)?;
    permitted(state, &switch.scope, by, "set a ceiling here")?;
    if state.switches.contains_key(&switch.id) {
        return Ok(Vec::new());
    }
    let covers = |run: RunId| {
        state
            .escalations
            .values()
            .filter(|escalation| escalation.run == run)
            .any(|escalation| stops(state, &switch, escalation))
    };
    let mut events =
        super::run::voided(state, covers, &format!("{} set {} to {}", by.name, switch.scope, switch.ceiling));
    events.retain(|event| match event {
        Event::EscalationClosed { escalation, .. } => {
            state.escalations.get(escalation).is_some_and(|escalation| stops(state, &switch, escalation))
        }
        _ => true,
    });
    events.insert(0, Event::SwitchSet(switch));
    Ok(events)
}

/// True when the switch covers a held action and lies below its level.
fn stops(state: &State, switch: &Switch, escalation: &crate::escalation::Escalation) -> bool {
    let (Some(run), Some(action)) = (state.runs.get(&escalation.run), state.actions.get(&escalation.action))
    else {
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
    for switch in &found {
        permitted(state, &switch.scope, by, "lift this ceiling")?;
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
        Scope::Tool(service, tool)
            if state.services.get(service).is_some_and(|known| known.active.tools.contains_key(tool)) =>
        {
            Ok(())
        }
        Scope::Tool(..) => missing("tool"),
        Scope::Run(run) if state.runs.contains_key(run) => Ok(()),
        Scope::Run(_) => missing("run"),
    }
}

/// Those who hold the run duty of every service that the scope may touch; of any, for a whole domain.
fn permitted(state: &State, scope: &Scope, by: &Person, what: &'static str) -> Result<(), Refusal> {
    let duty: BTreeSet<GroupName> = match scope {
        Scope::All | Scope::Domain(_) => state.run_duty(),
        Scope::Service(service) | Scope::Tool(service, _) => {
            state.services.get(service).map(|known| known.active.run_duty.clone()).unwrap_or_default()
        }
        Scope::Run(run) => state.runs.get(run).map(|run| run.terms.run_duty.clone()).unwrap_or_default(),
    };
    if by.is_in_any(&duty) {
        return Ok(());
    }
    Err(Refusal::NotPermitted {
        who: by.name.clone(),
        what,
        needs: format!("the run duty is with {}", group_list(&duty)),
    })
}
