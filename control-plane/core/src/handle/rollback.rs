//! Rollbacks: planned first, started as shown, closed when every step has ended.

use crate::{
    Digest, Person, PlanId, RunId, Timestamp,
    action::ActionStatus,
    event::{Event, group_list},
    refusal::Refusal,
    rollback::{Plan, StepKind},
    state::{Phase, Rollback, Run, State},
};

pub(super) fn plan(
    state: &State,
    id: PlanId,
    run: RunId,
    by: &Person,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let run = state.runs.get(&run).ok_or_else(|| Refusal::not_found("run", run))?;
    permitted(run, by, "plan a rollback")?;
    if run.phase == Phase::RollingBack {
        return Err(Refusal::Conflict("the run is being rolled back already".to_owned()));
    }
    Ok(vec![Event::RollbackPlanned { plan: Box::new(Plan::of(id, run, state, now)), by: by.name.clone() }])
}

pub(super) fn start(
    state: &State,
    id: PlanId,
    digest: Digest,
    by: Person,
    reason: String,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let rollback = known(state, id)?;
    let run =
        state.runs.get(&rollback.plan.run).ok_or_else(|| Refusal::not_found("run", rollback.plan.run))?;
    permitted(run, &by, "start a rollback")?;
    if rollback.started_by.is_some() {
        return Err(Refusal::Conflict("the plan was started already".to_owned()));
    }
    if run.phase == Phase::RollingBack {
        return Err(Refusal::Conflict("the run is being rolled back already".to_owned()));
    }
    if digest != rollback.plan.digest {
        return Err(Refusal::Conflict("the digest shown is not the plan's".to_owned()));
    }
    if now >= rollback.plan.expires_at {
        return Err(Refusal::Conflict("the plan has expired; plan again".to_owned()));
    }
    if Plan::of(id, run, state, now).digest != rollback.plan.digest {
        return Err(Refusal::Conflict("the run has moved since the plan was made; plan again".to_owned()));
    }
    if reason.trim().is_empty() {
        return Err(Refusal::Invalid("a rollback needs a reason".to_owned()));
    }
    let mut events = super::run::voided(state, |of| of == run.id, "the run is rolled back");
    events.insert(0, Event::RollbackStarted { plan: id, run: run.id, by, reason });
    Ok(events)
}

pub(super) fn close(state: &State, id: PlanId) -> Result<Vec<Event>, Refusal> {
    let rollback = known(state, id)?;
    if rollback.closed || rollback.started_by.is_none() {
        return Ok(Vec::new());
    }
    let (mut undone, mut parked) = (0_u32, 0_u32);
    for step in &rollback.plan.steps {
        let status = state.actions.get(&step.target).map(|action| action.status);
        match step.kind {
            StepKind::Compensate { .. } | StepKind::AlreadyUndone => {
                if status == Some(ActionStatus::Undone) {
                    undone = undone.saturating_add(1);
                } else {
                    parked = parked.saturating_add(1);
                }
            }
            StepKind::Irreversible { .. } | StepKind::InDoubt | StepKind::OutOfWindow => {
                parked = parked.saturating_add(1);
            }
            StepKind::HeldVoided => {}
        }
        let open = rollback
            .compensations
            .get(&step.target)
            .and_then(|by| state.actions.get(by))
            .is_some_and(|by| by.status.is_in_flight());
        if open {
            return Err(Refusal::Conflict(format!("the step about {} is still under way", step.target)));
        }
    }
    Ok(vec![Event::RollbackClosed { plan: id, run: rollback.plan.run, undone, parked }])
}

pub(super) fn known(state: &State, id: PlanId) -> Result<&Rollback, Refusal> {
    state.rollbacks.get(&id).ok_or_else(|| Refusal::not_found("rollback plan", id))
}

fn permitted(run: &Run, by: &Person, what: &'static str) -> Result<(), Refusal> {
    if by.is_in_any(&run.terms.run_duty) {
        return Ok(());
    }
    Err(Refusal::NotPermitted {
        who: by.name.clone(),
        what,
        needs: format!("the run duty is with {}", group_list(&run.terms.run_duty)),
    })
}
