//! What may be used together in a window, as it is written.

use schemars::JsonSchema;

use super::scalar::{Count, Money};

/// The most money in each window: what is held counts as what is spent.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Spend {
    /// From full hour to full hour.
    hour: Option<Money>,
    /// From midnight to midnight, UTC.
    day: Option<Money>,
}

/// The most calls in each window.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Calls {
    /// From full hour to full hour.
    hour: Option<Count>,
    /// From midnight to midnight, UTC.
    day: Option<Count>,
}

/// What all services of the domain may use together, in hours and days of UTC. What does not fit waits.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Allowance {
    spend: Option<Spend>,
    calls: Option<Calls>,
}
