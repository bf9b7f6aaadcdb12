//! Clause 2 as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::scalar::{Count, Duration, Group, Level, Money, Name, Optional, Parameter, Tool};

/// 2. What it may do, and when a person decides.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Scope {
    /// Its actions and their types. Everything that is not listed is refused.
    actions: BTreeMap<Tool, Level>,
    /// Named, so that an attempt is a security finding and not a typing error.
    forbidden: Option<Vec<Tool>>,
    /// What a run may be an instance of, by name. A run names one when it starts.
    workflows: Option<BTreeMap<Name, Workflow>>,
    /// When a person is asked.
    escalate: Option<Vec<Escalation>>,
}

/// One kind of run: it narrows what the run may use and spend.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Workflow {
    /// The actions that it may use.
    actions: Actions,
    /// The most that it may spend, below the limit of every run.
    spend: Option<Money>,
    /// The most calls.
    calls: Option<Count>,
    /// The most tokens of models, those that go in and those that come out.
    tokens: Option<Count>,
    /// The longest time from its start.
    wall_time: Option<Duration>,
    /// The most calls of single actions.
    tools: Option<BTreeMap<Tool, Count>>,
}

/// `all` actions of the scope, or a list of them.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Actions {
    All(All),
    These(Vec<Tool>),
}

/// The word for every action.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum All {
    All,
}

/// One rule that may ask a person.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Escalation {
    /// Its name in decisions.
    id: Name,
    /// The action that it watches.
    action: Tool,
    /// A Cedar condition on `context.params` and `context.evidence`. It, or one of the next three.
    when: Option<String>,
    /// Parameters whose values are usual in a range or a list; any other asks.
    usual: Option<BTreeMap<String, Usual>>,
    /// A value that no effect has succeeded with in so long asks.
    first_seen: Option<FirstSeen>,
    /// Parameters and facts that may be absent, but not without a person.
    missing: Option<Vec<Optional>>,
    /// What the person is told.
    because: String,
    /// Whom to ask.
    to: Group,
    /// How many must agree.
    quorum: Count,
    /// How long the question stands; then it lapses: silence is never consent.
    within: Duration,
}

/// What is usual: whole numbers as `0..50000` (one end may be open), or a list of values.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Usual {
    Range(Range),
    OneOf(Vec<Plain>),
}

/// Whole numbers from the one to the other, both included.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^(-?[0-9]+)?\\.\\.(-?[0-9]+)?$"))]
struct Range(String);

/// Text, a number or a truth value.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Plain {
    Text(String),
    Number(f64),
    Truth(bool),
}

/// A value, and how long a success with it counts.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct FirstSeen {
    /// Which value of the parameters.
    value: Parameter,
    /// For so long it is familiar.
    within: Duration,
}
