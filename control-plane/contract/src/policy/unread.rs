//! What of the context the document does not say rightly: nothing is held against it until that is mended.
//!
//! It is taken to be as the policies use it, so that everything else in them is still checked.

use std::collections::{BTreeMap, BTreeSet};

use remit_core::ToolName;
use serde_json::Value;

use super::{
    sight::paths,
    typing::{Attribute, Type},
    world::{Action, World},
};
use crate::document::{Document, Need};

/// What could be read, by which the rest is told.
#[derive(Debug)]
pub(super) struct Unread {
    /// Actions whose parameters are known by name, and those of which nothing else is.
    params: BTreeMap<ToolName, BTreeSet<String>>,
    /// Actions of which all that they need is known.
    needs: BTreeSet<ToolName>,
    /// Items that an action needs for certain.
    listed: BTreeSet<(ToolName, String)>,
    /// Items that are described, and whether all that they require is known.
    items: BTreeMap<String, bool>,
    has_items: bool,
    has_workflows: bool,
}

impl Unread {
    pub(super) fn of(document: &Document) -> Self {
        let Document { scope, evidence, tooling, .. } = document;
        let params = tooling.tools.iter().filter_map(|(name, tool)| {
            let input = &tool.value.as_ref()?.input.as_ref()?.value;
            let is_object = matches!(Type::of_schema(&input.text), Type::Record(_));
            is_object.then(|| (name.clone(), input.lost.clone()))
        });
        let described = |need: &Need| {
            !evidence.has_items || need.items().all(|item| evidence.items.contains_key(&item.value))
        };
        let whole =
            |action: &ToolName| evidence.whole_need(action).is_some_and(|it| it.is_none_or(described));
        let needs = scope.actions.keys().chain(tooling.tools.keys()).filter(|action| whole(action));
        let listed = evidence.needs.iter().flat_map(|(action, need)| {
            let items = need.value.iter().flat_map(Need::items);
            let items = items.filter(|item| !evidence.has_items || evidence.items.contains_key(&item.value));
            items.map(|item| (action.clone(), item.value.as_str().to_owned()))
        });
        let items = evidence.items.iter().map(|(name, item)| {
            let item = item.value.as_ref();
            let known = item.is_some_and(|item| item.attested().is_none_or(|it| it.require.is_whole()));
            (name.as_str().to_owned(), known)
        });
        Self {
            params: params.collect(),
            needs: needs.cloned().collect(),
            listed: listed.collect(),
            items: items.collect(),
            has_items: evidence.has_items,
            has_workflows: scope.workflows.is_some(),
        }
    }

    /// True when nobody knows what stands at a path below `context`, or whether anything does.
    pub(super) fn has(&self, action: &ToolName, path: &[&str]) -> bool {
        match path {
            ["params", rest @ ..] => self.params.get(action).is_none_or(|lost| match rest {
                [name, ..] => lost.contains(*name),
                [] => !lost.is_empty(),
            }),
            ["run", ..] => !self.has_workflows,
            ["evidence"] => !self.needs.contains(action),
            ["evidence", item, rest @ ..] => {
                let is_listed = self.listed.contains(&(action.clone(), (*item).to_owned()));
                let is_known = self.items.get(*item).copied().unwrap_or(self.has_items);
                if is_listed {
                    return !is_known;
                }
                // What is described is so wherever it is needed.
                let is_described = self.items.get(*item) == Some(&true);
                !self.needs.contains(action) && (rest.is_empty() || !is_described)
            }
            _ => false,
        }
    }

    /// How people call the part of the document that does not say it.
    pub(super) fn name(&self, action: &ToolName, path: &[&str]) -> String {
        match path {
            ["evidence", item, ..] if self.listed.contains(&(action.clone(), (*item).to_owned())) => {
                format!("`evidence.{item}`")
            }
            ["evidence", ..] => format!("what `{action}` needs"),
            ["run", ..] => "`run.workflow`".to_owned(),
            ["params", name, ..] if self.params.contains_key(action) => {
                format!("`params.{name}` of `{action}`")
            }
            _ => format!("the parameters of `{action}`"),
        }
    }
}

impl World {
    /// Takes what could not be read for what these conditions use. Each is given with the actions that it is about.
    pub(super) fn guess(&mut self, uses: &[(Vec<ToolName>, Value)]) {
        for (actions, conditions) in uses {
            for path in paths(conditions) {
                for action in actions {
                    self.grow(action, &path);
                }
            }
        }
    }

    fn grow(&mut self, action: &ToolName, path: &[&str]) {
        let is_unread = self.unread.has(action, path);
        let Some(seen) = self.actions.get_mut(action) else { return };
        match path {
            ["params", rest @ ..] if is_unread => grow(&mut seen.params, rest),
            ["evidence", item, rest @ ..] => {
                if self.unread.has(action, &["evidence", item])
                    && !seen.items.iter().any(|(name, _)| name == item)
                {
                    seen.items.push(((*item).to_owned(), true));
                }
                if is_unread {
                    let item = self.items.entry((*item).to_owned());
                    grow(item.or_insert_with(|| Type::Record(BTreeMap::new())), rest);
                }
            }
            _ => {}
        }
    }

    /// Takes note of an action that is named; of an unknown one nothing is known.
    pub(super) fn meet(&mut self, action: &ToolName) {
        self.actions.entry(action.clone()).or_insert_with(Action::unknown);
    }
}

/// Makes a path lead somewhere.
fn grow(of: &mut Type, path: &[&str]) {
    let [name, rest @ ..] = path else { return };
    if *of == Type::Open {
        *of = Type::Record(BTreeMap::new());
    }
    let Type::Record(attributes) = of else { return };
    let unknown = || Attribute { of: Type::Open, required: true };
    grow(&mut attributes.entry((*name).to_owned()).or_insert_with(unknown).of, rest);
}
