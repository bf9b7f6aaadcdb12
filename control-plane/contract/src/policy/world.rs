//! What the policies of each action can see, with its types: the ground on which policies are checked.

use std::collections::{BTreeMap, BTreeSet};

use remit_core::{ToolName, proposal::Channel};
use serde_json::{Map, Value, json};

use super::{
    typing::{Attribute, Type, UNTYPED},
    unread::Unread,
};
use crate::{
    document::{Attested, Document, Evidence, Item, Need, Scope},
    pointer::Source,
    schema::Schema,
};

/// The entity types of the names of workflows and faces.
pub(super) const WORKFLOW: &str = "Workflow";
pub(super) const CHANNEL: &str = "Channel";

/// The faces that proposals come through.
const CHANNELS: [Channel; 3] = [Channel::Grpc, Channel::Mcp, Channel::Model];

/// The types of one contract.
#[derive(Debug)]
pub(crate) struct World {
    /// `None` when the document does not say it rightly.
    service: Option<String>,
    domain: Option<String>,
    /// By name: what is true of an item is true wherever it is seen.
    pub(super) items: BTreeMap<String, Type>,
    pub(super) actions: BTreeMap<ToolName, Action>,
    /// `None` when they could not be read.
    workflows: Option<Vec<String>>,
    /// What the document does not say rightly: nothing can be held against it.
    pub(super) unread: Unread,
    /// What does not change from preparing a decision to making it.
    run: Type,
    channel: Type,
}

/// What is seen of one action.
#[derive(Debug)]
pub(super) struct Action {
    pub(super) params: Type,
    /// The items that it needs, and whether each is there in any case.
    pub(super) items: Vec<(String, bool)>,
    /// What the service says itself: no policy sees it.
    pub(super) said: Vec<String>,
}

