//! Clause 6 as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::scalar::{Count, Decimal, Duration, Money, Tool};

/// 6. What one run may cost, in calls and in money.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cost {
    /// Three capital letters, for instance `USD`.
    #[schemars(extend("pattern" = "^[A-Z]{3}$"))]
    currency: String,
    run: Run,
    /// What one call costs the company; what is not listed is free.
    prices: Option<BTreeMap<Tool, Money>>,
    r#loop: Option<Loop>,
    value: Option<Value>,
}

/// The limits of one run.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Run {
    /// The most that it may spend.
    spend: Money,
    /// The most calls.
    calls: Count,
    /// The longest time from its start.
    wall_time: Option<Duration>,
    /// The most calls of single actions.
    tools: Option<BTreeMap<Tool, Count>>,
}

/// What counts as running in a circle.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Loop {
    /// The same call so many times; one more ends the run.
    same_call: Option<Count>,
    cycle: Option<Cycle>,
    /// So many calls in a row that bring nothing new: refused, failed, or with a result that the run has had; one
    /// more ends the run.
    #[schemars(extend("maximum" = 1000))]
    no_progress: Option<Count>,
}

/// The same calls in turn, again and again.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cycle {
    /// The longest circle that is looked for, in calls.
    #[schemars(extend("minimum" = 2, "maximum" = 8))]
    length: u8,
    /// The round that ends the run.
    #[schemars(extend("minimum" = 2, "maximum" = 20))]
    repeats: u8,
}

/// What a run must be worth to go on. A run earns what is at stake by the first of its effects that succeeds.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Value {
    /// What is at stake in every run.
    run: Option<Money>,
    /// What is at stake as a tool reports it: a whole number in its result, as `TOOL:/pointer`.
    #[schemars(extend("pattern" = "^[^:]+:/"))]
    reported: Option<String>,
    /// What one of the reported number is worth.
    unit: Option<Money>,
    /// The share of what is at stake that a run may cost.
    at_most: Option<Decimal>,
    /// What the last calls must earn for each unit that they cost.
    stop_below: Option<Decimal>,
    /// How many calls that looks back.
    #[schemars(extend("maximum" = 1000))]
    window: Option<Count>,
}
