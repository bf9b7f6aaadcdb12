//! How a tool is called beyond the one request, as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::scalar::{Count, Duration, Given, Tool};

/// When a call is sent again: a read, or where the tool takes an idempotency key.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Retry {
    /// How often at most, the first time included: 2 to 5.
    #[schemars(range(max = 5))]
    attempts: Count,
    /// The longest time for all of them; without it they share `timeout`.
    within: Option<Duration>,
}

/// What a read is answered with while its tool is down: at least one of both, the first one first.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fallback {
    /// The last good result of the same call, if it is no older; it is marked as what it is.
    stale_for: Option<Duration>,
    /// Another read: an action of its own, whose answer is marked as what it is.
    then: Option<Then>,
}

/// The read that stands in.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Then {
    /// The tool, a read of the scope.
    tool: Tool,
    /// Its parameters, as `params:/…` of the first call; without it the very same ones.
    with: Option<BTreeMap<String, Given>>,
}

/// A size, for instance `64KiB`; at most `1MiB`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[0-9]+(KiB|MiB)$"))]
pub(super) struct Size(String);
