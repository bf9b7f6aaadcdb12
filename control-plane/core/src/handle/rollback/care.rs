//! A rollback under way: paused, resumed, a step skipped, read back, closed, opened again.

use super::{in_charge, known, reasoned};
use crate::{
    ActionId, Person, PlanId, RunId, Timestamp,
    action::ActionStatus,
    event::{ActionSettled, Event, Settlement},
    refusal::Refusal,
    rollback::{Rollback, UndoVerified},
    state::State,
};

/// What is under way comes to its end; no further step is taken.
pub(in crate::handle) fn pause(
    state: &State,
    id: PlanId,
    by: &Person,
    reason: String,
) -> Result<Vec<Event>, Refusal> {
    let rollback = started(state, id)?;
    in_charge(state, rollback, by, "pause a rollback")?;
    reasoned(&reason, "a pause")?;
    if let Some((who, why)) = &rollback.paused {
        return Err(Refusal::Conflict(format!("{who} has paused it already: {why}")));
    }
    Ok(vec![Event::RollbackPaused { plan: id, by: by.name.clone(), reason }])
}

/// It goes on, and what was parked and may fare better is tried again.
pub(in crate::handle) fn resume(
    state: &State,
    id: PlanId,
    by: &Person,
    reason: String,
) -> Result<Vec<Event>, Refusal> {
    let rollback = started(state, id)?;
    in_charge(state, rollback, by, "resume a rollback")?;
    reasoned(&reason, "to resume")?;
    let open = rollback.runs.iter().filter(|(_, part)| !part.closed).map(|(run, _)| *run);
    let parked = open.flat_map(|run| rollback.steps_of(run)).any(|step| {
        rollback.fates.get(&step.target).and_then(|fate| fate.parked).is_some_and(|why| why.may_pass())
    });
    if rollback.paused.is_none() && !parked {
        return Err(Refusal::Conflict("it is neither paused nor does a parked step hold it up".to_owned()));
    }
    Ok(vec![Event::RollbackResumed { plan: id, by: by.name.clone(), reason }])
}

/// The rollback goes on without a step: a person has taken it over.
pub(in crate::handle) fn skip(
    state: &State,
    (id, target): (PlanId, ActionId),
    by: &Person,
    reason: String,
) -> Result<Vec<Event>, Refusal> {
    let rollback = known(state, id)?;
    if rollback.started_by.is_none() {
        return Err(Refusal::Conflict(
            "the plan was not started; start another one without the step".to_owned(),
        ));
    }
    in_charge(state, rollback, by, "skip a step of a rollback")?;
    reasoned(&reason, "to skip a step")?;
    let step = rollback.step(target);
    let step = step.ok_or_else(|| Refusal::Conflict(format!("the plan has no step about {target}")))?;
    let fate = rollback.fate(target);
    if fate.skipped {
        return Err(Refusal::Conflict("the step was skipped already".to_owned()));
    }
    let action = state.actions.get(&target).ok_or_else(|| Refusal::not_found("action", &target))?;
    match action.status {
        ActionStatus::Undone => return Err(Refusal::Conflict(format!("{target} is undone"))),
        ActionStatus::Denied | ActionStatus::Lapsed | ActionStatus::Failed => {
            return Err(Refusal::Conflict(format!(
                "{target} is {}: there is nothing to undo",
                action.status
            )));
        }
        ActionStatus::Proposed
        | ActionStatus::Held
        | ActionStatus::Approved
        | ActionStatus::Admitted
        | ActionStatus::Running
        | ActionStatus::Succeeded
        | ActionStatus::InDoubt => {}
    }
    let undoing = state.undoing(action).and_then(|by| state.actions.get(&by));
    if let Some(under_way) = undoing.filter(|by| by.status.is_in_flight()) {
        return Err(Refusal::Conflict(format!("{} is undoing it at this moment", under_way.id)));
    }
    let run = rollback.plan.run_of(step).unwrap_or(action.run);
    Ok(vec![Event::StepSkipped { plan: id, run, target, by: by.name.clone(), reason }])
}

