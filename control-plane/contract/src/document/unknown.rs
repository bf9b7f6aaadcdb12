//! Part of a tool: what holds for calls whose outcome nobody knows, and which read tells it.

use remit_core::ToolName;

use super::scope::tool;
use crate::{
    pointer::{Pointer, Source},
    problem::{Problems, Spot},
    read::{
        Fields, each, entries,
        scalar::{duration, text},
    },
    unknown::Given,
    yaml::Node,
};

/// For so long after its time-out a call may still take effect, when the contract does not say, in milliseconds.
const DEFAULT_LANDS_WITHIN_MS: u64 = 60_000;

/// The keys as they are written.
#[derive(Debug, Default)]
pub(crate) struct UnknownDocument {
    /// `None` when it is not said.
    pub(crate) lands_within: Option<Spot<u64>>,
    pub(crate) report_within_ms: Option<u64>,
    pub(crate) query: Option<Spot<QueryDocument>>,
}

/// The read that tells what became of a call.
#[derive(Debug)]
pub(crate) struct QueryDocument {
    pub(crate) ask: Spot<ToolName>,
    /// Its parameters, and where their values come from.
    pub(crate) with: Vec<Spot<(String, Given)>>,
    /// What is there in its answer when the call has happened.
    pub(crate) settled: Pointer,
}

impl UnknownDocument {
    /// Reads the keys of a tool.
    pub(crate) fn read(fields: &Fields<'_>, problems: &Problems) -> Option<Self> {
        let lands_within = optional(fields.get("lands_within"), |node| {
            Some(Spot { value: duration(node, "lands_within", problems)?, place: node.place })
        });
        let report_within_ms =
            optional(fields.get("report_within"), |node| duration(node, "report_within", problems));
        let query = optional(fields.get("when_unknown"), |node| {
            Some(Spot { value: read_query(node, problems)?, place: node.place })
        });
        Some(Self { lands_within: lands_within?, report_within_ms: report_within_ms?, query: query? })
    }

    /// For so long after its time-out a call may still take effect, in milliseconds.
    pub(crate) fn lands_within_ms(&self) -> u64 {
        self.lands_within.as_ref().map_or(DEFAULT_LANDS_WITHIN_MS, |within| within.value)
    }
}

/// `None` when the key is there and wrong; `Some(None)` when it is absent.
fn optional<T>(node: Option<&Node>, read: impl Fn(&Node) -> Option<T>) -> Option<Option<T>> {
    node.map_or(Some(None), |node| read(node).map(Some))
}

fn read_query(node: &Node, problems: &Problems) -> Option<QueryDocument> {
    let fields = Fields::of(node, "when_unknown", problems)?;
    let ask = fields.need("ask").and_then(|node| tool(node, "the read that tells it", problems));
    let with = fields.get("with").map_or(Some(Vec::new()), |node| read_with(node, problems));
    let settled = fields.need("settled").and_then(|node| read_settled(node, problems));
    fields.end();
    Some(QueryDocument { ask: ask?, with: with?, settled: settled? })
}

fn read_with(node: &Node, problems: &Problems) -> Option<Vec<Spot<(String, Given)>>> {
    each(entries(node, "with", problems)?, |entry| {
        let (place, text) = (entry.value.place, text(&entry.value, "with", problems)?);
        let value = if text == Given::KEY {
            Given::Key
        } else {
            match Source::read(&text, place, problems)? {
                Source::Params(pointer) => Given::Params(pointer),
                Source::Result(_) | Source::Item(..) => {
                    return problems.note(
                        place,
                        format!("`{text}` is not known of a call whose outcome nobody knows"),
                        "write `params:/…`, or `$key` for the idempotency key of the call",
                    );
                }
            }
        };
        Some(Spot { value: (entry.key.clone(), value), place: entry.place })
    })
}

fn read_settled(node: &Node, problems: &Problems) -> Option<Pointer> {
    let text = text(node, "settled", problems)?;
    match Source::read(&text, node.place, problems)? {
        Source::Result(pointer) => Some(pointer),
        Source::Params(_) | Source::Item(..) => problems.note(
            node.place,
            format!("`{text}` is not in the answer of the read"),
            "name the place that is there when it has happened, for instance `result:/payout_id`",
        ),
    }
}
