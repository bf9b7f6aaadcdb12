//! One step of a rollback: the compensation becomes an action of its own.

use crate::{
    ActionId, Clause, PlanId, Reason, Timestamp,
    action::ActionStatus,
    decision::{Decision, Finding},
    event::{ActionDecided, Event},
    proposal::{Assessment, Channel, Mode, Proposal},
    refusal::Refusal,
    rollback::StepKind,
    state::{Action, Rollback, State},
};

pub(super) fn compensate(
    state: &State,
    plan: PlanId,
    target: ActionId,
    action: ActionId,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let rollback = super::rollback::known(state, plan)?;
    let by = match &rollback.started_by {
        Some(by) if !rollback.closed => by,
        Some(_) | None => return Err(Refusal::Conflict("the rollback is not under way".to_owned())),
    };
    if let Some(known) = rollback.compensations.get(&target) {
        return Err(Refusal::Joins(*known));
    }
    if state.actions.contains_key(&action) {
        return Err(Refusal::Conflict(format!("{action} is taken")));
    }
    let step = rollback.plan.steps.iter().find(|step| step.target == target);
    let Some(StepKind::Compensate { tool, params }) = step.map(|step| &step.kind) else {
        return Err(Refusal::Conflict(format!("the plan does not compensate {target}")));
    };
    let undone = state.actions.get(&target).ok_or_else(|| Refusal::not_found("action", &target))?;
    may_undo(state, undone, now)?;
    super::withheld::undo(state, target, tool)?;
    let earlier = rollback.plan.steps.iter().take_while(|step| step.target != target);
    if let Some(first) = earlier.map(|step| step.target).find(|step| comes_first(state, rollback, *step, now))
    {
        return Err(Refusal::Conflict(format!("{first} was done later, so it is undone first")));
    }
    let run = super::known_run(state, rollback.plan.run)?;
    let detail = |clause| match clause {
        Clause::Identity => format!("ordered by {}", by.name),
        Clause::Scope => format!("undoes {target} ({})", undone.tool),
        Clause::Cost => format!("{} was kept for it", undone.undo_hold),
        Clause::Evidence | Clause::Policy | Clause::Tooling | Clause::Recovery => String::new(),
    };
    let findings = Clause::ALL
        .map(|clause| Finding { reason: Reason::DeclaredUndo, ..Finding::content(clause, detail(clause)) });
    let decided = ActionDecided {
        proposal: Proposal {
            action,
            run: run.id,
            tool: tool.clone(),
            params: params.clone(),
            key: None,
            channel: Channel::Operator,
            mode: Mode::Execute,
            principal: by.name.clone(),
            asserted: Vec::new(),
            stands_in: None,
        },
        assessment: Assessment::of_ours(run.terms.digest),
        decision: Decision::join(findings, None),
        hold: undone.undo_hold,
        undo_hold: crate::Money::ZERO,
        question: None,
        undoes: Some((target, plan)),
        rereads: None,
        asks_about: None,
    };
    Ok(vec![Event::ActionDecided(Box::new(decided))])
}

/// An effect is compensated when it surely exists, its window is open and nobody else may be undoing it.
fn may_undo(state: &State, target: &Action, now: Timestamp) -> Result<(), Refusal> {
    let (id, status) = (target.id, target.status);
    if status != ActionStatus::Succeeded {
        return Err(Refusal::Conflict(format!("{id} is {status} by now")));
    }
    if target.undo.as_ref().is_none_or(|undo| now >= undo.until) {
        return Err(Refusal::Conflict(format!("the window for undoing {id} has passed")));
    }
    match state.undoing(target) {
        Some(by) => Err(Refusal::Conflict(format!("{by} may be undoing {id}, its outcome is not known yet"))),
        None => Ok(()),
    }
}

/// Last effect first: true while the compensation of a later effect is due or under way.
fn comes_first(state: &State, rollback: &Rollback, target: ActionId, now: Timestamp) -> bool {
    match rollback.compensations.get(&target) {
        Some(by) => state.actions.get(by).is_some_and(|by| by.status.is_in_flight()),
        None => state.actions.get(&target).is_some_and(|target| may_undo(state, target, now).is_ok()),
    }
}
