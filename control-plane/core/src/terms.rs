//! What the core must know of a contract: its facts as plain data, journaled when a version is activated.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use crate::{
    Digest, DomainName, GroupName, Level, Money, Reason, ServiceName, Timestamp, ToolName, Workflow,
    WorkflowName, allowance::Allowance, doubt::Unknown, radius::Radius, schedule::Scheduled,
    tripwire::Tripwire,
};

/// The facts of one contract version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The service that is bound.
    pub service: ServiceName,
    /// The domain whose loop decides.
    pub domain: DomainName,
    /// Semantic version, for people.
    pub version: String,
    /// Digest of the whole contract folder: the version's identity.
    pub digest: Digest,
    /// What the service is for.
    pub purpose: String,
    /// The non-human identity that must be authenticated.
    pub principal: String,
    /// The named person who answers for it.
    pub owner: String,
    /// The contract's ceiling.
    pub autonomy: Level,
    /// Who enabled the autonomy, and for how long.
    pub delegation: Delegation,
    /// Groups that may propose a version of it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub build_duty: BTreeSet<GroupName>,
    /// Groups that may approve a version of it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub approve_duty: BTreeSet<GroupName>,
    /// Groups that may switch, release and undo.
    pub run_duty: BTreeSet<GroupName>,
    /// Every tool, those of the scope and those that only undo.
    pub tools: BTreeMap<ToolName, ToolTerms>,
    /// Actions named as forbidden.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forbidden: BTreeSet<ToolName>,
    /// The workflows; a run is an instance of one, where there are any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub workflows: BTreeMap<WorkflowName, Workflow>,
    /// ISO 4217 code of the domain's currency.
    pub currency: String,
    /// What one run may use.
    pub run: RunLimits,
    /// What all its runs may use together.
    #[serde(default, skip_serializing_if = "Allowance::is_empty")]
    pub allowance: Allowance,
    /// How far its actions may reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blast_radius: Vec<Radius>,
    /// At what the control plane lowers its ceiling by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tripwires: Vec<Tripwire>,
    /// Ceilings by the clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Scheduled>,
    /// True when it takes two people to let it go again after a stop.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub release_by_two: bool,
}

impl Terms {
    /// True when an effect of this tool may be undone although a later one of its run could not be.
    pub(crate) fn undo_is_independent(&self, tool: &ToolName) -> bool {
        matches!(self.tools.get(tool).map(|tool| &tool.undo), Some(Undo::By { independent: true, .. }))
    }
}

/// Who enabled the autonomy, from when and until when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// The person.
    pub enabled_by: String,
    /// First moment.
    pub on: Timestamp,
    /// First moment after it.
    pub until: Timestamp,
}

impl Delegation {
    /// Why it enables nothing at this moment; `None` while it stands.
    pub fn lacks(&self, now: Timestamp) -> Option<(Reason, String)> {
        let enabled = |when: &str, moment| format!("{} enabled it {when} {moment}", self.enabled_by);
        if now < self.on {
            return Some((Reason::DelegationNotBegun, enabled("from", self.on)));
        }
        (now >= self.until).then(|| (Reason::DelegationEnded, enabled("until", self.until)))
    }
}

/// What one run may use.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunLimits {
    /// Most money, over all its actions.
    pub spend: Money,
    /// Most admitted or held actions.
    pub calls: u32,
    /// Longest time from start, in milliseconds; waiting for a person does not count against a held action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_time_ms: Option<u64>,
    /// Most admitted or held actions of one tool.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<ToolName, u32>,
    /// Most tokens of models, over all its actions; those that go in and those that come out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// How often the very same call may be proposed; the next one is a loop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_call: Option<u32>,
    /// Where its course ends it.
    #[serde(default, skip_serializing_if = "CourseLimits::is_none")]
    pub course: CourseLimits,
}

/// Where the course of a run ends it (see `course.rs`).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseLimits {
    /// A circle of calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Cycle>,
    /// So many calls in a row that brought nothing new; the next one is too many. At least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_progress: Option<u32>,
    /// What it must be worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Worth>,
}

impl CourseLimits {
    /// True when nothing is limited.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// The same calls in the same order, again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    /// The longest circle that is looked for, in calls: 2 to 8.
    pub length: u8,
    /// How often it is gone round until the run is stopped: 2 to 20.
    pub repeats: u8,
}

/// What a run must be worth to go on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worth {
    /// What is at stake in it.
    pub at_stake: Stake,
    /// The share of that which it may spend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Share>,
    /// What it must earn lately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
}

/// What is at stake in a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Stake {
    /// The same in each run.
    Fixed(Money),
    /// What a tool reported last, in a result that the control plane itself has seen.
    Reported {
        /// Which one.
        tool: ToolName,
        /// JSON pointer to a whole number in its result.
        pointer: String,
        /// What one of it is worth.
        unit: Money,
    },
}

/// Over the last `window` settled calls, what was earned per what was spent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// Calls; 1 to 1,000.
    pub window: u32,
    /// Earned per spent; below it the run is stopped.
    pub stop_below: Share,
}

/// A share of an amount, in millionths.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(pub u64);

/// The facts of one tool.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolTerms {
    /// Its action type; `None` when the service may not call it (it only undoes).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Most that one call costs: what is reserved.
    #[serde(default, skip_serializing_if = "Money::is_zero")]
    pub price: Money,
    /// How often it may be called by the whole service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Most calls of the whole service that are under way at a time; at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// When it is left alone because it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<Breaker>,
    /// How it is undone.
    pub undo: Undo,
    /// What holds when nobody knows the outcome of a call; `None` in journals of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Unknown>,
    /// For a read: the read that stands in for it when its tool does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<ToolName>,
}

/// A circuit breaker (see `breaker.rs`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breaker {
    /// So many failed calls open it; at least 1, at most `of`.
    pub failures: u32,
    /// Among the latest so many; at most 1,000.
    pub of: u32,
    /// How long the tool is left alone, in milliseconds.
    pub open_for_ms: u64,
    /// The read that tries whether the tool is back; `None` for a read, which tries itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<ToolName>,
}

/// `count` calls in each `per_ms` milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Calls; at least 1.
    pub count: u32,
    /// In so many milliseconds; at least 1.
    pub per_ms: u64,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, per_ms } = self;
        match per_ms {
            1_000 => write!(f, "{count}/s"),
            60_000 => write!(f, "{count}/m"),
            3_600_000 => write!(f, "{count}/h"),
            86_400_000 => write!(f, "{count}/d"),
            _ => write!(f, "{count}/{per_ms}ms"),
        }
    }
}

/// How the effect of a tool is undone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Undo {
    /// Nothing to undo: a read, or a compensation itself.
    Nothing,
    /// By a compensating tool.
    By {
        /// Which one.
        tool: ToolName,
        /// For so long after the effect, in milliseconds.
        within_ms: u64,
        /// The read that shows that the effect is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verify: Option<ToolName>,
        /// True when it may be undone although a later effect of its run could not be.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        independent: bool,
    },
    /// It cannot be undone; then it always needs a person.
    Irreversible {
        /// Why, in the contract's words.
        why: String,
    },
}
