//! A domain's file as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::{
    Form,
    radius::BlastRadius,
    scalar::{Count, Duration, Name, Rate, Tool},
    tripwire::Tripwire,
};

/// What holds for every service of one domain, whatever its contract says.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Settings of one domain")]
pub(super) struct Domain {
    /// The form of this document: `remit/v1`.
    domain: Form,
    /// The domain, as contracts name it.
    name: Name,
    /// Three capital letters, for instance `USD`: the one currency of the domain. Its contracts say the same.
    #[schemars(extend("pattern" = "^[A-Z]{3}$"))]
    currency: String,
    backtest: Backtest,
    cost: Option<super::allowance::Allowance>,
    throttle: Option<Throttle>,
    /// How far each action, or `all` with an effect, of all services together may reach in a sliding window.
    blast_radius: Option<BTreeMap<Tool, BlastRadius>>,
    /// At what the control plane lowers the ceiling of the whole domain by itself.
    tripwires: Option<Vec<Tripwire>>,
    /// Whom the control plane tells that a tripwire has tripped.
    notify: Option<Notify>,
    release: Option<super::recovery::Release>,
    /// How often people are put a practice question: a scenario of a contract that ends in a question whose answer its
    /// author knows. Nothing runs from it. Left out: never.
    practice: Option<Practice>,
}

/// One practice question among so many real ones, where the queue is calm.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Practice {
    /// One among so many real questions.
    #[schemars(extend("minimum" = 10))]
    one_in: u32,
    /// None where more than so many real questions wait.
    most_waiting: Count,
    /// None where a real question has waited for so long.
    longest_wait: Duration,
}

/// How often anything may be called, whatever the tool. What comes too soon waits.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Throttle {
    /// By each identity, in all its runs and for all its services.
    identity: Option<Rate>,
    /// By each service, in all its runs.
    service: Option<Rate>,
    /// By all services together.
    domain: Option<Rate>,
}

/// Where alerts are posted, as JSON.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Notify {
    /// An address, which may name variables of the control plane: `"${ALERTS_URL}"`.
    webhook: String,
}

/// Whether what was refused in the last week, and a new version would admit, must have been reviewed by its approver.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Backtest {
    /// Who approves may look at the record.
    None,
    /// Who approves signs what the record says; an activation holds it against the record again.
    Required,
}