/// Closes the runs of a plan whose steps have all ended: undone, without effect, or with a person.
pub(in crate::handle) fn close(state: &State, id: PlanId, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let rollback = known(state, id)?;
    if !rollback.is_under_way() {
        return Ok(Vec::new());
    }
    let open = rollback.runs.iter().filter(|(_, part)| !part.closed).map(|(run, _)| *run);
    let ended = open.filter(|run| state.is_walked(rollback, *run, now));
    let closed: Vec<Event> = ended.map(|run| closed(state, rollback, run)).collect();
    if closed.is_empty() {
        return Err(Refusal::Conflict("steps of it are still under way".to_owned()));
    }
    Ok(closed)
}

fn closed(state: &State, rollback: &Rollback, run: RunId) -> Event {
    let (mut undone, mut parked, mut skipped) = (0_u32, 0_u32, 0_u32);
    for step in rollback.steps_of(run) {
        let fate = rollback.fate(step.target);
        let counted = if fate.skipped {
            &mut skipped
        } else if fate.parked.is_some() {
            &mut parked
        } else if state.actions.get(&step.target).is_some_and(|it| it.status == ActionStatus::Undone) {
            &mut undone
        } else {
            continue;
        };
        *counted = counted.saturating_add(1);
    }
    Event::RollbackClosed { plan: rollback.plan.id, run, undone, parked, skipped }
}

fn started(state: &State, id: PlanId) -> Result<&Rollback, Refusal> {
    let rollback = known(state, id)?;
    if rollback.is_under_way() {
        return Ok(rollback);
    }
    let why = if rollback.started_by.is_some() { "is closed" } else { "was not started" };
    Err(Refusal::Conflict(format!("the rollback {why}")))
}

/// What follows from outcomes: a read-back shows whether an effect is gone, and an effect that turns out to exist
/// after its run was closed opens that again.
pub(in crate::handle) fn follow(state: &State, mut events: Vec<Event>) -> Vec<Event> {
    let follows = |event: &Event| {
        let Event::ActionSettled(settled) = event else { return None };
        verified(state, settled).or_else(|| reopened(state, settled))
    };
    let more: Vec<Event> = events.iter().filter_map(follows).collect();
    events.extend(more);
    events
}

fn verified(state: &State, settled: &ActionSettled) -> Option<Event> {
    let (target, plan) = state.actions.get(&settled.action)?.verifies?;
    let Settlement::Succeeded { result } = &settled.settlement else { return None };
    let action = state.actions.get(&target).filter(|action| action.status == ActionStatus::Succeeded)?;
    let compensation = state.undoing(action)?;
    let holds = action.undo.as_ref()?.verify.as_ref()?.holds(result);
    Some(Event::UndoVerified(Box::new(UndoVerified {
        plan,
        run: settled.run,
        target,
        compensation,
        by: settled.action,
        holds: holds.is_ok(),
        note: holds.err().unwrap_or_default(),
    })))
}

fn reopened(state: &State, settled: &ActionSettled) -> Option<Event> {
    let target = settled.action;
    let action = state.actions.get(&target).filter(|action| action.status == ActionStatus::InDoubt)?;
    let happened = matches!(settled.settlement, Settlement::Succeeded { .. });
    let closed = |rollback: &&Rollback| {
        rollback.started_by.is_some()
            && rollback.step(target).is_some()
            && rollback.runs.get(&action.run).is_some_and(|part| part.closed)
    };
    // The newest plan about it: identities are ordered by time.
    let rollback = state.rollbacks.values().rev().filter(|_| happened).find(closed)?;
    let note = format!("`{}` has happened after all", action.tool);
    Some(Event::RollbackReopened { plan: rollback.plan.id, run: action.run, target, note })
}
