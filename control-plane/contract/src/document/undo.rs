//! Key `recovery.undo`: how one effect is undone, what comes back by it, and which read shows that it is gone.

use remit_core::{Money, ToolName, rollback::Expected};

use super::scope::tool;
use crate::{
    pointer::{Pointer, Source},
    problem::{Problems, Spot},
    read::{
        Fields, Partly, each, entries,
        scalar::{duration, money, text},
    },
    yaml::{Kind, Node, Scalar, resolve, to_json},
};

/// How one effect is undone.
#[derive(Debug)]
pub(crate) enum UndoRule {
    /// By calling another tool; a part is `None` when it could not be read.
    By {
        tool: Option<Spot<ToolName>>,
        /// Its parameters, and where their values come from.
        with: Partly<Spot<(String, Source)>>,
        within_ms: Option<u64>,
        /// True when it may be undone although a later effect of its run could not be.
        independent: Option<bool>,
        /// What comes back by it.
        returns: Option<Option<Returns>>,
        /// The read that shows that the effect is gone.
        verify: Option<Option<Box<Spot<VerifyDocument>>>>,
    },
    /// Not at all.
    Irreversible { why: String },
}

/// The amount that comes back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Returns {
    /// Where it stands, in whole numbers of the unit.
    pub(crate) amount: Source,
    /// What one of it is.
    pub(crate) unit: Money,
}

/// The read that shows that the effect is gone.
#[derive(Debug)]
pub(crate) struct VerifyDocument {
    pub(crate) ask: Spot<ToolName>,
    /// Its parameters, and where their values come from.
    pub(crate) with: Partly<Spot<(String, Source)>>,
    /// What must stand where in its result.
    pub(crate) expect: Vec<Expected>,
}

impl UndoRule {
    pub(super) fn read(node: &Node, key: &str, problems: &Problems) -> Option<Self> {
        let title = format!("the undo of `{key}`");
        let fields = Fields::of(node, &title, problems)?;
        if let Some(why) = fields.get("irreversible") {
            let why = text(why, "the reason why it is irreversible", problems);
            fields.end();
            return Some(Self::Irreversible { why: why? });
        }
        let tool = fields.need("tool").and_then(|node| tool(node, "the compensating tool", problems));
        let with = fields.get("with").map_or_else(Partly::default, |node| read_with(node, problems));
        let within_ms = fields.need("within").and_then(|node| duration(node, "within", problems));
        let independent =
            fields.get("independent").map_or(Some(false), |node| read_independent(node, problems));
        let returns = optional(fields.get("returns"), |node| Returns::read(node, problems));
        let verify = optional(fields.get("verify"), |node| {
            Some(Box::new(Spot { value: VerifyDocument::read(node, problems)?, place: node.place }))
        });
        fields.end();
        Some(Self::By { tool, with, within_ms, independent, returns, verify })
    }
}

fn read_with(node: &Node, problems: &Problems) -> Partly<Spot<(String, Source)>> {
    let Some(entries) = entries(node, "with", problems) else { return Partly::lost() };
    Partly::of(entries, |entry| {
        let text = text(&entry.value, "with", problems)?;
        match Source::read(&text, entry.value.place, problems)? {
            Source::Item(..) => problems.note(
                entry.value.place,
                format!("`{text}` points into evidence"),
                "point into `result:` or `params:`, which are recorded with the effect itself",
            ),
            source @ (Source::Params(_) | Source::Result(_)) => {
                Some(Spot { value: (entry.key.clone(), source), place: entry.place })
            }
        }
    })
}

/// `None` when the key is there and wrong; `Some(None)` when it is absent.
fn optional<T>(node: Option<&Node>, read: impl Fn(&Node) -> Option<T>) -> Option<Option<T>> {
    node.map_or(Some(None), |node| read(node).map(Some))
}

fn read_independent(node: &Node, problems: &Problems) -> Option<bool> {
    let Kind::Scalar { text, quoted } = &node.kind else {
        return problems.note(
            node.place,
            "independent is not `true`".to_owned(),
            "write `independent: true`, or leave it out",
        );
    };
    match resolve(text, *quoted) {
        Scalar::Bool(true) => Some(true),
        Scalar::Null | Scalar::Bool(false) | Scalar::Number(_) | Scalar::NoJsonNumber | Scalar::Text => {
            problems.note(
                node.place,
                format!("independent is `{text}`, not `true`"),
                "write `independent: true`, or leave it out: then nothing is undone past a later effect that could not be",
            )
        }
    }
}

impl Returns {
    fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "returns", problems)?;
        let amount = fields.need("amount").and_then(|node| {
            let written = text(node, "amount", problems)?;
            match Source::read(&written, node.place, problems)? {
                Source::Item(..) => problems.note(
                    node.place,
                    format!("`{written}` points into evidence"),
                    "point into `result:` or `params:`, which are recorded with the effect itself",
                ),
                source @ (Source::Params(_) | Source::Result(_)) => Some(source),
            }
        });
        let unit = fields.need("unit").and_then(|node| money(node, "the unit", problems));
        fields.end();
        Some(Self { amount: amount?, unit: unit? })
    }
}

impl VerifyDocument {
    fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "verify", problems)?;
        let ask = fields.need("ask").and_then(|node| tool(node, "the read that shows it", problems));
        let with = fields.get("with").map_or_else(Partly::default, |node| read_with(node, problems));
        let expect = fields.need("expect").and_then(|node| read_expect(node, problems));
        fields.end();
        Some(Self { ask: ask?, with, expect: expect? })
    }
}

fn read_expect(node: &Node, problems: &Problems) -> Option<Vec<Expected>> {
    let entries = entries(node, "expect", problems)?;
    if entries.is_empty() {
        return problems.note(
            node.place,
            "`expect` expects nothing".to_owned(),
            "say what stands there once it is undone, for instance `result:/status: reversed`",
        );
    }
    each(entries, |entry| {
        let Source::Result(pointer) = Source::read(&entry.key, entry.place, problems)? else {
            return problems.note(
                entry.place,
                format!("`{}` is not in the answer of the read", entry.key),
                "name a place in it, for instance `result:/status: reversed`",
            );
        };
        let value = to_json(&entry.value, problems)?;
        let is = remit_core::CanonicalJson::from_value(&value).ok()?;
        Some(Expected { at: Pointer::as_str(&pointer).to_owned(), is })
    })
}
