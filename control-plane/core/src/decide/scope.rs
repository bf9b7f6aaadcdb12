//! Clause 2: the action is listed, under every ceiling, and no rule wants a person.

use crate::{
    ActionId, Clause, Outcome, Reason,
    decide::Case,
    decision::{Finding, Objection},
    state::{Action, Another},
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
    if let Some(target) = case.proposal.stands_in.filter(|target| !may_stand_in(case, *target)) {
        let detail = format!("`{tool}` does not stand in for {target} (`tooling.tools.*.fallback`)");
        return object(Outcome::Deny, Reason::NotInScope, detail);
    }
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
    let ceiling = case.state.ceiling(&case.run.terms, case.state.place(case.run, tool), case.now);
    if level > ceiling.level {
        let detail = match ceiling.breach() {
            Some(Breach { action, reported, ceiling }) => {
                format!("`{tool}` reported {reported} for {action}, at most {ceiling} was reserved")
            }
            None => format!("`{tool}` is {level}, {ceiling}"),
        };
        return object(Outcome::Deny, ceiling.reason(), detail);
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
    let instead = case.proposal.stands_in.map(|target| format!(", stands in for {}", told(case, target)));
    let instead = instead.unwrap_or_default();
    Finding::content(
        Clause::Scope,
        format!("{level} (`scope.actions.{tool}`), ceiling {}{instead}", ceiling.level),
    )
}

/// The contract names it for that read, which its own tool did not answer, and nothing else stands in for it.
fn may_stand_in(case: Case<'_>, target: ActionId) -> bool {
    let known = case.state.actions.get(&target);
    known.is_some_and(|known| known.run == case.run.id)
        && case.state.another(target) == Some(Another::Of(case.proposal.tool.clone()))
}

/// The read in whose place it is made, and what became of that.
fn told(case: Case<'_>, target: ActionId) -> String {
    let why = |known: &Action| match known.fault {
        Some(fault) => fault.as_str(),
        None => known.reason.code(),
    };
    let known = case.state.actions.get(&target);
    known.map_or_else(|| target.to_string(), |known| format!("{target} of `{}`: {}", known.tool, why(known)))
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
