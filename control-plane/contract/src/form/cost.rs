//! Clause 6 as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::scalar::{Count, Duration, Money, Tool};

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
    same_call: Count,
}
