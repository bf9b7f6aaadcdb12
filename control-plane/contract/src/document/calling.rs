//! How a tool is called beyond the one request, as it is written: `retry`, `fallback` and `max_result`.

use remit_core::ToolName;

use super::scope::tool;
use crate::{
    calling::{Calling, DEFAULT_RESULT, MOST_ATTEMPTS, MOST_RESULT, Retry},
    pointer::{Pointer, Source},
    problem::{Place, Problems, Spot},
    read::{
        Fields, each, entries,
        scalar::{count, duration, text, word},
    },
    yaml::Node,
};

/// What is said of it, and where of `retry` and `fallback`.
#[derive(Debug)]
pub(crate) struct CallingDocument {
    pub(crate) calling: Calling,
    pub(crate) retry_at: Place,
    pub(crate) fallback_at: Place,
    pub(crate) then: Option<ThenDocument>,
}

/// The read that stands in for a read.
#[derive(Debug)]
pub(crate) struct ThenDocument {
    pub(crate) tool: Spot<ToolName>,
    /// Its parameters, and where their values come from; `None` for the very same ones.
    pub(crate) with: Option<Vec<Spot<(String, Pointer)>>>,
}

/// `stale_for`, and `then`.
type Fallback = (Option<u64>, Option<ThenDocument>);

impl CallingDocument {
    /// Once, and nothing instead.
    pub(super) fn once() -> Self {
        let calling = Calling { retry: None, max_result: DEFAULT_RESULT, stale_for_ms: None };
        Self { calling, retry_at: Place::default(), fallback_at: Place::default(), then: None }
    }
}

/// Reads the keys of a tool that say so.
pub(super) fn read(fields: &Fields<'_>, problems: &Problems) -> Option<CallingDocument> {
    let at = fields.get("retry");
    let retry = at.map_or(Some(None), |node| read_retry(node, problems).map(Some));
    let max_result =
        fields.get("max_result").map_or(Some(DEFAULT_RESULT), |node| read_max_result(node, problems));
    let instead = fields.get("fallback");
    let fallback = instead.map_or(Some((None, None)), |node| read_fallback(node, problems));
    let (stale_for_ms, then) = fallback?;
    let calling = Calling { retry: retry?, max_result: max_result?, stale_for_ms };
    let place = |node: Option<&Node>| node.map(|node| node.place).unwrap_or_default();
    Some(CallingDocument { calling, retry_at: place(at), fallback_at: place(instead), then })
}

fn read_retry(node: &Node, problems: &Problems) -> Option<Retry> {
    let fields = Fields::of(node, "retry", problems)?;
    let attempts = fields.need("attempts").and_then(|node| {
        let attempts = count(node, "retry.attempts", problems)?;
        if (2..=MOST_ATTEMPTS).contains(&attempts) {
            return Some(attempts);
        }
        problems.note(
            node.place,
            format!("retry.attempts `{attempts}` is not between 2 and {MOST_ATTEMPTS}"),
            "count the first call too, or remove `retry` for a single one",
        )
    });
    let within_ms =
        fields.get("within").map_or(Some(None), |node| duration(node, "retry.within", problems).map(Some));
    fields.end();
    Some(Retry { attempts: attempts?, within_ms: within_ms? })
}

fn read_fallback(node: &Node, problems: &Problems) -> Option<Fallback> {
    let fields = Fields::of(node, "fallback", problems)?;
    let said = (fields.get("stale_for"), fields.get("then"));
    let stale_for =
        said.0.map_or(Some(None), |node| duration(node, "fallback.stale_for", problems).map(Some));
    let then = said.1.map_or(Some(None), |node| read_then(node, problems).map(Some));
    fields.end();
    if said.0.is_none() && said.1.is_none() {
        return problems.note(
            node.place,
            "fallback says neither `stale_for` nor `then`",
            "write how old the last good result may be, or which read stands in: `then: { tool: … }`",
        );
    }
    Some((stale_for?, then?))
}

fn read_then(node: &Node, problems: &Problems) -> Option<ThenDocument> {
    let fields = Fields::of(node, "then", problems)?;
    let tool = fields.need("tool").and_then(|node| tool(node, "the read that stands in", problems));
    let with = fields.get("with").map_or(Some(None), |node| read_with(node, problems).map(Some));
    fields.end();
    Some(ThenDocument { tool: tool?, with: with? })
}

fn read_with(node: &Node, problems: &Problems) -> Option<Vec<Spot<(String, Pointer)>>> {
    each(entries(node, "with", problems)?, |entry| {
        let (place, text) = (entry.value.place, text(&entry.value, "with", problems)?);
        match Source::read(&text, place, problems)? {
            Source::Params(pointer) => Some(Spot { value: (entry.key.clone(), pointer), place: entry.place }),
            Source::Result(_) | Source::Item(..) => problems.note(
                place,
                format!("`{text}` is not known of a call that was not answered"),
                "write `params:/…`: the parameters of the first call",
            ),
        }
    })
}

fn read_max_result(node: &Node, problems: &Problems) -> Option<u32> {
    let text = word(node, "max_result", problems)?;
    match size(text) {
        Some(size) if size <= MOST_RESULT => Some(size),
        Some(_) => problems.note(
            node.place,
            format!("max_result `{text}` is more than 1MiB"),
            "let the tool answer less: each result is kept in the journal for good",
        ),
        None => problems.note(
            node.place,
            format!("max_result `{text}` is not a size"),
            "write a whole number with `KiB` or `MiB`, for instance `64KiB`",
        ),
    }
}

/// `64KiB` in bytes.
fn size(text: &str) -> Option<u32> {
    let (number, unit) = match text.strip_suffix("KiB") {
        Some(number) => (number, 1024),
        None => (text.strip_suffix("MiB")?, 1024 * 1024),
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    number.parse::<u32>().ok().filter(|number| *number > 0).map(|number| number.saturating_mul(unit))
}
