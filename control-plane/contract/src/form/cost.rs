//! Clause 6 as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::scalar::{Count, Decimal, Duration, Money, Reporting, Tool};

/// 6. What one run may cost, in calls and in money.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cost {
    /// Three capital letters, for instance `USD`.
    #[schemars(extend("pattern" = "^[A-Z]{3}$"))]
    currency: String,
    run: Run,
    service: Option<Service>,
    /// What one call costs the company; what is not listed is free.
    prices: Option<BTreeMap<Tool, Price>>,
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
    /// The most tokens of models, those that go in and those that come out.
    tokens: Option<Count>,
    /// The longest time from its start.
    wall_time: Option<Duration>,
    /// The most calls of single actions.
    tools: Option<BTreeMap<Tool, Count>>,
}

/// What all runs of the service may use together, in hours and days of UTC. What does not fit waits.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Service {
    spend: Option<super::allowance::Spend>,
    calls: Option<ServiceCalls>,
}

/// The most calls in each window, whatever the tool; and how many at once.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct ServiceCalls {
    /// As a rate: so many in each second.
    second: Option<Count>,
    /// From full hour to full hour.
    hour: Option<Count>,
    /// From midnight to midnight, UTC.
    day: Option<Count>,
}

/// What a call costs: an amount, or at most so much and as its result reports, or by its tokens.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Price {
    Fixed(Money),
    Reported(Reported),
    Tokens(super::model::TokenPrice),
}

/// What a call costs at most, and where its result says what it has cost. A report above it is charged in full, and
/// nobody calls the tool until a person has looked at it.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reported {
    /// What is reserved for a call, and charged where its result has no amount.
    most: Money,
    /// The place of the amount, in units of the currency, as a number or a text: `result:/…`.
    reported: Reporting,
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
