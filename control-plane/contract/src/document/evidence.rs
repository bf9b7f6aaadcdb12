//! Section `evidence`: what counts as a fact, how long, and which facts an action needs.

use std::collections::BTreeMap;

use remit_core::{ItemName, ToolName};

use super::{
    need::Need,
    origin::{self, OriginRule},
    scope::tool,
};
use crate::{
    pointer::{Pointer, Source},
    problem::{Problems, Spot},
    read::{
        Fields, Partly, entries, items,
        scalar::{Naming, check_name, duration, text},
    },
    yaml::{Kind, Node},
};

/// The section. By default nothing of it could be read.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// By name; `None` when nothing of the item could be read.
    pub(crate) items: BTreeMap<ItemName, Spot<Option<Item>>>,
    /// By action; `None` when nothing of the need could be read.
    pub(crate) needs: BTreeMap<ToolName, Spot<Option<Need>>>,
    /// Where parameters may come from, by action; `None` when they could not be read.
    pub(crate) origin: BTreeMap<ToolName, Spot<Option<Partly<Spot<OriginRule>>>>>,
    /// True when `items` could be read: what is not among them is no item.
    pub(crate) has_items: bool,
    /// True when `needs` could be read.
    pub(crate) has_needs: bool,
}

/// One kind of fact, or of saying.
#[derive(Debug)]
pub(crate) enum Item {
    /// A result that the control plane itself has seen.
    Attested(Attested),
    /// Said by the service with the call: it is on record, and never suffices alone.
    Asserted {
        /// What it must say.
        require: Partly<Pointer>,
    },
}

/// One kind of fact; a part is `None` when it could not be read, and the others still stand.
#[derive(Debug)]
pub(crate) struct Attested {
    /// The tool whose result it is.
    pub(crate) from: Option<Spot<ToolName>>,
    /// Parameters of that tool, and where in the needing action's parameters the same value stands.
    pub(crate) matching: Partly<Spot<(String, Pointer)>>,
    pub(crate) fresh_for_ms: Option<Option<u64>>,
    /// Where the tool server says of what time it speaks, RFC 3339; else the time of arrival counts.
    pub(crate) as_of: Option<Option<Pointer>>,
    pub(crate) require: Partly<Pointer>,
    /// Places that hold text of strangers: no parameter may originate there.
    pub(crate) untrusted: Partly<Pointer>,
}

impl Evidence {
    /// What the action needs, when nothing else can be needed.
    pub(crate) fn whole_need(&self, action: &ToolName) -> Option<Option<&Need>> {
        match self.needs.get(action) {
            Some(need) => need.value.as_ref().filter(|need| need.is_whole()).map(Some),
            None => self.has_needs.then_some(None),
        }
    }

    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "evidence", problems)?;
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
        let origin = fields.get("origin").map_or(Some(BTreeMap::new()), |node| {
            let mut origin = BTreeMap::new();
            for entry in entries(node, "evidence.origin", problems)? {
                let value = origin::read(&entry.value, &entry.key, problems);
                origin.insert(entry.key.as_str().into(), Spot { value, place: entry.place });
            }
            Some(origin)
        });
        fields.end();
        // What could not be read is left out, so that the rest is still held against the scope and the tools.
        let (has_items, has_needs) = (items.is_some(), needs.is_some());
        let (items, needs) = (items.unwrap_or_default(), needs.unwrap_or_default());
        Some(Self { items, needs, origin: origin.unwrap_or_default(), has_items, has_needs })
    }
}

/// `params`, `result` and `request` mean something else.
fn check_item_name(key: &str, place: crate::problem::Place, problems: &Problems) {
    check_name(key, place, "evidence item", Naming::Plain, problems);
    if matches!(key, "params" | "result" | "request") {
        problems.note::<()>(
            place,
            format!("an evidence item cannot be called `{key}`"),
            "choose another name: this word means the action's own, or what the run's caller declared",
        );
    }
}

impl Item {
    /// The item as a fact; `None` when it is only said.
    pub(crate) const fn attested(&self) -> Option<&Attested> {
        match self {
            Self::Attested(attested) => Some(attested),
            Self::Asserted { .. } => None,
        }
    }

    fn read(node: &Node, key: &str, problems: &Problems) -> Option<Self> {
        let title = format!("evidence item `{key}`");
        let fields = Fields::of(node, &title, problems)?;
        match fields.get("asserted") {
            None => Some(Self::Attested(Attested::read(fields, problems))),
            Some(node) => Self::asserted(node, (fields, &title), problems),
        }
    }

    fn asserted(node: &Node, (fields, title): (Fields<'_>, &str), problems: &Problems) -> Option<Self> {
        let said = match &node.kind {
            Kind::Scalar { text, quoted: false } if text == "true" => Some(()),
            Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => problems.note(
                node.place,
                "asserted is not `true`",
                "write `asserted: true` for what the service says itself, or remove it",
            ),
        };
        // Nobody reads it, so there is nothing to say about how.
        let mut alone = Some(());
        for key in ["from", "matching", "fresh_for", "as_of", "untrusted"] {
            if let Some(node) = fields.get(key) {
                alone = problems.note(
                    node.place,
                    format!("{title} is asserted and has `{key}`"),
                    "keep one of the two: what the service says is not read by any tool",
                );
            }
        }
        let require = pointers(&fields, "require", problems);
        fields.end();
        said.and(alone)?;
        Some(Self::Asserted { require })
    }
}

impl Attested {
    fn read(fields: Fields<'_>, problems: &Problems) -> Self {
        let from = fields.need("from").and_then(|node| tool(node, "the item's tool", problems));
        let matching = fields.get("matching").map_or_else(Partly::default, |node| {
            let Some(entries) = entries(node, "matching", problems) else { return Partly::lost() };
            Partly::of(entries, |entry| {
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
        });
        let fresh_for_ms = match fields.get("fresh_for") {
            None => Some(None),
            Some(node) => duration(node, "fresh_for", problems).map(Some),
        };
        let as_of = fields.get("as_of").map_or(Some(None), |node| {
            Pointer::read(&text(node, "as_of", problems)?, node.place, problems).map(Some)
        });
        let require = pointers(&fields, "require", problems);
        let untrusted = pointers(&fields, "untrusted", problems);
        fields.end();
        Self { from, matching, fresh_for_ms, as_of, require, untrusted }
    }
}

/// A list of pointers into the item; empty when the key is absent.
fn pointers(fields: &Fields<'_>, key: &'static str, problems: &Problems) -> Partly<Pointer> {
    let Some(node) = fields.get(key) else { return Partly::default() };
    let Some(items) = items(node, key, problems) else { return Partly::lost() };
    Partly::of(items, |node| Pointer::read(&text(node, key, problems)?, node.place, problems))
}
