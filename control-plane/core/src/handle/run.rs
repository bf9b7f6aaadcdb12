//! Runs begin and end.

use crate::{
    Digest, Reason, RunId, ServiceName,
    escalation::EscalationStatus,
    event::Event,
    refusal::Refusal,
    state::{Phase, State},
};

/// Longest name of a run, in bytes.
const MAX_NAME: usize = 128;

pub(super) fn active_version(state: &State, service: &ServiceName) -> Result<Digest, Refusal> {
    let service = state.services.get(service).ok_or_else(|| Refusal::not_found("service", service))?;
    Ok(service.active.digest)
}

pub(super) fn start(state: &State, event: Event) -> Result<Vec<Event>, Refusal> {
    let Event::RunStarted { name, service, principal, .. } = &event else {
        return Err(Refusal::Invalid("not the start of a run".to_owned()));
    };
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(Refusal::Invalid(format!("the name of a run has 1 to {MAX_NAME} bytes")));
    }
    let terms = &state.services.get(service).ok_or_else(|| Refusal::not_found("service", service))?.active;
    if terms.principal != *principal {
        return Err(Refusal::NotPermitted {
            who: format!("`{principal}`"),
            what: "start a run of this service",
            needs: format!("the contract names `{}`", terms.principal),
        });
    }
    if let Some(run) = state.run_names.get(&(service.clone(), name.clone())) {
        return Err(Refusal::JoinsRun(*run));
    }
    Ok(vec![event])
}

pub(super) fn end(
    state: &State,
    id: RunId,
    reason: Option<Reason>,
    note: String,
) -> Result<Vec<Event>, Refusal> {
    let run = state.runs.get(&id).ok_or_else(|| Refusal::not_found("run", id))?;
    match run.phase {
        Phase::Open => {
            let mut events = voided(state, |escalation_run| escalation_run == id, "the run ended");
            events.push(Event::RunEnded { run: id, stopped: reason.is_some(), reason, note });
            Ok(events)
        }
        Phase::Completed | Phase::Stopped | Phase::RollingBack | Phase::RolledBack => Ok(Vec::new()),
    }
}

/// Voids the pending escalations of the runs that `of` picks.
pub(super) fn voided(state: &State, of: impl Fn(RunId) -> bool, note: &str) -> Vec<Event> {
    state
        .escalations
        .values()
        .filter(|escalation| escalation.status == EscalationStatus::Pending && of(escalation.run))
        .map(|escalation| Event::EscalationClosed {
            escalation: escalation.question.id,
            action: escalation.action,
            run: escalation.run,
            status: EscalationStatus::Voided,
            note: note.to_owned(),
        })
        .collect()
}
