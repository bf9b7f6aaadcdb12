//! Rollbacks: planned first, started as shown, closed when every step has ended.

use crate::{
    Digest, Person, PlanId, RunId, Timestamp,
    action::ActionStatus,
    event::{Event, group_list},
    refusal::Refusal,
    rollback::Plan,
    state::{Phase, Retention, Rollback, Run, State},
};

pub(super) fn plan(
    state: &State,
    id: PlanId,
    run: RunId,
    by: &Person,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let run = super::known_run(state, run)?;
    permitted(run, by, "plan a rollback")?;
    if run.phase == Phase::RollingBack {
        return Err(Refusal::Conflict("the run is being rolled back already".to_owned()));
    }
    if run.retention == Retention::Retired {
        let text = "nothing of the run can be undone any more: it has ended and every window has passed";
        return Err(Refusal::Conflict(text.to_owned()));
    }
    // Planned again under its id, a started plan could be started twice.
    if state.rollbacks.contains_key(&id) {
        return Err(Refusal::Conflict(format!("{id} is taken")));
    }
    Ok(vec![Event::RollbackPlanned { plan: Box::new(Plan::of(id, run, state, now)), by: by.name.clone() }])
}

/// Asks whether exactly the plan that was shown may start now.
pub(super) fn may_start(
    state: &State,
    id: PlanId,
    digest: Digest,
    by: &Person,
    now: Timestamp,
) -> Result<(), Refusal> {
    let rollback = known(state, id)?;
    let run = super::known_run(state, rollback.plan.run)?;
    permitted(run, by, "start a rollback")?;
    super::duty::not_own(state, by, &run.terms, "start a rollback")?;
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
    Ok(())
}

pub(super) fn start(state: &State, id: PlanId, by: Person, reason: String) -> Result<Vec<Event>, Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::Invalid("a rollback needs a reason".to_owned()));
    }
    let run = known(state, id)?.plan.run;
    let voided = super::escalation::void(state, "the run is rolled back", |held| held.run == run);
    Ok(std::iter::once(Event::RollbackStarted { plan: id, run, by, reason }).chain(voided).collect())
}

/// Closes a plan: what is neither undone nor certainly without effect is parked with a person.
pub(super) fn close(state: &State, id: PlanId) -> Result<Vec<Event>, Refusal> {
    let rollback = known(state, id)?;
    if rollback.closed || rollback.started_by.is_none() {
        return Ok(Vec::new());
    }
    let (mut undone, mut parked) = (0_u32, 0_u32);
    for step in &rollback.plan.steps {
        let by = rollback.compensations.get(&step.target);
        let involved = by.into_iter().chain([&step.target]).filter_map(|id| state.actions.get(id));
        if involved.into_iter().any(|action| action.status.is_in_flight()) {
            return Err(Refusal::Conflict(format!("the step about {} is still under way", step.target)));
        }
        match state.actions.get(&step.target).map(|action| action.status) {
            Some(ActionStatus::Undone) => undone = undone.saturating_add(1),
            Some(ActionStatus::Denied | ActionStatus::Lapsed | ActionStatus::Failed) => {}
            Some(
                ActionStatus::Succeeded
                | ActionStatus::InDoubt
                | ActionStatus::Proposed
                | ActionStatus::Held
                | ActionStatus::Approved
                | ActionStatus::Admitted
                | ActionStatus::Running,
            )
            | None => parked = parked.saturating_add(1),
        }
    }
    Ok(vec![Event::RollbackClosed { plan: id, run: rollback.plan.run, undone, parked }])
}

pub(super) fn known(state: &State, id: PlanId) -> Result<&Rollback, Refusal> {
    state.rollbacks.get(&id).ok_or_else(|| Refusal::not_found("rollback plan", &id))
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
