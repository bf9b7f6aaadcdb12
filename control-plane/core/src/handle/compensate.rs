//! One step of a rollback: the compensation becomes an action of its own.

use crate::{
    ActionId, Clause, PlanId, Reason,
    action::ActionStatus,
    decision::{Decision, Finding},
    event::{ActionDecided, Event},
    proposal::{Assessment, Channel, Mode, PolicyVerdict, Proposal},
    refusal::Refusal,
    rollback::StepKind,
    state::State,
};

pub(super) fn compensate(
    state: &State,
    plan: PlanId,
    target: ActionId,
    action: ActionId,
) -> Result<Vec<Event>, Refusal> {
    let rollback = super::rollback::known(state, plan)?;
    let by = match &rollback.started_by {
        Some(by) if !rollback.closed => by,
        Some(_) | None => return Err(Refusal::Conflict("the rollback is not under way".to_owned())),
    };
    if let Some(known) = rollback.compensations.get(&target) {
        return Err(Refusal::Joins(*known));
    }
    let step = rollback.plan.steps.iter().find(|step| step.target == target);
    let Some(StepKind::Compensate { tool, params }) = step.map(|step| &step.kind) else {
        return Err(Refusal::Conflict(format!("the plan does not compensate {target}")));
    };
    let undone = state.actions.get(&target).ok_or_else(|| Refusal::not_found("action", target))?;
    if undone.status != ActionStatus::Succeeded {
        return Err(Refusal::Conflict(format!("{target} is {} by now", undone.status)));
    }
    let run =
        state.runs.get(&rollback.plan.run).ok_or_else(|| Refusal::not_found("run", rollback.plan.run))?;
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
        },
        assessment: Assessment {
            contract: run.terms.digest,
            evidence: Vec::new(),
            evidence_objection: None,
            policy: PolicyVerdict::Permit { policies: Vec::new() },
            tooling_objection: None,
            asks: Vec::new(),
            effect: None,
        },
        decision: Decision::join(findings, None),
        hold: undone.undo_hold,
        undo_hold: crate::Money::ZERO,
        question: None,
        undoes: Some((target, plan)),
    };
    Ok(vec![Event::ActionDecided(Box::new(decided))])
}
