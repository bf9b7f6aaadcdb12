//! Clause 3 as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::scalar::{Duration, Known, Name, Parameter, Pointer, Tool};

/// 3. What must be known before it acts. Only results that the control plane itself has seen count.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Evidence {
    /// Each kind of fact.
    items: BTreeMap<Name, Item>,
    /// What each action needs to know.
    needs: BTreeMap<Tool, Need>,
}

/// One kind of fact: a result of a reading tool.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Item {
    /// The tool whose result it is.
    from: Tool,
    /// Parameters of that tool, and where in the needing action's parameters the same value stands.
    matching: Option<BTreeMap<String, Parameter>>,
    /// How long it counts.
    fresh_for: Option<Duration>,
    /// What must be in it. Policies read these fields and no others.
    require: Option<Vec<Pointer>>,
}

/// What one action needs.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Need {
    /// The items that must have been read in the run.
    all: Vec<Name>,
    /// Lists of values that must not contradict each other.
    agree: Option<Vec<Agreement>>,
}

/// At least two values that must be equal.
#[derive(JsonSchema)]
struct Agreement(#[schemars(length(min = 2))] Vec<Known>);
