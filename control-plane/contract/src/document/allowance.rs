//! `cost.service`, and `cost` of a domain's file: what may be used together in a window, and how often at once.

use std::collections::BTreeMap;

use remit_core::{allowance::Allowance, terms::Rate, window::Per};

use crate::{
    problem::Problems,
    read::{
        Fields,
        scalar::{count, money},
    },
    yaml::Node,
};

/// Reads `{ spend: { hour: …, day: … }, calls: { second: …, hour: …, day: … } }`. Where it has no `rates`, calls are
/// counted in windows only.
pub(crate) fn read(node: &Node, what: &str, rates: bool, problems: &Problems) -> Option<Allowance> {
    let fields = Fields::of(node, what, problems)?;
    let spend = fields.get("spend").map_or(Some(BTreeMap::new()), |node| {
        let title = format!("{what}.spend");
        let fields = Fields::of(node, &title, problems)?;
        let read = windows(&fields, |node, per| money(node, &format!("{title}.{per}"), problems));
        fields.end();
        nested(node, &title, &read?, problems)
    });
    let calls = fields.get("calls").map_or(Some((BTreeMap::new(), None)), |node| {
        let title = format!("{what}.calls");
        let fields = Fields::of(node, &title, problems)?;
        let read = windows(&fields, |node, per| count(node, &format!("{title}.{per}"), problems));
        let rate = if rates { read_rate(&fields, &title, problems) } else { Some(None) };
        fields.end();
        Some((nested(node, &title, &read?, problems)?, rate?))
    });
    fields.end();
    let (calls, rate) = calls?;
    Some(Allowance { spend: spend?, calls, rate })
}

fn windows<T>(fields: &Fields<'_>, read: impl Fn(&Node, Per) -> Option<T>) -> Option<BTreeMap<Per, T>> {
    let (hour, day) = (fields.get(Per::Hour.as_str()), fields.get(Per::Day.as_str()));
    let written = [(hour, Per::Hour), (day, Per::Day)];
    // Each is read, whatever is wrong with the other.
    let read: Vec<Option<(Per, T)>> = written
        .into_iter()
        .filter_map(|(node, per)| node.map(|node| read(node, per).map(|value| (per, value))))
        .collect();
    read.into_iter().collect()
}

/// A limit of an hour that is no less than that of a day would never hold.
fn nested<T: Ord + Copy + std::fmt::Display>(
    node: &Node,
    title: &str,
    limits: &BTreeMap<Per, T>,
    problems: &Problems,
) -> Option<BTreeMap<Per, T>> {
    match (limits.get(&Per::Hour), limits.get(&Per::Day)) {
        (Some(hour), Some(day)) if hour >= day => problems.note(
            node.place,
            format!("{title} has {hour} for an hour and {day} for a whole day"),
            "an hour's limit is less than the day's; remove it, or correct one of them",
        ),
        _ => Some(limits.clone()),
    }
}

fn read_rate(fields: &Fields<'_>, title: &str, problems: &Problems) -> Option<Option<Rate>> {
    let Some(second) = fields.get("second") else { return Some(None) };
    let count = count(second, &format!("{title}.second"), problems)?;
    Some(Some(Rate { count, per_ms: 1_000 }))
}
