//! Ceilings are set at once by one person; why, until when and in whose care is said then or later.

use std::collections::BTreeSet;

use crate::{
    GroupName, Person, ServiceName, Terms, Timestamp, ToolName,
    command::{Explain, SwitchTarget},
    escalation::Escalation,
    event::{Event, group_list},
    refusal::Refusal,
    state::State,
    switch::{Mode, REVIEW_MS, Scope, Switch},
};

pub(super) fn set(state: &State, switch: Switch, by: &Person, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    exists(state, &switch.scope)?;
    permitted(&duties(state, &switch.scope).concat(), by, "set a ceiling here")?;
    if let Some(known) = state.switches.get(&switch.id) {
        // Sent again it is set already; anything else must not be mistaken for it.
        let said = |it: &Switch| (it.scope.clone(), it.ceiling, it.mode, it.no_undo);
        if said(known) == said(&switch) {
            return Ok(Vec::new());
        }
        return Err(Refusal::Conflict(format!("{} is {} at {}", switch.id, known.ceiling, known.scope)));
    }
    let switch = Switch { by: by.name.clone(), at: now, breach: None, ..switch };
    Ok(with_voided(state, switch))
}

/// The switch as it is set, the end of every question that it makes void, and of what it cuts off.
pub(crate) fn with_voided(state: &State, switch: Switch) -> Vec<Event> {
    let review_at = switch.review_at.unwrap_or_else(|| switch.at.plus_ms(REVIEW_MS));
    let switch = Switch { review_at: Some(review_at), ..switch };
    let note = format!("{} set {} to {}", switch.by, switch.scope, switch.ceiling);
    let voided = super::escalation::void(state, &note, |held| stops(state, &switch, held));
    let cancelled = match switch.mode {
        Mode::Finish => Vec::new(),
        Mode::Cancel => super::settle::cancelled(state, &switch),
    };
    std::iter::once(Event::SwitchSet(switch)).chain(voided).chain(cancelled).collect()
}

/// True when the switch covers a held action and lies below its level.
pub(super) fn stops(state: &State, switch: &Switch, held: &Escalation) -> bool {
    let (Some(run), Some(action)) = (state.runs.get(&held.run), state.actions.get(&held.action)) else {
        return false;
    };
    switch.stops(action.level, state.place(run, &action.tool))
}

/// Says why switches are set, when they are looked at again, and who looks after them.
pub(super) fn explain(state: &State, told: &Explain) -> Result<Vec<Event>, Refusal> {
    let Explain { target, by, reason, review_at, owner } = told;
    let found = found(state, target)?;
    if reason.trim().is_empty() {
        return Err(Refusal::Invalid("say why it is set".to_owned()));
    }
    for switch in &found {
        permitted(&duties(state, &switch.scope).concat(), by, "speak for this switch")?;
    }
    let explained = found.into_iter().map(|switch| Event::SwitchExplained {
        switch: switch.id,
        by: by.name.clone(),
        reason: reason.clone(),
        review_at: *review_at,
        owner: owner.clone(),
    });
    Ok(explained.collect())
}

/// The switches that are meant; at least one.
pub(super) fn found<'a>(state: &'a State, target: &SwitchTarget) -> Result<Vec<&'a Switch>, Refusal> {
    let meant = |switch: &&Switch| match target {
        SwitchTarget::Id(id) => switch.id == *id,
        SwitchTarget::Scope(scope) => switch.scope == *scope,
    };
    let found: Vec<&Switch> = state.switches.values().filter(meant).collect();
    match (found.is_empty(), target) {
        (false, _) => Ok(found),
        (true, SwitchTarget::Id(id)) => Err(Refusal::not_found("switch", id)),
        (true, SwitchTarget::Scope(scope)) => Err(Refusal::not_found("switch at", scope)),
    }
}

impl State {
    /// Who answers for the one service that a scope is about; nobody in particular where it is about more.
    pub(crate) fn owner_at(&self, scope: &Scope) -> Option<String> {
        let mut about = concerned(self, scope);
        about.next().filter(|_| about.next().is_none()).map(|terms| terms.owner.clone())
    }
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
pub(super) fn duties(state: &State, scope: &Scope) -> Vec<Vec<GroupName>> {
    let duties: Vec<Vec<GroupName>> =
        concerned(state, scope).map(|terms| terms.run_duty.iter().cloned().collect()).collect();
    // Where nobody holds the duty, administrators remain.
    if duties.is_empty() { vec![Vec::new()] } else { duties }
}

/// The versions that a scope is about: the active ones of its services, or the one that its run keeps.
pub(super) fn concerned<'a>(state: &'a State, scope: &'a Scope) -> impl Iterator<Item = &'a Terms> {
    let (every, one, run) = match scope {
        Scope::All | Scope::Domain(_) => (Some(state.services.values()), None, None),
        Scope::Service(service) | Scope::Tool(service, _) => (None, state.services.get(service), None),
        Scope::Run(run) => (None, None, state.runs.get(run)),
    };
    let active = every.into_iter().flatten().chain(one).map(|known| &*known.active);
    active.chain(run.map(|run| &*run.terms))
}

pub(super) fn permitted(duty: &[GroupName], by: &Person, what: &'static str) -> Result<(), Refusal> {
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
