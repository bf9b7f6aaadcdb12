//! Clause 3 as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::scalar::{Count, Decimal, Duration, Group, Home, Known, Name, Parameter, Pointer, Tool};

/// 3. What must be known before it acts. Only results that the control plane itself has seen count.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Evidence {
    /// Each kind of fact.
    items: BTreeMap<Name, Item>,
    /// What each action needs to know.
    needs: BTreeMap<Tool, Need>,
    /// Where the parameters of each action may come from: never from what somebody wrote to the agent.
    origin: Option<BTreeMap<Tool, BTreeMap<Pointer, Origin>>>,
}

/// One kind of fact, or what the service says itself.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Item {
    Attested(Attested),
    Asserted(Asserted),
}

/// What the service says itself with a call, with its source. It never suffices alone, and policies do not see it.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asserted {
    /// That it is so.
    #[schemars(extend("const" = true))]
    asserted: bool,
    /// What it must say.
    require: Option<Vec<Pointer>>,
}

/// One kind of fact: a result of a reading tool.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Attested {
    /// The tool whose result it is.
    from: Tool,
    /// Parameters of that tool, and where in the needing action's parameters the same value stands.
    matching: Option<BTreeMap<String, Parameter>>,
    /// How long it counts.
    fresh_for: Option<Duration>,
    /// Where the tool server says of what time it speaks (RFC 3339); else the time of arrival counts.
    as_of: Option<Pointer>,
    /// What must be in it. Policies read these fields and no others.
    require: Option<Vec<Pointer>>,
    /// Places that hold text of strangers: no parameter may originate there.
    untrusted: Option<Vec<Pointer>>,
}

/// What one action needs.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Need {
    /// The items that must have been read in the run, or said with the call. One at least is a fact.
    all: Vec<Name>,
    /// So many of `of` must have been read too, from different upstreams.
    at_least: Option<Count>,
    /// The items of which `at_least` so many are needed.
    of: Option<Vec<Name>>,
    /// Lists of values that must not contradict each other.
    agree: Option<Vec<Agreement>>,
}

/// Values that must agree: the same, or as decimal numbers within a tolerance.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Agreement {
    Same(Same),
    Within(Within),
}

/// At least two values.
#[derive(JsonSchema)]
struct Same(#[schemars(length(min = 2))] Vec<Known>);

/// Numbers that may differ a little.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Within {
    /// The numbers, also where a text holds them.
    of: Same,
    /// How far apart the largest and the smallest may be, exactly.
    within: Decimal,
}

/// Where one parameter may come from: a list of places, or a rule.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Origin {
    Homes(Homes),
    Rule(OriginRule),
}

/// `request`, which only whoever started the run has declared, evidence items that the action needs, or places in them.
#[derive(JsonSchema)]
struct Homes(#[schemars(length(min = 1))] Vec<Home>);

/// Where one parameter may come from, and what happens when it does not.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct OriginRule {
    /// The places.
    from: Homes,
    /// How texts are compared.
    #[serde(rename = "as")]
    form: Option<NormalForm>,
    /// Refuse it, which is what happens unless somebody is named, or ask.
    otherwise: Option<Otherwise>,
}

/// How two texts are compared.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum NormalForm {
    /// Byte for byte.
    Exact,
    /// Without white space, in upper case.
    Iban,
    /// Without white space around it, in lower case.
    Email,
}

/// What happens with a value of unknown origin.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Otherwise {
    Deny(Deny),
    Ask(AskAbout),
}

/// The word for refusing.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Deny {
    Deny,
}

/// Whom to ask about a value of unknown origin.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct AskAbout {
    /// Who may answer.
    to: Group,
    /// How many must approve; one, unless it is said.
    quorum: Option<Count>,
    /// How long the question stands.
    within: Duration,
}
