//! What the policies of each action can see, with its types: the ground on which policies are checked.

use std::collections::BTreeMap;

use remit_core::{ToolName, proposal::Channel};
use serde_json::{Map, Value, json};

use super::typing::{Attribute, Type, UNTYPED};
use crate::{
    document::{Attested, Document, Evidence, Item, Need, Scope},
    pointer::Source,
};

/// The entity types of the names of workflows and faces.
pub(super) const WORKFLOW: &str = "Workflow";
pub(super) const CHANNEL: &str = "Channel";

/// The faces that proposals come through.
const CHANNELS: [Channel; 2] = [Channel::Grpc, Channel::Mcp];

/// The types of one contract.
#[derive(Debug)]
pub(crate) struct World {
    service: String,
    domain: String,
    /// By name: what is true of an item is true wherever it is seen.
    items: BTreeMap<String, Type>,
    actions: BTreeMap<ToolName, Action>,
    workflows: Vec<String>,
    /// What does not change from preparing a decision to making it.
    run: Type,
    channel: Type,
}

/// What is seen of one action.
#[derive(Debug)]
struct Action {
    params: Type,
    /// The items that it needs, and whether each is there in any case.
    items: Vec<(String, bool)>,
    /// What the service says itself: no policy sees it.
    said: Vec<String>,
}

impl World {
    /// The types that the document says, by itself and through what must agree. Actions whose parts could not
    /// be read are left out; `None` when nothing can be said.
    pub(crate) fn of(document: &Document) -> Option<Self> {
        let (head, scope) = (document.head.as_ref()?, document.scope.as_ref()?);
        let (evidence, tooling) = (document.evidence.as_ref()?, document.tooling.as_ref()?);
        let items = evidence.items.iter().filter_map(|(name, item)| {
            Some((name.as_str().to_owned(), shape(item.value.as_ref()?.attested()?)))
        });
        let mut world = Self {
            service: head.service.as_str().to_owned(),
            domain: head.domain.as_str().to_owned(),
            items: items.collect(),
            actions: BTreeMap::new(),
            workflows: scope.workflows.keys().map(|name| name.as_str().to_owned()).collect(),
            run: run_of(scope),
            channel: Type::Name(CHANNEL),
        };
        for name in scope.actions.keys() {
            let Some(tool) = tooling.tools.get(name).and_then(|tool| tool.value.as_ref()) else { continue };
            let params = Type::of_schema(&tool.input.value.text);
            // Said elsewhere: parameters are an object.
            let Type::Record(_) = params else { continue };
            let Some(seen) = Action::of(evidence, name, params) else { continue };
            world.actions.insert(name.clone(), seen);
        }
        world.agree(evidence);
        Some(world)
    }

    /// Values that must be equal have the same type.
    fn agree(&mut self, evidence: &Evidence) {
        let needs: Vec<(&ToolName, &Need)> =
            evidence.needs.iter().filter_map(|(action, need)| Some((action, need.value.as_ref()?))).collect();
        let mut learning = true;
        while learning {
            learning = false;
            for (action, need) in &needs {
                // Within a tolerance, a text and a number may say the same.
                for line in need.agree.iter().filter(|line| line.within.is_none()) {
                    let paths: Vec<Vec<&str>> =
                        line.values.iter().filter_map(|source| path(&source.value)).collect();
                    let known = paths.iter().find_map(|path| self.known(action, path).cloned());
                    for path in paths {
                        learning |= known.as_ref().is_some_and(|known| self.learn(action, &path, known));
                    }
                }
            }
        }
    }

    /// The actions that are known.
    pub(super) fn actions(&self) -> impl Iterator<Item = &ToolName> {
        self.actions.keys()
    }

    /// What stands at a path below `context` when an action is judged; `None` when there is nothing.
    pub(super) fn at(&self, action: &ToolName, path: &[&str]) -> Option<&Type> {
        let seen = self.actions.get(action)?;
        match path {
            ["params", rest @ ..] => seen.params.at(rest),
            ["run", rest @ ..] => self.run.at(rest),
            ["channel", rest @ ..] => self.channel.at(rest),
            ["evidence", item, rest @ ..] if seen.items.iter().any(|(name, _)| name == item) => {
                self.items.get(*item)?.at(rest)
            }
            _ => None,
        }
    }

    /// The same when it is not open.
    pub(super) fn known(&self, action: &ToolName, path: &[&str]) -> Option<&Type> {
        self.at(action, path).filter(|found| **found != Type::Open)
    }

    /// Takes the type of a fact from its use, when nothing else has said it. True when that is news.
    pub(super) fn learn(&mut self, action: &ToolName, path: &[&str], of: &Type) -> bool {
        if *of == Type::Open || self.at(action, path) != Some(&Type::Open) {
            return false;
        }
        let ["evidence", item, rest @ ..] = path else { return false };
        let Some(open) = self.items.get_mut(*item).and_then(|item| item.at_mut(rest)) else { return false };
        *open = of.clone();
        true
    }

    /// True when a path below `context` leads somewhere.
    pub(super) fn leads(&self, action: &ToolName, path: &[&str]) -> bool {
        matches!(path, [] | ["evidence"]) || self.at(action, path).is_some()
    }

