//! Clause 2: the action is listed, under every ceiling, and no rule wants a person.

use crate::{
    Clause, Level, Outcome, Reason,
    decide::Case,
    decision::{Finding, Objection},
    switch::Breach,
};

pub(super) fn finding(case: Case<'_>) -> Finding {
    let tool = &case.proposal.tool;
    let object = |outcome, reason, detail: String| {
        Finding::object(Clause::Scope, outcome, Objection::new(reason, detail))
    };
    if case.run.terms.forbidden.contains(tool) {
        return object(
            Outcome::Deny,
            Reason::ForbiddenAction,
            format!("`{tool}` is forbidden by name (`scope.forbidden`)"),
        );
    }
    let Some(level) = case.level() else {
        return object(
            Outcome::Deny,
            Reason::NotInScope,
            format!("`{tool}` is not listed (`scope.actions`)"),
        );
    };
    if let Some(detail) = outside(case) {
        return object(Outcome::Deny, Reason::NotInWorkflow, detail);
    }
    if level > case.run.terms.autonomy {
        let detail = format!(
            "`{tool}` is {level}, the contract grants {} (`identity.autonomy`)",
            case.run.terms.autonomy
        );
        return object(Outcome::Deny, Reason::AboveAutonomy, detail);
    }
    let (ceiling, switch) = case.state.ceiling(&case.run.terms, case.state.place(case.run, tool));
    if level > ceiling
        && let Some(switch) = switch
    {
        if let Some(breach) = switch.breach {
            let Breach { action, reported, ceiling } = breach;
            let detail = format!("`{tool}` reported {reported} for {action}, at most {ceiling} was reserved");
            return object(Outcome::Deny, Reason::ToolQuarantined, detail);
        }
        let reason = if ceiling == Level::None { Reason::Stopped } else { Reason::AboveCeiling };
        let detail = format!("`{tool}` is {level}, {} set {} to {ceiling}", switch.by, switch.scope);
        return object(Outcome::Deny, reason, detail);
    }
    if case.approved {
        return Finding {
            reason: Reason::Approved,
            ..Finding::content(Clause::Scope, format!("{level} (`scope.actions.{tool}`), approved"))
        };
    }
    if let Some(why) = case.returned.filter(|why| why.reason == Reason::RuleAsksNow) {
        return object(Outcome::Escalate, why.reason, why.detail.clone());
    }
    let asks: Vec<String> = case.asks().map(|ask| format!("rule `{}`: {}", ask.rule, ask.because)).collect();
    if !asks.is_empty() {
        return object(Outcome::Escalate, Reason::NeedsApproval, asks.join("; "));
    }
    Finding::content(Clause::Scope, format!("{level} (`scope.actions.{tool}`), ceiling {ceiling}"))
}

/// Why the action is outside of the run's workflow. A workflow that the contract does not know has no actions.
fn outside(case: Case<'_>) -> Option<String> {
    let (tool, workflows) = (&case.proposal.tool, &case.run.terms.workflows);
    let Some(name) = &case.run.workflow else {
        return (!workflows.is_empty()).then(|| "the run names no workflow (`scope.workflows`)".to_owned());
    };
    match workflows.get(name) {
        Some(workflow) if workflow.has(tool) => None,
        Some(_) => {
            Some(format!("`{tool}` is no action of the workflow `{name}` (`scope.workflows.{name}.actions`)"))
        }
        None => Some(format!("the contract has no workflow `{name}` (`scope.workflows`)")),
    }
}
