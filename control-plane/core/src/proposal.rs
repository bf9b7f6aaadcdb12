//! What is proposed, and what the pure preparation found out about it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    ActionId, Assertion, CanonicalJson, Digest, GroupName, ItemName, Objection, RunId, Timestamp, ToolName,
    Usage,
};

/// The face that a proposal came through. No face holds a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The gRPC `Runtime` service.
    Grpc,
    /// A tool call over MCP.
    Mcp,
    /// A model call, as its provider's clients make it.
    Model,
    /// On people's order: a rollback, or the second look at what they approved.
    Operator,
}

impl Channel {
    /// The word in journals and consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Mcp => "mcp",
            Self::Model => "model",
            Self::Operator => "operator",
        }
    }
}

/// Who carries the action out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The control plane, once the admit is durable.
    #[default]
    Execute,
    /// The caller, which must report the settlement.
    DecisionOnly,
}

impl Mode {
    fn is_execute(&self) -> bool {
        matches!(self, Self::Execute)
    }

    /// The word in journals and consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Execute => "execute",
            Self::DecisionOnly => "decision_only",
        }
    }
}

/// One tool call that somebody wants to make.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Its identity from now on.
    pub action: ActionId,
    /// The run it belongs to.
    pub run: RunId,
    /// The tool.
    pub tool: ToolName,
    /// The parameters, canonical.
    pub params: CanonicalJson,
    /// The caller's idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The face.
    pub channel: Channel,
    /// Who acts.
    #[serde(default, skip_serializing_if = "Mode::is_execute")]
    pub mode: Mode,
    /// The authenticated principal.
    pub principal: String,
    /// What the service says itself, by item: part of the call, never evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asserted: Vec<Assertion>,
    /// The read for which the control plane proposes it, since its tool did not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in: Option<ActionId>,
}

/// What the compiled contract says of a proposal, given the evidence of its run. Pure, so it can be
/// made in parallel; the decision trusts nothing in it that the state can check.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// The contract version it was made with; must be the run's.
    pub contract: Digest,
    /// The evidence it relies on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceUse>,
    /// So many independent sources are needed among those that are one of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// What the evidence clause objects to, freshness aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_objection: Option<Objection>,
    /// Parameters of unknown origin that people are asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_objection: Option<Objection>,
    /// The verdict of the policies.
    pub policy: PolicyVerdict,
    /// What the tooling clause objects to in the parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tooling_objection: Option<Objection>,
    /// Every rule of the scope clause that wants a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<Ask>,
    /// Values that want a person unless an effect has succeeded with them lately.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub novelties: Vec<Novelty>,
    /// The logical effect, at most one at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// What this very call uses at most, where that depends on its parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<Usage>,
}

/// One item of evidence that an action relies on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceUse {
    /// The contract's name for it.
    pub item: ItemName,
    /// The action whose result it is.
    pub action: ActionId,
    /// Digest of the canonical result.
    pub digest: Digest,
    /// When it was seen.
    pub observed_at: Timestamp,
    /// Digest of what the contract looks at in the result, for this action; a change of it is a moved fact.
    /// `None` in journals of before: then the whole result counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Digest>,
    /// The tool server's own time of it, where the contract reads that; else the time of arrival counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
    /// How long it counts, in milliseconds; `None` for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_for_ms: Option<u64>,
    /// When it is one of several of which only some are needed: what it counts as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_of: Option<OneOf>,
}

/// One of several facts of which the contract needs some, from sources that do not depend on each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneOf {
    /// Where it comes from: facts of one source count once.
    pub source: String,
    /// True when it may be old or absent, as long as enough others are not: no policy looks at it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spare: bool,
}

impl Assessment {
    /// Of what the control plane does by itself, on the ground of what people or the contract have decided before: no
    /// clause asks anything of it.
    pub(crate) fn of_ours(contract: Digest) -> Self {
        Self {
            contract,
            evidence: Vec::new(),
            at_least: None,
            evidence_objection: None,
            origin_objection: None,
            policy: PolicyVerdict::Permit { policies: Vec::new() },
            tooling_objection: None,
            asks: Vec::new(),
            novelties: Vec::new(),
            effect: None,
            most: None,
        }
    }

    /// How many sources the facts come from that are one of several, those left out that the test refuses.
    pub(crate) fn sources(&self, counts: impl Fn(&EvidenceUse) -> bool) -> usize {
        let counted = self.evidence.iter().filter(|used| counts(used));
        counted.filter_map(|used| Some(&used.one_of.as_ref()?.source)).collect::<BTreeSet<_>>().len()
    }

    /// True when the action could rest on what is left without the facts of these reads.
    pub fn can_spare(&self, reads: &[ActionId]) -> bool {
        let gone = |used: &EvidenceUse| reads.contains(&used.action);
        let needed = self.at_least.map_or(0, |count| usize::try_from(count).unwrap_or(usize::MAX));
        self.evidence.iter().filter(|used| gone(used)).all(EvidenceUse::is_spare)
            && needed <= self.sources(|used| !gone(used))
    }
}

impl EvidenceUse {
    /// True when it may be old or absent, as long as enough others are not.
    pub fn is_spare(&self) -> bool {
        self.one_of.as_ref().is_some_and(|one_of| one_of.spare)
    }

    /// From when on its age counts: its own time where it has one, never later than its arrival.
    pub fn dated(&self) -> Timestamp {
        self.as_of.map_or(self.observed_at, |own| own.min(self.observed_at))
    }
}

/// What the policies say. There is no default: unknown means deny.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PolicyVerdict {
    /// At least one permits, none forbids.
    Permit {
        /// Ids of the policies that decided.
        policies: Vec<String>,
    },
    /// Only policies forbid that an approval lifts.
    Escalate {
        /// Ids of the policies that decided.
        policies: Vec<String>,
        /// Whom to ask.
        asks: Vec<Ask>,
    },
    /// The policies object, or none permits, or one could not be evaluated.
    Object(Objection),
}

/// A value about which a rule asks a person when it is new to the service.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Novelty {
    /// Whom to ask, and why.
    pub ask: Ask,
    /// Digest of the tool, the place of the value and the value.
    pub value: Digest,
    /// For so long a success counts, in milliseconds.
    pub within_ms: u64,
}

/// One rule that wants a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The rule's id in the contract.
    pub rule: String,
    /// Why, in the contract's words; a rule about a value says which one it saw.
    pub because: String,
    /// Who may answer.
    pub to: GroupName,
    /// How many must approve; at least 1.
    pub quorum: u32,
    /// How long the question stands, in milliseconds.
    pub within_ms: u64,
}
