//! A rollback as it stands: what became of each step, what waits for what, and what people have to take over.

use std::collections::HashMap;

use remit_core::{
    ActionStatus, PlanId, Timestamp,
    rollback::{Rollback, Step},
    state::{State, Turn, Wait},
};
use remit_proto::v1 as pb;

use super::{describe, find, wire};
use crate::{
    clock,
    error::Error,
    plane::{Plane, Ward},
    view::Inner,
};

pub(crate) fn get(plane: &Plane, plan: &str) -> Result<pb::Rollback, Error> {
    let (ward, plan) = find(plane, plan)?;
    of(ward, plan)
}

pub(super) fn of(ward: &Ward, plan: PlanId) -> Result<pb::Rollback, Error> {
    let now = clock::now();
    let shown = ward.view.read(|inner| {
        let rollback = inner.state.rollbacks.get(&plan)?;
        let plan = describe(&rollback.plan, inner);
        let states = rollback.plan.steps.iter().zip(plan.steps.clone());
        let steps: Vec<pb::StepState> = states
            .map(|(planned, step)| {
                let Standing { state, note, until, owner } = standing(rollback, planned, &inner.state, now);
                let by = rollback.compensation(planned.target).map(|by| by.to_string()).unwrap_or_default();
                let (step, until) = (Some(step), until.map(wire::time));
                pb::StepState { step, state: state.to_owned(), note, until, by, owner }
            })
            .collect();
        Some(pb::Rollback { steps, plan: Some(plan), ..heading(rollback, inner, now) })
    });
    shown.ok_or_else(|| Error::NotFound(format!("there is no rollback plan `{plan}` here")))
}

/// Rollbacks without their steps, newest first.
pub(crate) fn list(plane: &Plane, all: bool) -> pb::ListRollbacksResponse {
    let now = clock::now();
    let mut found: Vec<(PlanId, pb::Rollback)> = Vec::new();
    for ward in plane.business() {
        ward.view.read(|inner| {
            let started = inner.state.rollbacks.values().filter(|it| it.started_by.is_some());
            let wanted = started.filter(|it| all || it.is_under_way() || left_over(it, &inner.state));
            found.extend(wanted.map(|rollback| {
                let plan = pb::RollbackPlan { steps: Vec::new(), ..describe(&rollback.plan, inner) };
                (rollback.plan.id, pb::Rollback { plan: Some(plan), ..heading(rollback, inner, now) })
            }));
        });
    }
    found.sort_by(|(a, _), (b, _)| b.cmp(a));
    pb::ListRollbacksResponse { rollbacks: found.into_iter().map(|(_, shown)| shown).collect() }
}

/// True while something of it is on somebody's list.
fn left_over(rollback: &Rollback, state: &State) -> bool {
    rollback.fates.keys().any(|target| state.parked.get(target) == Some(&rollback.plan.id))
}

fn heading(rollback: &Rollback, inner: &Inner, now: Timestamp) -> pb::Rollback {
    let (paused_by, paused_reason) = rollback.paused.clone().unwrap_or_default();
    pb::Rollback {
        plan: None,
        started_by: rollback.started_by.as_ref().map(|by| by.name.clone()).unwrap_or_default(),
        since: rollback.started_by.as_ref().map(|_| wire::time(rollback.since)),
        paused_by,
        paused_reason,
        steps: Vec::new(),
        counts: counts(rollback, inner, now),
        closed: rollback.started_by.is_some() && rollback.is_closed(),
        rests: rollback.started_by.is_some() && inner.state.rests(rollback, now),
    }
}

/// Steps by where they stand.
pub(super) fn counts(rollback: &Rollback, inner: &Inner, now: Timestamp) -> HashMap<String, u32> {
    let mut counts = HashMap::<String, u32>::new();
    for step in &rollback.plan.steps {
        let state = standing(rollback, step, &inner.state, now).state;
        let count = counts.entry(state.to_owned()).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

/// Where a step stands.
pub(super) struct Standing {
    pub(super) state: &'static str,
    pub(super) note: String,
    pub(super) until: Option<Timestamp>,
    pub(super) owner: String,
}

pub(super) fn standing(rollback: &Rollback, step: &Step, state: &State, now: Timestamp) -> Standing {
    let fate = rollback.fate(step.target);
    let plain = |state| Standing { state, note: String::new(), until: None, owner: String::new() };
    let action = state.actions.get(&step.target);
    match action.map(|action| action.status) {
        Some(ActionStatus::Undone) => return plain("undone"),
        Some(ActionStatus::Denied | ActionStatus::Lapsed | ActionStatus::Failed) => {
            return plain("without_effect");
        }
        Some(
            ActionStatus::Proposed
            | ActionStatus::Held
            | ActionStatus::Approved
            | ActionStatus::Admitted
            | ActionStatus::Running
            | ActionStatus::Succeeded
            | ActionStatus::InDoubt,
        )
        | None => {}
    }
    if fate.skipped {
        return plain("skipped");
    }
    if let Some(why) = fate.parked {
        let run = action.and_then(|action| state.runs.get(&action.run));
        return Standing {
            state: "parked",
            note: format!("{}: {}", why.as_str(), fate.note),
            until: Some(fate.parked_until),
            owner: run.map(|run| run.terms.owner.clone()).unwrap_or_default(),
        };
    }
    // Memory lets a run go once each of its effects is undone or came to nothing.
    let Some(action) = action else { return plain("undone") };
    if rollback.started_by.is_none() {
        return plain("due");
    }
    let turn = state.turn(rollback.plan.id, step.target, now);
    let Turn::Wait(wait) = turn else {
        return plain(if turn == Turn::Verify { "verifying" } else { "due" });
    };
    let verifies = state.undoing(action).and_then(|by| state.actions.get(&by));
    let (name, until) = match &wait {
        _ if verifies.is_some_and(|by| by.status == ActionStatus::Succeeded) => ("verifying", None),
        Wait::Undoing { until, .. } => ("undoing", Some(*until)),
        Wait::Outcome { until, .. } => ("waiting", Some(*until)),
        Wait::Again { from, .. } => ("waiting", Some(*from)),
        Wait::Later(_) | Wait::Parked(_) | Wait::Paused { .. } => ("waiting", None),
    };
    Standing { until, note: wait.to_string(), ..plain(name) }
}

/// What people have to take over, the most urgent first.
pub(crate) fn parked(plane: &Plane) -> pb::ListParkedResponse {
    let mut found = Vec::new();
    for ward in plane.business() {
        ward.view.read(|inner| {
            for (target, plan) in &inner.state.parked {
                let Some(rollback) = inner.state.rollbacks.get(plan) else { continue };
                let Some(action) = inner.state.actions.get(target) else { continue };
                let (fate, run) = (rollback.fate(*target), inner.state.runs.get(&action.run));
                let parked = pb::Parked {
                    target: inner.card(*target).map(wire::action),
                    plan: plan.to_string(),
                    run: action.run.to_string(),
                    why: fate.parked.map(|why| why.as_str().to_owned()).unwrap_or_default(),
                    note: fate.note,
                    owner: run.map(|run| run.terms.owner.clone()).unwrap_or_default(),
                    until: Some(wire::time(fate.parked_until)),
                };
                found.push((fate.parked_until, parked));
            }
        });
    }
    found.sort_by_key(|(until, _)| *until);
    let mut parked: Vec<pb::Parked> = found.into_iter().map(|(_, parked)| parked).collect();
    let shown = parked.iter_mut().filter_map(|it| it.target.as_mut());
    wire::fit(shown.map(|action| &mut action.params_json));
    pb::ListParkedResponse { parked }
}
