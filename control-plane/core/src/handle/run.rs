//! Runs begin and end.

use crate::{
    Declared, Digest, Reason, RunId, ServiceName, Timestamp, event::Event, refusal::Refusal, state::State,
};

/// Longest name of a run, in bytes.
const MAX_NAME: usize = 128;

/// Asks whether a service's run may start, as `(service, principal)`; answers the version that it keeps.
pub(super) fn may_start(
    state: &State,
    (run, name): (RunId, &str),
    (service, principal): (&ServiceName, &str),
    declared: &Declared,
    now: Timestamp,
) -> Result<Digest, Refusal> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(Refusal::Invalid(format!("the name of a run has 1 to {MAX_NAME} bytes")));
    }
    if let Some(problem) = declared.problem() {
        return Err(Refusal::Invalid(problem));
    }
    let known = state.services.get(service).ok_or_else(|| Refusal::not_found("service", service))?;
    if known.active.principal != principal {
        return Err(Refusal::NotPermitted {
            who: format!("`{principal}`"),
            what: "start a run of this service",
            needs: format!("the contract names `{}`", known.active.principal),
        });
    }
    if state.is_revoked(&known.active.digest) {
        return Err(Refusal::Conflict(format!(
            "version {} of `{service}` was revoked and no other is active",
            known.active.version
        )));
    }
    if state.approvals && !state.is_by_people(&known.active.digest) {
        return Err(Refusal::Conflict(format!(
            "version {} of `{service}` became active from a folder and nobody approved it; propose and approve a version",
            known.active.version
        )));
    }
    if let Some(joins) = state.joins((service, name), declared, now) {
        return Err(joins);
    }
    if let Some((reason, detail)) = known.active.delegation.lacks(now) {
        return Err(Refusal::Withheld { reason, detail });
    }
    if let Some(problem) = known.active.not_a_workflow(declared.workflow.as_ref()) {
        return Err(Refusal::Invalid(problem));
    }
    if state.runs.contains_key(&run) {
        return Err(Refusal::Conflict(format!("{run} is taken")));
    }
    Ok(known.active.digest)
}

impl State {
    /// What becomes of a start under a name that a run bears and bars: it joins that run, or clashes with it.
    pub fn joins(
        &self,
        (service, name): (&ServiceName, &str),
        declared: &Declared,
        now: Timestamp,
    ) -> Option<Refusal> {
        let named = self.run_names.get(&(service.clone(), name.to_owned()));
        let known = named.and_then(|id| self.runs.get(id)).filter(|run| run.bars_its_name(now))?;
        Some(declared.differs_from(known).map_or(Refusal::JoinsRun(known.id), |part| {
            let text = format!(
                "the run `{name}` was started with another {part}; name the same one or none to join it, or use another name"
            );
            Refusal::Conflict(text)
        }))
    }
}

pub(super) fn end(
    state: &State,
    id: RunId,
    reason: Option<Reason>,
    note: String,
) -> Result<Vec<Event>, Refusal> {
    let run = super::known_run(state, id)?;
    if !run.is_open() {
        return Ok(Vec::new());
    }
    let mut events = super::escalation::void(state, "the run ended", |held| held.run == id);
    events.push(Event::RunEnded { run: id, stopped: reason.is_some(), reason, note });
    Ok(events)
}
