//! Clause 7 as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::{
    radius::BlastRadius,
    scalar::{Duration, Recorded, Tool},
    tripwire::Tripwire,
};

/// 7. How it is undone. What cannot be undone always needs a person.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Recovery {
    /// Each action with an effect, and how that is taken back.
    undo: BTreeMap<Tool, Undo>,
    /// How far each action, or `all` with an effect, may reach in a sliding window over all runs.
    blast_radius: Option<BTreeMap<Tool, BlastRadius>>,
    /// At what the control plane lowers the ceiling of the service by itself.
    tripwires: Option<Vec<Tripwire>>,
}

/// How one effect is taken back.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Undo {
    Irreversible(Irreversible),
    By(By),
}

/// It cannot be taken back.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Irreversible {
    /// Why.
    irreversible: String,
}

/// By calling another tool.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct By {
    /// The compensating tool.
    tool: Tool,
    /// Its parameters, and where their values come from.
    with: Option<BTreeMap<String, Recorded>>,
    /// How long after the effect it works.
    within: Duration,
}
