//! Key `breaker` of a tool: when it is left alone because it fails.

use remit_core::{ToolName, terms::Breaker};

use crate::{
    problem::{Problems, Spot},
    read::{
        Fields,
        scalar::{Naming, count, duration, name},
    },
    yaml::Node,
};

/// Most calls that a breaker looks back at.
const MAX_OF: u32 = 1_000;

pub(super) fn read(node: &Node, problems: &Problems) -> Option<Spot<Breaker>> {
    let fields = Fields::of(node, "breaker", problems)?;
    let failures = fields.need("failures").and_then(|node| count(node, "failures", problems));
    let of = fields.need("of").and_then(|node| {
        let of = count(node, "of", problems)?;
        let remedy = format!("write a whole number from 1 to {MAX_OF}");
        if of <= MAX_OF { Some(of) } else { problems.note(node.place, format!("of is {of}"), remedy) }
    });
    let open_for = fields.need("open_for").and_then(|node| duration(node, "open_for", problems));
    let probe = match fields.get("probe") {
        None => Some(None),
        Some(node) => name(node, "probe", Naming::Tool, problems).map(|name| Some(ToolName::from(name))),
    };
    fields.end();
    let (failures, of) = (failures?, of?);
    if failures > of {
        return problems.note(
            node.place,
            format!("{failures} failures among {of} calls never happen"),
            "let `of` be at least `failures`",
        );
    }
    let value = Breaker { failures, of, open_for_ms: open_for?, probe: probe? };
    Some(Spot { value, place: node.place })
}
