//! Section `scope`: which actions of which type, which are forbidden by name, when a person is asked.

use std::collections::BTreeMap;

use remit_core::{Ask, Level, ToolName, WorkflowName};

use super::{
    trigger::{self, Asks, TriggerRule},
    workflow::{self, WorkflowDocument},
};
use crate::{
    problem::{Place, Problems, Spot},
    read::{
        Fields, entries, items,
        scalar::{Naming, check_name, count, duration, group, level, name, text},
    },
    yaml::Node,
};

/// The section.
#[derive(Debug)]
pub(crate) struct Scope {
    /// By action; the level is `None` when it could not be read.
    pub(crate) actions: BTreeMap<ToolName, Spot<Option<Level>>>,
    pub(crate) forbidden: Vec<Spot<ToolName>>,
    pub(crate) workflows: BTreeMap<WorkflowName, WorkflowDocument>,
    /// Rules with a condition.
    pub(crate) escalate: Vec<Rule>,
    /// Rules about a value.
    pub(crate) triggers: Vec<TriggerRule>,
}

/// One rule that may ask a person.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) place: Place,
    pub(crate) action: Spot<ToolName>,
    /// A Cedar condition.
    pub(crate) when: Spot<String>,
    pub(crate) ask: Ask,
}

impl Scope {
    /// Reads the section. It stands with its actions: what else could not be read is left out, so that the rest
    /// is still held against them.
    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "scope", problems)?;
        let actions = fields.need("actions").and_then(|node| read_actions(node, problems));
        let forbidden = fields.get("forbidden").map_or(Some(Vec::new()), |node| {
            let names = items(node, "scope.forbidden", problems)?;
            Some(names.iter().filter_map(|node| tool(node, "scope.forbidden", problems)).collect())
        });
        let workflows =
            fields.get("workflows").map_or(Some(BTreeMap::new()), |node| workflow::read(node, problems));
        let rules = fields.get("escalate").map_or(Some(Vec::new()), |node| {
            let rules = items(node, "scope.escalate", problems)?;
            Some(rules.iter().filter_map(|node| read_rule(node, problems)).collect())
        });
        fields.end();
        let (forbidden, workflows) = (forbidden.unwrap_or_default(), workflows.unwrap_or_default());
        let mut scope =
            Self { actions: actions?, forbidden, workflows, escalate: Vec::new(), triggers: Vec::new() };
        for rule in rules.unwrap_or_default() {
            match rule {
                AnyRule::Condition(rule) => scope.escalate.push(rule),
                AnyRule::Trigger(rule) => scope.triggers.push(rule),
            }
        }
        Some(scope)
    }
}

enum AnyRule {
    Condition(Rule),
    Trigger(TriggerRule),
}

fn read_rule(node: &Node, problems: &Problems) -> Option<AnyRule> {
    let fields = Fields::of(node, "a rule of scope.escalate", problems)?;
    let rule = fields.need("id").and_then(|node| name(node, "the rule's id", Naming::Plain, problems));
    let action = fields.need("action").and_then(|node| tool(node, "the rule's action", problems));
    let asks = trigger::read(&fields, node.place, problems);
    let because = fields.need("because").and_then(|node| text(node, "the rule's reason", problems));
    let to = fields.need("to").and_then(|node| group(node, "the rule's addressee", problems));
    let quorum = fields.need("quorum").and_then(|node| count(node, "the rule's quorum", problems));
    let within_ms = fields.need("within").and_then(|node| duration(node, "the rule's time", problems));
    fields.end();
    let ask = Ask { rule: rule?, because: because?, to: to?, quorum: quorum?, within_ms: within_ms? };
    let (place, action) = (node.place, action?);
    Some(match asks? {
        Asks::When(when) => AnyRule::Condition(Rule { place, action, when, ask }),
        Asks::About((trigger, named)) => AnyRule::Trigger(TriggerRule { place, action, trigger, named, ask }),
    })
}

fn read_actions(node: &Node, problems: &Problems) -> Option<BTreeMap<ToolName, Spot<Option<Level>>>> {
    let mut actions = BTreeMap::new();
    for entry in entries(node, "scope.actions", problems)? {
        check_name(&entry.key, entry.place, "action", Naming::Tool, problems);
        let value = level(&entry.value, "type", problems);
        actions.insert(entry.key.as_str().into(), Spot { value, place: entry.place });
    }
    Some(actions)
}

/// The name of a tool, with its place.
pub(super) fn tool(node: &Node, what: &str, problems: &Problems) -> Option<Spot<ToolName>> {
    Some(Spot { value: name(node, what, Naming::Tool, problems)?.into(), place: node.place })
}
