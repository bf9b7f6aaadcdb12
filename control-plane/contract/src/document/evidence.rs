//! Section `evidence`: what counts as a fact, how long, and which facts an action needs.

use std::collections::BTreeMap;

use remit_core::{ItemName, ToolName};

use super::scope::tool;
use crate::{
    pointer::{Pointer, Source},
    problem::{Problems, Spot},
    read::{
        Fields, entries, items,
        scalar::{Naming, check_name, duration, name, text},
    },
    yaml::Node,
};

/// The section.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// By name; `None` when the item could not be read.
    pub(crate) items: BTreeMap<ItemName, Spot<Option<Item>>>,
    /// By action; `None` when the need could not be read.
    pub(crate) needs: BTreeMap<ToolName, Spot<Option<Need>>>,
}

/// One kind of fact.
#[derive(Debug)]
pub(crate) struct Item {
    /// The tool whose result it is.
    pub(crate) from: Spot<ToolName>,
    /// Parameters of that tool, and where in the needing action's parameters the same value stands.
    pub(crate) matching: Vec<Spot<(String, Pointer)>>,
    pub(crate) fresh_for_ms: Option<u64>,
    pub(crate) require: Vec<Pointer>,
}

/// What one action needs.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) all: Vec<Spot<ItemName>>,
    /// Lists of at least two values that must be equal.
    pub(crate) agree: Vec<Vec<Spot<Source>>>,
}

impl Evidence {
    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "evidence", problems)?;
        fields.later(&["origin"]);
        let items = fields.need("items").and_then(|node| {
            let mut items = BTreeMap::new();
            for entry in entries(node, "evidence.items", problems)? {
                check_item_name(&entry.key, entry.place, problems);
                let value = Item::read(&entry.value, &entry.key, problems);
                items.insert(entry.key.as_str().into(), Spot { value, place: entry.place });
            }
            Some(items)
        });
        let needs = fields.need("needs").and_then(|node| {
            let mut needs = BTreeMap::new();
            for entry in entries(node, "evidence.needs", problems)? {
                let value = Need::read(&entry.value, &entry.key, problems);
                needs.insert(entry.key.as_str().into(), Spot { value, place: entry.place });
            }
            Some(needs)
        });
        fields.end();
        Some(Self { items: items?, needs: needs? })
    }
}

/// `params` and `result` mean something else before a pointer.
fn check_item_name(key: &str, place: crate::problem::Place, problems: &Problems) {
    check_name(key, place, "evidence item", Naming::Plain, problems);
    if matches!(key, "params" | "result") {
        problems.note::<()>(
            place,
            format!("an evidence item cannot be called `{key}`"),
            "choose another name: before a pointer this word means the action's own",
        );
    }
}

impl Item {
    fn read(node: &Node, key: &str, problems: &Problems) -> Option<Self> {
        let title = format!("evidence item `{key}`");
        let fields = Fields::of(node, &title, problems)?;
        fields.later(&["asserted"]);
        let from = fields.need("from").and_then(|node| tool(node, "the item's tool", problems));
        let matching = fields.get("matching").map_or(Some(Vec::new()), |node| {
            entries(node, "matching", problems)?
                .iter()
                .map(|entry| {
                    let text = text(&entry.value, "matching", problems)?;
                    match Source::read(&text, entry.value.place, problems)? {
                        Source::Params(pointer) => {
                            Some(Spot { value: (entry.key.clone(), pointer), place: entry.place })
                        }
                        Source::Result(_) | Source::Item(..) => problems.note(
                            entry.value.place,
                            format!("`{text}` does not point into the action's parameters"),
                            "write `params:/…`: the evidence must be about what the action is about",
                        ),
                    }
                })
                .collect()
        });
        let fresh_for_ms = match fields.get("fresh_for") {
            None => Some(None),
            Some(node) => duration(node, "fresh_for", problems).map(Some),
        };
        let require = fields.get("require").map_or(Some(Vec::new()), |node| {
            items(node, "require", problems)?
                .iter()
                .map(|node| Pointer::read(&text(node, "require", problems)?, node.place, problems))
                .collect()
        });
        fields.end();
        Some(Self { from: from?, matching: matching?, fresh_for_ms: fresh_for_ms?, require: require? })
    }
}

impl Need {
    fn read(node: &Node, key: &str, problems: &Problems) -> Option<Self> {
        let title = format!("what `{key}` needs");
        let fields = Fields::of(node, &title, problems)?;
        fields.later(&["at_least"]);
        let all = fields.need("all").and_then(|node| {
            items(node, "all", problems)?
                .iter()
                .map(|node| {
                    let name = name(node, "evidence item", Naming::Plain, problems)?;
                    Some(Spot { value: name.into(), place: node.place })
                })
                .collect()
        });
        let agree = fields.get("agree").map_or(Some(Vec::new()), |node| {
            items(node, "agree", problems)?.iter().map(|node| read_equals(node, problems)).collect()
        });
        fields.end();
        Some(Self { all: all?, agree: agree? })
    }
}

/// One list of values that must be equal.
fn read_equals(node: &Node, problems: &Problems) -> Option<Vec<Spot<Source>>> {
    let values = items(node, "one line of agree", problems)?;
    if values.len() < 2 {
        return problems.note(
            node.place,
            "one value alone always agrees",
            "name at least two, for instance `[params:/currency, transaction:/currency]`",
        );
    }
    values
        .iter()
        .map(|node| {
            let text = text(node, "agree", problems)?;
            match Source::read(&text, node.place, problems)? {
                Source::Result(_) => problems.note(
                    node.place,
                    "there is no result before the action has run",
                    "point into `params:` or into an evidence item",
                ),
                source @ (Source::Params(_) | Source::Item(..)) => {
                    Some(Spot { value: source, place: node.place })
                }
            }
        })
        .collect()
}
