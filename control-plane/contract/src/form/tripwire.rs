//! Tripwires as they are written.

use schemars::JsonSchema;

use super::scalar::Duration;

/// A condition over what has happened lately, at which the control plane lowers a ceiling by itself, once.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tripwire {
    /// `SIGNAL > LIMIT` or `SIGNAL >= LIMIT`. Signals: `denied_ratio`, `in_doubt`, `spend_rate`, `breaker_opens`, `forbidden_attempts`, `undo_rate`, `latency_mean`, `latency_pN`,
    /// `queue_waiting`, `queue_oldest`.
    when: Condition,
    /// How far back is looked: `50 actions`, or a time such as `10m`.
    over: Over,
    /// For `spend_rate`: so long before is what is usual.
    baseline: Option<Duration>,
    /// What becomes of the service or domain.
    then: Then,
}

/// For instance `denied_ratio > 0.5`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[a-z_]+[0-9]{0,2} *>=? *[0-9.]+(ms|s|m|h|d)?$"))]
struct Condition(String);

/// `50 actions`, or a time such as `10m`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[0-9]+( actions?|ms|s|m|h|d)$"))]
struct Over(String);

/// What becomes of the service or domain.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Then {
    /// The ceiling is `draft`: safe mode.
    Safe,
    /// The ceiling is `none`: nothing goes.
    Stop,
    /// Nothing but the alert.
    Observe,
    /// The ceiling is lowered to this.
    Recommend,
    /// The ceiling is lowered to this.
    Draft,
    /// The ceiling is lowered to this.
    Read,
    /// The ceiling is lowered to this: nothing goes.
    None,
}
