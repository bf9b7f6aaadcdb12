//! Keys `cost.loop` and `cost.value`: where the course of a run ends it.

use remit_core::{
    ToolName,
    terms::{CourseLimits, Cycle, Pace, Share, Stake, Worth},
};

use crate::{
    pointer::Pointer,
    problem::{Problems, Spot},
    read::{
        Fields,
        scalar::{count, money, text},
    },
    yaml::Node,
};

/// Longest circle that is looked for, in calls.
const MAX_LENGTH: u32 = 8;
/// Most rounds of a circle.
const MAX_REPEATS: u32 = 20;
/// Most calls that the pace of earning looks back, and that may bring nothing new.
const MAX_WINDOW: u32 = 1_000;

/// The rules of a circle, and of standing still.
#[derive(Debug, Default)]
pub(crate) struct Loops {
    pub(crate) same_call: Option<u32>,
    pub(crate) cycle: Option<Cycle>,
    pub(crate) no_progress: Option<u32>,
}

impl Loops {
    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "cost.loop", problems)?;
        let same_call =
            optional(fields.get("same_call"), |node| count(node, "cost.loop.same_call", problems));
        let cycle = optional(fields.get("cycle"), |node| read_cycle(node, problems));
        let no_progress = optional(fields.get("no_progress"), |node| {
            within(node, "cost.loop.no_progress", 1..=MAX_WINDOW, problems)
        });
        if fields.keys().next().is_none() {
            problems.note::<()>(node.place, "cost.loop has no rule", "add `same_call: 3`, or remove it");
        }
        fields.end();
        Some(Self { same_call: same_call?, cycle: cycle?, no_progress: no_progress? })
    }

    /// With what a run must be worth.
    pub(crate) fn limits(&self, worth: Option<Worth>) -> CourseLimits {
        CourseLimits { cycle: self.cycle, no_progress: self.no_progress, worth }
    }
}

/// What a run must be worth, and where the tool is named that reports it.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) worth: Worth,
    pub(crate) reported_by: Option<Spot<ToolName>>,
}

impl Value {
    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "cost.value", problems)?;
        let fixed = optional(fields.get("run"), |node| money(node, "cost.value.run", problems));
        let reported = optional(fields.get("reported"), |node| read_source(node, problems));
        let unit = optional(fields.get("unit"), |node| money(node, "cost.value.unit", problems));
        let at_most = optional(fields.get("at_most"), |node| share(node, "cost.value.at_most", problems));
        let window = optional(fields.get("window"), |node| {
            within(node, "cost.value.window", 1..=MAX_WINDOW, problems)
        });
        let below = optional(fields.get("stop_below"), |node| share(node, "cost.value.stop_below", problems));
        fields.end();
        let (fixed, reported, unit) = (fixed?, reported?, unit?);
        let (at_most, window, below) = (at_most?, window?, below?);
        let stake = match (fixed, reported, unit) {
            (Some(value), None, None) => Some((Stake::Fixed(value), None)),
            (None, Some((named, pointer)), Some(unit)) => {
                let tool = named.value.clone();
                let pointer = pointer.as_str().to_owned();
                Some((Stake::Reported { tool, pointer, unit }, Some(named)))
            }
            _ => problems.note(
                node.place,
                "cost.value does not say what is at stake",
                "write `run: 4.00`, or `reported: \"TOOL:/amount\"` together with `unit: 0.01`",
            ),
        };
        let pace = match (window, below) {
            (Some(window), Some(stop_below)) => Some(Some(Pace { window, stop_below })),
            (None, None) if at_most.is_some() => Some(None),
            (None, None) => problems.note(
                node.place,
                "cost.value stops nothing",
                "add `at_most: 0.5`, or `stop_below: 1.0` together with `window: 5`",
            ),
            (Some(_), None) | (None, Some(_)) => problems.note(
                node.place,
                "cost.value has one of `window` and `stop_below` without the other",
                "write both, or none",
            ),
        };
        let (at_stake, reported_by) = stake?;
        Some(Self { worth: Worth { at_stake, at_most, pace: pace? }, reported_by })
    }
}

/// `None` when the key is there and wrong; `Some(None)` when it is absent.
fn optional<T>(node: Option<&Node>, read: impl Fn(&Node) -> Option<T>) -> Option<Option<T>> {
    node.map_or(Some(None), |node| read(node).map(Some))
}

fn read_cycle(node: &Node, problems: &Problems) -> Option<Cycle> {
    let fields = Fields::of(node, "cost.loop.cycle", problems)?;
    let number = |key, most| {
        let found = fields.need(key)?;
        let found = within(found, &format!("cost.loop.cycle.{key}"), 2..=most, problems)?;
        u8::try_from(found).ok()
    };
    let (length, repeats) = (number("length", MAX_LENGTH), number("repeats", MAX_REPEATS));
    fields.end();
    Some(Cycle { length: length?, repeats: repeats? })
}

fn within(node: &Node, what: &str, range: std::ops::RangeInclusive<u32>, problems: &Problems) -> Option<u32> {
    let found = count(node, what, problems)?;
    if range.contains(&found) {
        return Some(found);
    }
    problems.note(
        node.place,
        format!("{what} is {found}"),
        format!("write a whole number from {} to {}", range.start(), range.end()),
    )
}

/// A share, read as exactly as an amount.
fn share(node: &Node, what: &str, problems: &Problems) -> Option<Share> {
    money(node, what, problems).map(|amount| Share(amount.as_micros()))
}

/// `TOOL:/pointer`.
fn read_source(node: &Node, problems: &Problems) -> Option<(Spot<ToolName>, Pointer)> {
    let text = text(node, "cost.value.reported", problems)?;
    let Some((tool, pointer)) = text.split_once(':').filter(|(tool, _)| !tool.is_empty()) else {
        return problems.note(
            node.place,
            format!("cost.value.reported `{text}` does not name a tool and a place in its result"),
            "write for instance `\"transactions.get:/amount_minor\"`",
        );
    };
    let pointer = Pointer::read(pointer, node.place, problems)?;
    Some((Spot { value: tool.into(), place: node.place }, pointer))
}
