//! Tripwires: conditions over what has happened lately, at which the control plane lowers a ceiling by itself.
//!
//! ```text
//!   armed ── the condition holds ──▶ tripped ── its switch is lifted ──────────────────────▶ armed, from nothing
//!                                       └────── only observed, and calm for a whole window ─▶ armed
//! ```
//!
//! An event that counts is weighed when it is folded, and what it trips is in the batch of that event: nothing is
//! admitted in between.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Level, SwitchId, sliding::short, switch::Scope};

mod notice;
mod signal;
mod trip;
mod wire;

pub(crate) use notice::Notice;
pub use trip::turn;
pub use wire::{Wire, Wires};

/// Most actions that a tripwire may look back at.
pub const MOST_ACTIONS: u32 = 1_000;

/// So many there must have been in a window of time until a share, a mean or a percentile of them says anything.
pub const LEAST: u64 = 10;

/// One tripwire.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tripwire {
    /// What must not be.
    pub when: When,
    /// Over what.
    pub over: Over,
    /// What becomes of the service or domain.
    pub then: Then,
}

/// A condition.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// What is looked at.
    pub signal: Signal,
    /// How it is compared.
    pub is: Comparison,
    /// With what, in the unit of the signal.
    pub limit: u64,
}

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Signal {
    /// The share of the decided actions that were denied or stopped, in millionths.
    DeniedRatio,
    /// How many actions came into doubt.
    InDoubt,
    /// What calls cost, as a multiple of what they cost in an equal time before, in millionths.
    SpendRate {
        /// For so long before, in milliseconds.
        baseline_ms: u64,
    },
    /// How often a circuit breaker opened.
    BreakerOpens,
    /// How often something was tried that the contract forbids by name.
    ForbiddenAttempts,
    /// How many effects were undone for each that succeeded, in millionths.
    UndoRate,
    /// The mean time from sending a call to its end, in milliseconds.
    LatencyMean,
    /// The time that so many percent of the calls need at most, in milliseconds.
    Latency {
        /// 1 to 99.
        percent: u8,
    },
    /// How many questions of the service wait for people when one more is asked, that one with them.
    QueueWaiting,
    /// How long the oldest of them has waited then, in milliseconds.
    QueueOldest,
}

/// How a signal is compared with its limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `>`.
    MoreThan,
    /// `>=`.
    AtLeast,
}

/// How far back is looked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Over {
    /// The last so many: of decided, ended, sent calls or of effects, whatever the signal is about.
    Actions(u32),
    /// So many milliseconds.
    Time(u64),
}

/// What becomes of the service or domain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Then {
    /// Nothing but the alert.
    Observe,
    /// The ceiling is lowered to this.
    Lower(Level),
}

/// A tripwire has tripped: what was seen, and the switch that it set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tripped {
    /// The service or domain whose wire it is, and whose ceiling it lowers.
    pub scope: Scope,
    /// The wire.
    pub wire: Tripwire,
    /// The figures, in words.
    pub figures: String,
    /// Positions, in the domain's journal, of the latest events that count; the last one tripped it.
    pub events: Vec<u64>,
    /// The switch that was set; `None` where it is only observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch: Option<SwitchId>,
}

impl Signal {
    /// The word in contracts, journals and consoles.
    pub fn name(self) -> String {
        match self {
            Self::DeniedRatio => "denied_ratio".to_owned(),
            Self::InDoubt => "in_doubt".to_owned(),
            Self::SpendRate { .. } => "spend_rate".to_owned(),
            Self::BreakerOpens => "breaker_opens".to_owned(),
            Self::ForbiddenAttempts => "forbidden_attempts".to_owned(),
            Self::UndoRate => "undo_rate".to_owned(),
            Self::LatencyMean => "latency_mean".to_owned(),
            Self::Latency { percent } => format!("latency_p{percent}"),
            Self::QueueWaiting => "queue_waiting".to_owned(),
            Self::QueueOldest => "queue_oldest".to_owned(),
        }
    }
}

impl fmt::Display for Tripwire {
    /// As it is written: `denied_ratio > 0.5 over 50 actions`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let When { signal, is, limit } = &self.when;
        let is = match is {
            Comparison::MoreThan => ">",
            Comparison::AtLeast => ">=",
        };
        write!(f, "{} {is} {}", signal.name(), signal.shown(*limit))?;
        match self.over {
            Over::Actions(many) => write!(f, " over {many} actions"),
            Over::Time(ms) => write!(f, " over {}", short(ms)),
        }?;
        match signal {
            Signal::SpendRate { baseline_ms } => write!(f, ", baseline {}", short(*baseline_ms)),
            Signal::DeniedRatio
            | Signal::InDoubt
            | Signal::BreakerOpens
            | Signal::ForbiddenAttempts
            | Signal::UndoRate
            | Signal::LatencyMean
            | Signal::Latency { .. }
            | Signal::QueueWaiting
            | Signal::QueueOldest => Ok(()),
        }
    }
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Observe => "observe",
            Self::Lower(Level::None) => "stop",
            Self::Lower(Level::Draft) => "safe",
            Self::Lower(level) => level.as_str(),
        })
    }
}
