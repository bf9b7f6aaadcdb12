//! Clause 7 as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::{
    radius::BlastRadius,
    scalar::{Duration, Money, Name, Recorded, Reporting, Tool},
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
    /// Ceilings by the clock: at these hours of the week the service may do less.
    schedule: Option<BTreeMap<Name, Hours>>,
    release: Option<Release>,
}

/// How it is let go again after a stop. A stop of a whole domain or of everything always takes two.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Release {
    /// How many people with the run duty it takes: 1 or 2.
    #[schemars(range(min = 1, max = 2))]
    people: u32,
}

/// Hours of the week with a ceiling of their own.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Hours {
    ceiling: Lowered,
    /// The days on which they begin; every day when left out.
    #[schemars(length(min = 1))]
    days: Option<Vec<Day>>,
    /// When they begin, UTC.
    from: Clock,
    /// When they end, UTC; on the next day where that is not after `from`.
    until: Clock,
    /// Why.
    because: String,
}

/// The highest level that still goes.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Lowered {
    None,
    Read,
    Draft,
    Recommend,
}

/// A day of the week.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Hours and minutes in UTC, for instance `06:30`; the day ends at `24:00`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"))]
struct Clock(String);

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
    /// It may be undone although a later effect of its run could not be; else that one comes first, or a person.
    #[schemars(extend("const" = true))]
    independent: Option<bool>,
    /// What comes back by it, for the sums of a plan.
    returns: Option<Returns>,
    /// The read that shows that the effect is gone. Without one, the success of the call is its end.
    verify: Option<Verify>,
}

/// The amount that comes back.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Returns {
    /// Where it stands: a number of so many units.
    amount: Recorded,
    /// What one of it is, for instance `0.01` of a dollar.
    unit: Money,
}

/// The read that shows that the effect is gone; "undone" is shown only after it.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Verify {
    /// The tool, a read of the scope.
    ask: Tool,
    /// Its parameters, and where their values come from.
    with: Option<BTreeMap<String, Recorded>>,
    /// What stands where in its answer once the effect is gone: `result:/…` and the value.
    expect: BTreeMap<Reporting, Expected>,
}

/// Any value.
#[derive(JsonSchema)]
#[serde(transparent)]
struct Expected(serde_json::Value);
