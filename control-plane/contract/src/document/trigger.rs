//! A rule of `scope.escalate` with `usual`, `first_seen` or `missing` in the place of a condition.

use super::scope::RuleHead;
use crate::{
    pointer::{Pointer, Source},
    problem::{Place, Problems, Spot, listed},
    read::{
        Fields, Partly, each, entries, items,
        scalar::{Naming, check_name, duration, text},
    },
    trigger::{Optional, Trigger, Usual},
    yaml::{Kind, Node, to_json},
};

/// One such rule, with the places of what it names.
#[derive(Debug)]
pub(crate) struct TriggerRule {
    pub(crate) head: RuleHead,
    /// `None` when it could not be read.
    pub(crate) trigger: Option<Trigger>,
    pub(crate) named: Vec<Spot<Optional>>,
}

/// What a trigger watches, and what it names.
pub(super) type Watched = (Option<Trigger>, Vec<Spot<Optional>>);

/// When a rule asks.
pub(super) enum Asks {
    /// Under this condition.
    When(Spot<String>),
    /// About a value.
    About(Watched),
}

/// The one key that says when the rule asks.
pub(super) fn read(fields: &Fields<'_>, place: Place, problems: &Problems) -> Option<Asks> {
    const KINDS: [&str; 4] = ["when", "usual", "first_seen", "missing"];
    let found = KINDS.map(|kind| fields.get(kind));
    match found {
        [Some(node), None, None, None] => {
            let value = text(node, "the rule's condition", problems)?;
            Some(Asks::When(Spot { value, place: node.place }))
        }
        [None, Some(node), None, None] => read_usual(node, problems).map(Asks::About),
        [None, None, Some(node), None] => read_first_seen(node, problems).map(Asks::About),
        [None, None, None, Some(node)] => read_missing(node, problems).map(Asks::About),
        [None, None, None, None] => problems.note(
            place,
            "the rule does not say when it asks",
            "add `when: …`, or one of `usual`, `first_seen` and `missing`",
        ),
        several => {
            let named = KINDS.iter().zip(several).filter_map(|(kind, node)| node.map(|_| *kind));
            problems.note(
                place,
                format!("the rule has {}", listed(named)),
                "keep one; make a rule of its own for each of the others",
            )
        }
    }
}

/// `{ amount_minor: 0..50000, region: [EU, UK] }`
fn read_usual(node: &Node, problems: &Problems) -> Option<Watched> {
    let entries = entries(node, "the rule's usual", problems)?;
    if entries.is_empty() {
        return problems.note(
            node.place,
            "the rule's usual names no parameter",
            "name one with its usual values, for instance `{ amount_minor: 0..50000 }`",
        );
    }
    let named = entries
        .iter()
        .map(|entry| Spot { value: Optional::Parameter(Pointer::to_key(&entry.key)), place: entry.place });
    let usual = each(entries, |entry| Some((entry.key.clone(), read_values(&entry.value, problems)?)));
    Some((usual.map(Trigger::Usual), named.collect()))
}

fn read_values(node: &Node, problems: &Problems) -> Option<Usual> {
    const REMEDY: &str = "write whole numbers as `0..50000` (one end may be open), or a list: `[EU, UK]`";
    if let Kind::List(values) = &node.kind {
        let values: Vec<_> = each(values, |node| to_json(node, problems))?;
        if values.is_empty() {
            return problems.note(node.place, "nothing is usual", REMEDY);
        }
        return Some(Usual::OneOf(values));
    }
    let range = if let Kind::Scalar { text, .. } = &node.kind { range(text) } else { None };
    match range {
        Some((Some(least), Some(most))) if most < least => problems.note(
            node.place,
            format!("nothing lies between {least} and {most}"),
            "write the smaller number first",
        ),
        Some((least, most)) => Some(Usual::Range { least, most }),
        None => problems.note(node.place, "the usual values are neither a range nor a list", REMEDY),
    }
}

/// `0..50000`, `..50000` or `0..`.
fn range(text: &str) -> Option<(Option<i64>, Option<i64>)> {
    let (least, most) = text.split_once("..")?;
    let end = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
    let ends = (end(least.trim())?, end(most.trim())?);
    (ends != (None, None)).then_some(ends)
}

/// `{ value: params:/account, within: 90d }`
fn read_first_seen(node: &Node, problems: &Problems) -> Option<Watched> {
    let fields = Fields::of(node, "the rule's first_seen", problems)?;
    let value_node = fields.need("value");
    let value = value_node.and_then(|node| parameter(node, problems));
    let within_ms = fields.need("within").and_then(|node| duration(node, "first_seen.within", problems));
    fields.end();
    let value = value?;
    let named = Spot { value: Optional::Parameter(value.clone()), place: value_node?.place };
    Some((within_ms.map(|within_ms| Trigger::FirstSeen { value, within_ms }), vec![named]))
}

/// `[params:/memo, account, customer:/phone, …]`
fn read_missing(node: &Node, problems: &Problems) -> Option<Watched> {
    let places = items(node, "the rule's missing", problems)?;
    if places.is_empty() {
        return problems.note(
            node.place,
            "the rule's missing names nothing",
            "name a parameter or a fact: `[params:/memo]`, `[account]`, `[customer:/phone]`",
        );
    }
    let named = Partly::of(places, |node| Some(Spot { value: optional(node, problems)?, place: node.place }));
    let missing = |named: &[Spot<Optional>]| named.iter().map(|named| named.value.clone()).collect();
    Some((named.all().map(missing).map(Trigger::Missing), named.good().to_vec()))
}

/// A parameter, a fact, or a place in one.
fn optional(node: &Node, problems: &Problems) -> Option<Optional> {
    let text = text(node, "what may be missing", problems)?;
    if !text.contains(':') {
        check_name(&text, node.place, "evidence item", Naming::Plain, problems)?;
        return Some(Optional::Fact(text.into(), None));
    }
    match Source::read(&text, node.place, problems)? {
        Source::Params(pointer) => Some(Optional::Parameter(pointer)),
        Source::Item(item, pointer) => Some(Optional::Fact(item, Some(pointer))),
        Source::Result(_) => problems.note(
            node.place,
            "there is no result before the action has run",
            "name a parameter or a fact: `params:/…`, `ITEM` or `ITEM:/…`",
        ),
    }
}

/// A place in the parameters.
fn parameter(node: &Node, problems: &Problems) -> Option<Pointer> {
    let text = text(node, "the rule's parameter", problems)?;
    match Source::read(&text, node.place, problems)? {
        Source::Params(pointer) => Some(pointer),
        Source::Result(_) | Source::Item(..) => problems.note(
            node.place,
            format!("`{text}` is no parameter"),
            "write `params:/…`; what a fact says goes into `when`, that it is absent into `missing`",
        ),
    }
}
