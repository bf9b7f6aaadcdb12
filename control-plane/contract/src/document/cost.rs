//! Section `cost`: what one run may spend and use, and what a call costs.

use std::collections::BTreeMap;

use remit_core::{
    Money, ToolName,
    terms::{CourseLimits, RunLimits},
};

use super::course::{Loops, Value};
use crate::{
    problem::{Place, Problems, Spot},
    read::{
        Fields, each, entries,
        scalar::{count, currency, duration, money},
    },
    yaml::Node,
};

/// The section.
#[derive(Debug)]
pub(crate) struct Cost {
    pub(crate) currency: Spot<String>,
    pub(crate) run: RunLimits,
    /// Where `run.tools` names each of its tools.
    pub(crate) limited: Vec<Spot<ToolName>>,
    /// Where `value.reported` names its tool.
    pub(crate) reported_by: Option<Spot<ToolName>>,
    pub(crate) prices: BTreeMap<ToolName, Spot<Money>>,
}

impl Cost {
    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "cost", problems)?;
        fields.later(&["service"]);
        let currency = fields.need("currency").and_then(|node| {
            let value = currency(node, "cost.currency", problems)?;
            Some(Spot { value, place: node.place })
        });
        let run = fields.need("run").and_then(|node| read_run(node, problems));
        let prices = fields.get("prices").map_or(Some(BTreeMap::new()), |node| {
            each(entries(node, "cost.prices", problems)?, |entry| {
                let value = money(&entry.value, "the price", problems)?;
                Some((ToolName::from(entry.key.as_str()), Spot { value, place: entry.place }))
            })
        });
        let loops = fields.get("loop").map_or(Some(Loops::default()), |node| Loops::read(node, problems));
        let value = fields.get("value").map_or(Some(None), |node| Value::read(node, problems).map(Some));
        fields.end();
        let (mut run, limited) = run?;
        let (loops, value) = (loops?, value?);
        let (worth, reported_by) = value.map(|value| (value.worth, value.reported_by)).unzip();
        run.same_call = loops.same_call;
        run.course = loops.limits(worth);
        Some(Self { currency: currency?, run, limited, reported_by: reported_by.flatten(), prices: prices? })
    }
}

fn read_run(node: &Node, problems: &Problems) -> Option<(RunLimits, Vec<Spot<ToolName>>)> {
    let fields = Fields::of(node, "cost.run", problems)?;
    let spend = fields.need("spend").and_then(|node| money(node, "cost.run.spend", problems));
    let calls = fields.need("calls").and_then(|node| count(node, "cost.run.calls", problems));
    let wall_time_ms = match fields.get("wall_time") {
        None => Some(None),
        Some(node) => duration(node, "cost.run.wall_time", problems).map(Some),
    };
    let tools = fields.get("tools").map_or(Some(Vec::new()), |node| {
        each::<_, (ToolName, u32, Place), _>(entries(node, "cost.run.tools", problems)?, |entry| {
            let most = count(&entry.value, "the number of calls", problems)?;
            Some((entry.key.as_str().into(), most, entry.place))
        })
    });
    fields.end();
    let tools = tools?;
    let limited = tools.iter().map(|(tool, _, place)| Spot { value: tool.clone(), place: *place }).collect();
    let run = RunLimits {
        spend: spend?,
        calls: calls?,
        wall_time_ms: wall_time_ms?,
        tools: tools.into_iter().map(|(tool, most, _)| (tool, most)).collect(),
        same_call: None,
        course: CourseLimits::default(),
    };
    Some((run, limited))
}