impl World {
    /// The types that the document says, by itself and through what must agree.
    pub(crate) fn of(document: &Document) -> Self {
        let Document { head, scope, evidence, tooling, .. } = document;
        let items = evidence.items.iter().filter_map(|(name, item)| {
            let shape = match &item.value {
                Some(item) => shape(item.attested()?),
                None => Type::Record(BTreeMap::new()),
            };
            Some((name.as_str().to_owned(), shape))
        });
        let workflows = scope.workflows.as_ref();
        let mut world = Self {
            service: head.service.as_ref().map(|name| name.as_str().to_owned()),
            domain: head.domain.as_ref().map(|name| name.as_str().to_owned()),
            items: items.collect(),
            actions: BTreeMap::new(),
            workflows: workflows.map(|all| all.keys().map(|name| name.as_str().to_owned()).collect()),
            unread: Unread::of(document),
            run: run_of(scope),
            channel: Type::Name(CHANNEL),
        };
        // Where the scope does not say what the actions are, the tools and what has needs are the best that is known.
        let actions: BTreeSet<&ToolName> = if scope.has_actions {
            scope.actions.keys().collect()
        } else {
            tooling.tools.keys().chain(evidence.needs.keys()).collect()
        };
        for name in actions {
            let tool = tooling.tools.get(name).and_then(|tool| tool.value.as_ref());
            let params = tool.and_then(|tool| tool.input.as_ref());
            let params = params.map(|input| params_of(&input.value));
            // Said elsewhere: parameters are an object.
            let params = params.filter(|params| matches!(params, Type::Record(_)));
            world.actions.insert(name.clone(), Action::of(evidence, name, params));
        }
        world.agree(evidence);
        world
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
                for line in need.agree.good().iter().filter(|line| line.within == Some(None)) {
                    let paths: Vec<Vec<&str>> =
                        line.values.good().iter().filter_map(|source| path(&source.value)).collect();
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

    /// The same when it is not open, nor guessed.
    pub(super) fn known(&self, action: &ToolName, path: &[&str]) -> Option<&Type> {
        self.at(action, path).filter(|found| **found != Type::Open && !self.unread.has(action, path))
    }

    /// Takes the type of a fact from its use, when nothing else has said it. True when that is news.
    pub(super) fn learn(&mut self, action: &ToolName, path: &[&str], of: &Type) -> bool {
        if *of == Type::Open || self.at(action, path) != Some(&Type::Open) {
            return false;
        }
        let open = match path {
            ["evidence", item, rest @ ..] => self.items.get_mut(*item).and_then(|item| item.at_mut(rest)),
            ["params", rest @ ..] => self.actions.get_mut(action).and_then(|seen| seen.params.at_mut(rest)),
            _ => None,
        };
        let Some(open) = open else { return false };
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
        self.workflows.as_ref().is_none_or(|all| !all.is_empty())
    }

    /// True when the service says the item itself.
    pub(super) fn is_said(&self, action: &ToolName, item: &str) -> bool {
        self.actions.get(action).is_some_and(|seen| seen.said.iter().any(|said| said == item))
    }

    /// The schema in Cedar's JSON form. Whatever else a head or a condition names is an error.
    pub(super) fn to_cedar(&self) -> Value {
        let actions: Map<String, Value> =
            self.actions.iter().map(|(name, seen)| (name.as_str().to_owned(), self.action(seen))).collect();
        let one =
            |name: &Option<String>| name.as_ref().map_or_else(|| json!({}), |name| json!({ "enum": [name] }));
        let mut types = json!({
            "Service": one(&self.service),
            "Domain": one(&self.domain),
            CHANNEL: { "enum": CHANNELS.map(Channel::as_str) },
            UNTYPED: {},
        });
        if let Value::Object(types) = &mut types
            && self.has_workflows()
        {
            let names = self.workflows.as_ref();
            types.insert(WORKFLOW.to_owned(), names.map_or_else(|| json!({}), |it| json!({ "enum": it })));
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
    /// Nothing is known of it.
    pub(super) const fn unknown() -> Self {
        Self { params: Type::Record(BTreeMap::new()), items: Vec::new(), said: Vec::new() }
    }

    /// What is seen of an action with these parameters, as far as it could be read.
    fn of(evidence: &Evidence, action: &ToolName, params: Option<Type>) -> Self {
        let unknown = Self::unknown();
        let mut seen = Self { params: params.unwrap_or(unknown.params), ..unknown };
        let need = evidence.needs.get(action).and_then(|need| need.value.as_ref());
        for wanted in need.into_iter().flat_map(Need::items) {
            let name = wanted.value.as_str().to_owned();
            match evidence.items.get(&wanted.value).map(|item| item.value.as_ref()) {
                None => {}
                Some(Some(Item::Asserted { .. })) => seen.said.push(name),
                Some(None | Some(Item::Attested(_))) => {
                    let mut always = need.into_iter().flat_map(|need| need.all.good());
                    let required = always.any(|item| item.value == wanted.value);
                    seen.items.push((name, required));
                }
            }
        }
        seen
    }
}

/// What a tool takes. Of a parameter of which the schema says nothing right, only the name is known.
fn params_of(input: &Schema) -> Type {
    let mut params = Type::of_schema(&input.text);
    for name in &input.lost {
        if let Some(lost) = params.at_mut(&[name.as_str()]) {
            *lost = Type::Open;
        }
    }
    params
}

/// What is known of a run: its workflow, where the contract has any. A run that names none may do nothing then.
fn run_of(scope: &Scope) -> Type {
    let workflow = Attribute { of: Type::Name(WORKFLOW), required: true };
    let none = scope.workflows.as_ref().is_some_and(BTreeMap::is_empty);
    let known = (!none).then(|| ("workflow".to_owned(), workflow));
    Type::Record(known.into_iter().collect())
}

/// What is known of an item: that its required fields are there.
fn shape(item: &Attested) -> Type {
    let mut root = BTreeMap::new();
    for pointer in item.require.good() {
        let mut attributes = &mut root;
        let mut segments = pointer.segments().peekable();
        while let Some(segment) = segments.next() {
            let attribute =
                attributes.entry(segment.to_owned()).or_insert(Attribute { of: Type::Open, required: true });
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
