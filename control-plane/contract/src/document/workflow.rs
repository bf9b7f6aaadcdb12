//! `scope.workflows`: what a run of each may use, and how it narrows the limits of `cost.run`.

use std::collections::BTreeMap;

use remit_core::{ToolName, Workflow, WorkflowName};

use super::scope::tool;
use crate::{
    problem::{Place, Problems, Spot},
    read::{
        Fields, Partly, each, entries, items,
        scalar::{Naming, check_name, count, duration, money, text},
    },
    yaml::{Kind, Node},
};

/// One workflow, with the places of the actions that it names.
#[derive(Debug)]
pub(crate) struct WorkflowDocument {
    pub(crate) place: Place,
    /// What could be read of it: a limit that could not is absent here.
    pub(crate) terms: Workflow,
    /// Every action that it lists or limits.
    pub(crate) named: Vec<Spot<ToolName>>,
    /// True when its actions are those of the terms.
    pub(crate) has_actions: bool,
}

/// All workflows by name; `None` for one of which nothing could be read.
pub(super) fn read(
    node: &Node,
    problems: &Problems,
) -> Option<BTreeMap<WorkflowName, Option<WorkflowDocument>>> {
    let mut workflows = BTreeMap::new();
    let entries = entries(node, "scope.workflows", problems)?;
    if entries.is_empty() {
        return problems.note(
            node.place,
            "scope.workflows names no workflow",
            "name one, or remove `workflows`: then a run may use all actions",
        );
    }
    for entry in entries {
        check_name(&entry.key, entry.place, "workflow", Naming::Plain, problems);
        let workflow = WorkflowDocument::read(&entry.value, entry.place, problems);
        workflows.insert(entry.key.as_str().into(), workflow);
    }
    Some(workflows)
}

impl WorkflowDocument {
    fn read(node: &Node, place: Place, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "a workflow", problems)?;
        let actions = fields.need("actions").and_then(|node| read_actions(node, problems));
        let spend = fields
            .get("spend")
            .map(|node| money(node, "the workflow's spend", problems))
            .map_or(Some(None), some);
        let calls = fields
            .get("calls")
            .map(|node| count(node, "the workflow's calls", problems))
            .map_or(Some(None), some);
        let tokens = fields
            .get("tokens")
            .map(|node| count(node, "the workflow's tokens", problems).map(u64::from))
            .map_or(Some(None), some);
        let wall_time_ms = fields
            .get("wall_time")
            .map(|node| duration(node, "the workflow's wall_time", problems))
            .map_or(Some(None), some);
        let limited = fields.get("tools").map_or(Some(Vec::new()), |node| read_limits(node, problems));
        fields.end();
        let listed = actions.iter().flatten().flat_map(Partly::good);
        let limited = limited.unwrap_or_default();
        let named = listed.chain(limited.iter().map(|(tool, _)| tool)).cloned().collect();
        let has_actions = actions.as_ref().is_some_and(|list| list.as_ref().is_none_or(Partly::is_whole));
        let actions = actions.flatten().filter(|_| has_actions);
        let terms = Workflow {
            actions: actions
                .map(|actions| actions.good().iter().map(|action| action.value.clone()).collect()),
            spend: spend.flatten(),
            calls: calls.flatten(),
            tokens: tokens.flatten(),
            wall_time_ms: wall_time_ms.flatten(),
            tools: limited.into_iter().map(|(tool, most)| (tool.value, most)).collect(),
        };
        Some(Self { place, terms, named, has_actions })
    }
}

/// What was read of a key that is there.
fn some<T>(read: Option<T>) -> Option<Option<T>> {
    read.map(Some)
}

/// `all`, or a list of actions.
fn read_actions(node: &Node, problems: &Problems) -> Option<Option<Partly<Spot<ToolName>>>> {
    if let Kind::Scalar { .. } = &node.kind {
        let word = text(node, "the workflow's actions", problems)?;
        if word == "all" {
            return Some(None);
        }
        return problems.note(
            node.place,
            format!("the workflow's actions are `{word}`, which is neither `all` nor a list"),
            "write `all`, or the actions in brackets: `[one, two]`",
        );
    }
    let actions = items(node, "the workflow's actions", problems)?;
    if actions.is_empty() {
        return problems.note(node.place, "the workflow has no actions", "list at least one, or write `all`");
    }
    Some(Some(Partly::of(actions, |node| tool(node, "the workflow's action", problems))))
}

fn read_limits(node: &Node, problems: &Problems) -> Option<Vec<(Spot<ToolName>, u32)>> {
    each(entries(node, "the workflow's tools", problems)?, |entry| {
        let most = count(&entry.value, "the number of calls", problems)?;
        Some((Spot { value: entry.key.as_str().into(), place: entry.place }, most))
    })
}
