//! How far actions may reach, as it is written.

use schemars::JsonSchema;

use super::scalar::{Parameter, Rate};

/// The most in a sliding window. What is admitted counts; what certainly did not happen is taken back.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BlastRadius {
    /// How many actions, for instance `200/h`.
    count: Option<Rate>,
    /// The sum of a whole number in their parameters.
    sum: Option<Measured>,
    /// How many different values of a parameter: customers, accounts.
    distinct: Option<Measured>,
    /// What becomes of the action that would go beyond; `escalate` where it is not said.
    then: Option<Edge>,
}

/// Of which parameter, and the most of it.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Measured {
    /// A value of the action's parameters.
    of: Parameter,
    /// The most of it, for instance `50/h`.
    max: Rate,
}

/// What becomes of the action that would go beyond.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Edge {
    /// Those who run the service are asked, each time.
    Escalate,
    /// It is denied, and the ceiling lowered to this.
    Recommend,
    /// It is denied, and the ceiling lowered to this.
    Draft,
    /// It is denied, and the ceiling lowered to this.
    Read,
    /// It is denied, and everything stopped.
    None,
}