    /// The names that may stand behind a path below `context`.
    pub(super) fn names(&self, action: &ToolName, path: &[&str]) -> Vec<&str> {
        match path {
            [] => vec!["params", "evidence", "run", "channel"],
            ["evidence"] => self
                .actions
                .get(action)
                .map_or(Vec::new(), |seen| seen.items.iter().map(|(name, _)| name.as_str()).collect()),
            _ => self.at(action, path).map_or(Vec::new(), |found| found.names().collect()),
        }
    }

    /// What the policies of an action take its evidence for, by item.
    pub(crate) fn evidence_of(&self, action: &ToolName) -> BTreeMap<String, Type> {
        let items = self.actions.get(action).into_iter().flat_map(|seen| &seen.items);
        items.filter_map(|(item, _)| Some((item.clone(), self.items.get(item)?.clone()))).collect()
    }

    /// True when every run has a workflow.
    pub(crate) fn has_workflows(&self) -> bool {
        !self.workflows.is_empty()
    }

    /// True when the service says the item itself.
    pub(super) fn is_said(&self, action: &ToolName, item: &str) -> bool {
        self.actions.get(action).is_some_and(|seen| seen.said.iter().any(|said| said == item))
    }

    /// The schema in Cedar's JSON form. Whatever else a head or a condition names is an error.
    pub(super) fn to_cedar(&self) -> Value {
        let actions: Map<String, Value> =
            self.actions.iter().map(|(name, seen)| (name.as_str().to_owned(), self.action(seen))).collect();
        let mut types = json!({
            "Service": { "enum": [self.service] },
            "Domain": { "enum": [self.domain] },
            CHANNEL: { "enum": CHANNELS.map(Channel::as_str) },
            UNTYPED: {},
        });
        if let Value::Object(types) = &mut types
            && !self.workflows.is_empty()
        {
            types.insert(WORKFLOW.to_owned(), json!({ "enum": self.workflows }));
        }
        json!({ "": { "entityTypes": types, "actions": actions } })
    }

    fn action(&self, seen: &Action) -> Value {
        let items = seen.items.iter().filter_map(|(name, required)| {
            let attribute = Attribute { of: self.items.get(name)?.clone(), required: *required };
            Some((name.clone(), attribute))
        });
        let evidence = Type::Record(items.collect()).to_cedar();
        let context = json!({
            "params": seen.params.to_cedar(),
            "evidence": evidence,
            "run": self.run.to_cedar(),
            "channel": self.channel.to_cedar(),
        });
        json!({ "appliesTo": {
            "principalTypes": ["Service"],
            "resourceTypes": ["Domain"],
            "context": { "type": "Record", "attributes": context },
        } })
    }
}

impl Action {
    /// What is seen of an action with these parameters; `None` when an item that it needs could not be read.
    fn of(evidence: &Evidence, action: &ToolName, params: Type) -> Option<Self> {
        let mut seen = Self { params, items: Vec::new(), said: Vec::new() };
        let Some(need) = evidence.needs.get(action) else { return Some(seen) };
        let need = need.value.as_ref()?;
        for wanted in need.items() {
            let name = wanted.value.as_str().to_owned();
            match evidence.items.get(&wanted.value)?.value.as_ref()? {
                Item::Asserted { .. } => seen.said.push(name),
                Item::Attested(_) => {
                    let required = need.all.iter().any(|item| item.value == wanted.value);
                    seen.items.push((name, required));
                }
            }
        }
        Some(seen)
    }
}

/// What is known of a run: its workflow, where the contract has any. A run that names none may do nothing then.
fn run_of(scope: &Scope) -> Type {
    let workflow = Attribute { of: Type::Name(WORKFLOW), required: true };
    let known = (!scope.workflows.is_empty()).then(|| ("workflow".to_owned(), workflow));
    Type::Record(known.into_iter().collect())
}

/// What is known of an item: that its required fields are there.
fn shape(item: &Attested) -> Type {
    let mut root = BTreeMap::new();
    for pointer in &item.require {
        let mut attributes = &mut root;
        let mut segments = pointer.segments().peekable();
        while let Some(segment) = segments.next() {
            let attribute = attributes.entry(segment).or_insert(Attribute { of: Type::Open, required: true });
            if segments.peek().is_none() {
                break;
            }
            if attribute.of == Type::Open {
                attribute.of = Type::Record(BTreeMap::new());
            }
            let Type::Record(inner) = &mut attribute.of else { break };
            attributes = inner;
        }
    }
    Type::Record(root)
}

/// The path below `context` to where a value comes from, when it needs no unescaping.
fn path(source: &Source) -> Option<Vec<&str>> {
    let (root, pointer) = match source {
        Source::Params(pointer) => (vec!["params"], pointer),
        Source::Item(item, pointer) => (vec!["evidence", item.as_str()], pointer),
        Source::Result(_) => return None,
    };
    let plain = !pointer.as_str().contains('~');
    plain.then(|| root.into_iter().chain(pointer.as_str().split('/').skip(1)).collect())
}
