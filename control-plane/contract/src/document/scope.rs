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

/// The section. By default nothing of it could be read.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// True when `actions` could be read: what is not among them is no action.
    pub(crate) has_actions: bool,
    /// By action; the level is `None` when it could not be read.
    pub(crate) actions: BTreeMap<ToolName, Spot<Option<Level>>>,
    pub(crate) forbidden: Vec<Spot<ToolName>>,
    /// By name; `None` when it could not be read, or none of them could.
    pub(crate) workflows: Option<BTreeMap<WorkflowName, Option<WorkflowDocument>>>,
    /// Rules with a condition.
    pub(crate) escalate: Vec<Rule>,
    /// Rules about a value.
    pub(crate) triggers: Vec<TriggerRule>,
}

/// One rule that may ask a person.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) head: RuleHead,
    /// A Cedar condition.
    pub(crate) when: Spot<String>,
}

/// What every rule says; a part is `None` when it could not be read, and the others still stand.
#[derive(Debug)]
pub(crate) struct RuleHead {
    pub(crate) place: Place,
    pub(crate) id: Option<String>,
    pub(crate) action: Option<Spot<ToolName>>,
    pub(crate) ask: Option<Ask>,
}

impl RuleHead {
    /// How people call the rule.
    pub(crate) fn title(&self) -> String {
        self.id.as_ref().map_or_else(|| "the rule".to_owned(), |id| format!("rule `{id}`"))
    }

    /// True when it watches the action.
    pub(crate) fn watches(&self, action: &ToolName) -> bool {
        self.action.as_ref().is_some_and(|watched| watched.value == *action)
    }
}

impl Scope {
    /// True when it is certain that this is no action.
    pub(crate) fn lacks(&self, action: &ToolName) -> bool {
        self.has_actions && !self.actions.contains_key(action)
    }

    /// Reads the section. What could not be read is left out, so that the rest is still held against it.
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
        let forbidden = forbidden.unwrap_or_default();
        let mut scope = Self {
            has_actions: actions.is_some(),
            actions: actions.unwrap_or_default(),
            forbidden,
            workflows,
            escalate: Vec::new(),
            triggers: Vec::new(),
        };
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
    let id = rule.clone();
    let ask =
        (|| Some(Ask { rule: rule?, because: because?, to: to?, quorum: quorum?, within_ms: within_ms? }))();
    let head = RuleHead { place: node.place, id, action, ask };
    Some(match asks {
        Some(Asks::When(when)) => AnyRule::Condition(Rule { head, when }),
        Some(Asks::About((trigger, named))) => AnyRule::Trigger(TriggerRule { head, trigger, named }),
        None => AnyRule::Trigger(TriggerRule { head, trigger: None, named: Vec::new() }),
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
