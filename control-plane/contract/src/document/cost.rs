//! Section `cost`: what one run and what all of them may spend and use, and what a call costs.

use std::collections::BTreeMap;

use remit_core::{Money, ToolName, allowance::Allowance};

use super::{
    allowance,
    course::{Loops, Value},
    model::{is_by_tokens, read_price},
    price::Price,
};
use crate::{
    model::TokenPrice,
    problem::{Problems, Spot},
    read::{
        Fields, entries,
        scalar::{count, currency, duration, money},
    },
    yaml::Node,
};

/// The section.
#[derive(Debug)]
pub(crate) struct Cost {
    pub(crate) currency: Option<Spot<String>>,
    pub(crate) run: RunDocument,
    /// What all runs of the service may use together; `None` when it could not be read.
    pub(crate) service: Option<Allowance>,
    /// Where `run.tools` names each of its tools.
    pub(crate) limited: Vec<Spot<ToolName>>,
    /// `None` where the price could not be read.
    pub(crate) prices: BTreeMap<ToolName, Spot<Option<Price>>>,
    /// Prices by tokens, of model calls.
    pub(crate) token_prices: BTreeMap<ToolName, Spot<Option<TokenPrice>>>,
    /// `None` when it could not be read.
    pub(crate) loops: Option<Loops>,
    /// What a run must be worth, where it says so; `None` when that could not be read.
    pub(crate) value: Option<Option<Value>>,
}

/// What one run may use; a part is `None` when it could not be read, and the others still stand.
#[derive(Debug, Default)]
pub(crate) struct RunDocument {
    pub(crate) spend: Option<Money>,
    pub(crate) calls: Option<u32>,
    pub(crate) tokens: Option<Option<u64>>,
    pub(crate) wall_time_ms: Option<Option<u64>>,
    pub(crate) tools: BTreeMap<ToolName, Option<u32>>,
}

impl Cost {
    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "cost", problems)?;
        let currency = fields.need("currency").and_then(|node| {
            let value = currency(node, "cost.currency", problems)?;
            Some(Spot { value, place: node.place })
        });
        let run = fields.need("run").and_then(|node| read_run(node, problems));
        let service = fields
            .get("service")
            .map_or(Some(Allowance::default()), |node| allowance::read(node, "cost.service", true, problems));
        let prices = fields.get("prices").and_then(|node| entries(node, "cost.prices", problems));
        let (by_tokens, flat): (Vec<_>, Vec<_>) =
            prices.unwrap_or_default().iter().partition(|entry| is_by_tokens(&entry.value));
        let token_prices = by_tokens.into_iter().map(|entry| {
            let value = read_price(&entry.value, problems);
            (ToolName::from(entry.key.as_str()), Spot { value, place: entry.place })
        });
        let token_prices = token_prices.collect();
        let prices = flat.into_iter().map(|entry| {
            let value = Price::read(&entry.value, problems);
            (ToolName::from(entry.key.as_str()), Spot { value, place: entry.place })
        });
        let prices = prices.collect();
        let loops = fields.get("loop").map_or(Some(Loops::default()), |node| Loops::read(node, problems));
        let value = fields.get("value").map_or(Some(None), |node| Value::read(node, problems).map(Some));
        fields.end();
        let (run, limited) = run.unwrap_or_default();
        Some(Self { currency, run, service, limited, prices, token_prices, loops, value })
    }
}

fn read_run(node: &Node, problems: &Problems) -> Option<(RunDocument, Vec<Spot<ToolName>>)> {
    let fields = Fields::of(node, "cost.run", problems)?;
    let spend = fields.need("spend").and_then(|node| money(node, "cost.run.spend", problems));
    let calls = fields.need("calls").and_then(|node| count(node, "cost.run.calls", problems));
    let tokens = match fields.get("tokens") {
        None => Some(None),
        Some(node) => count(node, "cost.run.tokens", problems).map(|most| Some(u64::from(most))),
    };
    let wall_time_ms = match fields.get("wall_time") {
        None => Some(None),
        Some(node) => duration(node, "cost.run.wall_time", problems).map(Some),
    };
    let limits = fields.get("tools").and_then(|node| entries(node, "cost.run.tools", problems));
    let (mut tools, mut limited) = (BTreeMap::new(), Vec::new());
    for entry in limits.unwrap_or_default() {
        let tool = ToolName::from(entry.key.as_str());
        limited.push(Spot { value: tool.clone(), place: entry.place });
        tools.insert(tool, count(&entry.value, "the number of calls", problems));
    }
    fields.end();
    Some((RunDocument { spend, calls, tokens, wall_time_ms, tools }, limited))
}
