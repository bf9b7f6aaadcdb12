//! Workflows against the scope, the evidence and the run's limits: each can do its work, and only narrows.

use std::collections::BTreeSet;

use remit_core::{ItemName, ToolName, WorkflowName};

use super::{did_you_mean, evidence::source_of};
use crate::{
    document::{Document, RunDocument, Scope, Tooling, WorkflowDocument},
    problem::{Problems, Spot, listed},
};

pub(super) fn check(document: &Document, scope: &Scope, problems: &Problems) {
    for (name, workflow) in scope.workflows.iter().flatten() {
        let Some(workflow) = workflow else { continue };
        for action in &workflow.named {
            if scope.lacks(&action.value) {
                problems.note::<()>(
                    action.place,
                    format!("workflow `{name}` names the unknown action `{}`", action.value),
                    did_you_mean(
                        action.value.as_str(),
                        scope.actions.keys(),
                        "name an action of `scope.actions`",
                    ),
                );
            } else if workflow.has_actions && !workflow.terms.has(&action.value) {
                problems.note::<()>(
                    action.place,
                    format!("workflow `{name}` limits `{}`, which is none of its actions", action.value),
                    "add it to the workflow's actions, or remove the limit",
                );
            }
        }
        if workflow.has_actions {
            check_evidence(document, (name, workflow), problems);
        }
        if let Some(cost) = &document.cost {
            check_limits(&cost.run, (name, workflow), problems);
        }
    }
}

/// What an action needs to know can be read in the same workflow: a run sees nothing of other runs.
fn check_evidence(
    document: &Document,
    (name, workflow): (&WorkflowName, &WorkflowDocument),
    problems: &Problems,
) {
    let Document { evidence, tooling, .. } = document;
    let needs = evidence.needs.iter().filter(|(action, _)| workflow.terms.has(action));
    let tool = |wanted: &Spot<ItemName>| {
        let item = evidence.items.get(&wanted.value)?.value.as_ref()?;
        Some(&item.attested()?.from.as_ref()?.value)
    };
    for (action, need) in needs {
        let Some(need) = &need.value else { continue };
        if let Some(choice) = need.at_least.as_ref().filter(|_| need.is_known(evidence))
            && let Some(count) = &choice.count
        {
            let tools = choice.of.good().iter().filter_map(tool).collect();
            check_choice((action, count.value), (tools, tooling), (name, workflow), problems);
        }
        for from in need.all.good().iter().filter_map(tool) {
            if !workflow.terms.has(from) {
                problems.note::<()>(
                    workflow.place,
                    format!("workflow `{name}` has `{action}`, but not `{from}`, which `{action}` needs to have read"),
                    format!("add `{from}` to its actions, or remove `{action}`"),
                );
            }
        }
    }
}

/// So many of the independent sources that an action chooses from can be read in the workflow.
fn check_choice(
    (action, count): (&ToolName, u32),
    (tools, tooling): (BTreeSet<&ToolName>, &Tooling),
    (name, workflow): (&WorkflowName, &WorkflowDocument),
    problems: &Problems,
) {
    let sources = |tools: &[&ToolName]| {
        tools.iter().filter_map(|tool| source_of(tooling, tool)).collect::<BTreeSet<_>>().len()
    };
    let all = sources(&tools.iter().copied().collect::<Vec<_>>());
    let (has, lacks): (Vec<_>, Vec<_>) = tools.into_iter().partition(|tool| workflow.terms.has(tool));
    let (reads, count) = (sources(&has), usize::try_from(count).unwrap_or(usize::MAX));
    // Where all of them together are too few, the need itself is wrong, and that is said.
    if count <= reads || all < count {
        return;
    }
    let lacks = listed(lacks.into_iter().map(ToolName::as_str));
    problems.note::<()>(
        workflow.place,
        format!(
            "workflow `{name}` has `{action}`, which needs {count} independent sources, but can read {reads}"
        ),
        format!("add {lacks} to its actions, or remove `{action}`"),
    );
}

/// A limit above the contract's own would be read as a permission that nobody has.
fn check_limits(
    run: &RunDocument,
    (name, workflow): (&WorkflowName, &WorkflowDocument),
    problems: &Problems,
) {
    let terms = &workflow.terms;
    let note = |what: &str, wanted: String, most: String| {
        problems.note::<()>(
            workflow.place,
            format!("workflow `{name}` allows {wanted} of {what}, the contract's `cost.run` only {most}"),
            "a workflow narrows: lower it, or raise `cost.run`",
        );
    };
    if let (Some(spend), Some(most)) = (terms.spend, run.spend)
        && spend > most
    {
        note("spend", spend.to_string(), most.to_string());
    }
    if let (Some(calls), Some(most)) = (terms.calls, run.calls)
        && calls > most
    {
        note("calls", calls.to_string(), most.to_string());
    }
    if let (Some(tokens), Some(most)) = (terms.tokens, run.tokens.flatten())
        && tokens > most
    {
        note("tokens", tokens.to_string(), most.to_string());
    }
    if let (Some(time), Some(most)) = (terms.wall_time_ms, run.wall_time_ms.flatten())
        && time > most
    {
        note("wall_time", format!("{time} ms"), format!("{most} ms"));
    }
    for (tool, calls) in &terms.tools {
        if let Some(most) = run.tools.get(tool).and_then(Option::as_ref).filter(|most| calls > *most) {
            note(&format!("calls of `{tool}`"), calls.to_string(), most.to_string());
        }
    }
}
