//! Rollbacks: planned first, and started exactly as shown.

use crate::{
    ActionId, Digest, Person, PlanId, Timestamp,
    command::Asked,
    event::{Event, group_list},
    refusal::Refusal,
    rollback::{LeftOut, MOST_TARGETS, Plan, Rollback, Selection},
    state::{Phase, Retention, Run, State},
};

mod care;

pub(super) use care::{close, follow, pause, resume, skip};

pub(super) fn plan(
    state: &State,
    id: PlanId,
    asked: Asked,
    by: &Person,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    // Planned again under its id, a started plan could be started twice.
    if state.rollbacks.contains_key(&id) {
        return Err(Refusal::Conflict(format!("{id} is taken")));
    }
    let Asked { selection, targets, mut left_out } = asked;
    let plan = if let Some(run) = selection.whole_run() {
        let run = super::known_run(state, run)?;
        permitted(run, by, "plan a rollback")?;
        if run.phase == Phase::RollingBack {
            return Err(already(run));
        }
        if run.retention == Retention::Retired {
            let text = "nothing of the run can be undone any more: it has ended and every window has passed";
            return Err(Refusal::Conflict(text.to_owned()));
        }
        Plan::of(id, selection, &[], state, now)
    } else {
        let targets = chosen(state, &selection, targets, by, &mut left_out)?;
        Plan::of(id, selection, &targets, state, now)
    };
    let plan = Plan { left_out, ..plan };
    Ok(vec![Event::RollbackPlanned { plan: Box::new(plan), by: by.name.clone() }])
}

/// The chosen actions that a plan can be about; runs that are being undone already are left out, and named.
fn chosen(
    state: &State,
    selection: &Selection,
    targets: Vec<ActionId>,
    by: &Person,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<ActionId>, Refusal> {
    if targets.len() > MOST_TARGETS {
        return Err(Refusal::Invalid(format!(
            "{} actions are chosen, one plan is about at most {MOST_TARGETS}: narrow the time or name a tool",
            targets.len()
        )));
    }
    let mut here = Vec::new();
    for id in targets {
        let action = state.actions.get(&id).ok_or_else(|| Refusal::not_found("action", &id))?;
        let run = super::known_run(state, action.run)?;
        permitted(run, by, "plan a rollback")?;
        if !selection.covers(action, run, state) {
            return Err(Refusal::Invalid(format!("{id} is not what was asked for")));
        }
        if run.phase != Phase::RollingBack {
            here.push(id);
        } else if !left_out.iter().any(|left| left.run == run.id) {
            left_out.push(LeftOut { run: run.id, why: "it is being rolled back already".to_owned() });
        }
    }
    if here.is_empty() {
        let why = left_out.first().map(|left| format!(" ({}: {})", left.run, left.why)).unwrap_or_default();
        return Err(Refusal::Conflict(format!(
            "no effect that could be undone is among what was asked for{why}"
        )));
    }
    Ok(here)
}

fn already(run: &Run) -> Refusal {
    Refusal::Conflict(format!("the run is being rolled back already: {}", run.id))
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
    let plan = &rollback.plan;
    in_charge(state, rollback, by, "start a rollback")?;
    if rollback.started_by.is_some() {
        return Err(Refusal::Conflict("the plan was started already".to_owned()));
    }
    for run in plan.runs() {
        let run = super::known_run(state, run)?;
        if run.phase == Phase::RollingBack {
            return Err(already(run));
        }
    }
    if digest != plan.digest {
        return Err(Refusal::Conflict("the digest shown is not the plan's".to_owned()));
    }
    if now >= plan.expires_at {
        return Err(Refusal::Conflict("the plan has expired; plan again".to_owned()));
    }
    let selection = plan.selection.clone().or_else(|| plan.run.map(Selection::run));
    let targets: Vec<ActionId> = plan.steps.iter().map(|step| step.target).collect();
    let same = selection.map(|selection| Plan::of(id, selection, &targets, state, now).digest);
    if same != Some(plan.digest) {
        let whose = if plan.run.is_some() { "the run has" } else { "the runs have" };
        return Err(Refusal::Conflict(format!("{whose} moved since the plan was made; plan again")));
    }
    Ok(())
}

/// Each run is fenced by a fact of its own.
pub(super) fn start(state: &State, id: PlanId, by: &Person, reason: &str) -> Result<Vec<Event>, Refusal> {
    reasoned(reason, "a rollback")?;
    let runs = known(state, id)?.plan.runs();
    let started = runs.iter().map(|run| Event::RollbackStarted {
        plan: id,
        run: *run,
        by: by.clone(),
        reason: reason.to_owned(),
    });
    let voided = super::escalation::void(state, "the run is rolled back", |held| runs.contains(&held.run));
    Ok(started.chain(voided).collect())
}

pub(super) fn known(state: &State, id: PlanId) -> Result<&Rollback, Refusal> {
    state.rollbacks.get(&id).ok_or_else(|| Refusal::not_found("rollback plan", &id))
}

fn reasoned(reason: &str, what: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() { Err(Refusal::Invalid(format!("{what} needs a reason"))) } else { Ok(()) }
}

/// Whoever runs every service concerned, and neither built nor approved the version of one.
fn in_charge(state: &State, rollback: &Rollback, by: &Person, what: &'static str) -> Result<(), Refusal> {
    let mut asked = std::collections::BTreeSet::new();
    for run in rollback.plan.runs().iter().filter_map(|run| state.runs.get(run)) {
        if asked.insert(run.terms.digest) {
            permitted(run, by, what)?;
            super::duty::not_own(state, by, &run.terms, what)?;
        }
    }
    Ok(())
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
