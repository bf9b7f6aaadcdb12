//! Blast radius: how far the actions of a service, or of all services of a domain, may reach in a while.
//!
//! What is admitted counts from then on; what certainly did not happen is taken back; what is undone has been out
//! there and stays counted.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Digest, Level, ToolName};

mod meters;

pub use meters::{Gauge, Meters};

/// Most different values that a rule may allow: each is remembered for as long as its window.
pub const MOST_VALUES: u64 = 10_000;

/// One rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Radius {
    /// What is measured.
    pub meter: Meter,
    /// The most of it in the window.
    pub max: u64,
    /// What becomes of the action that would go beyond.
    pub then: Edge,
}

/// What a rule measures. Rules that measure the same go by the same count, whatever they allow.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meter {
    /// Which action; `None` for every action with an effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ToolName>,
    /// What of it.
    pub measure: Measure,
    /// The length of the window, in milliseconds.
    pub per_ms: u64,
}

/// What of the actions is measured.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// How many.
    Count,
    /// The sum of a whole number in their parameters, by its JSON pointer.
    Sum(Arc<str>),
    /// How many different values of a parameter.
    Distinct(Arc<str>),
}

/// What becomes of the action that would go beyond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Edge {
    /// Those who run the service are asked, each time.
    Escalate,
    /// It is denied, and the control plane lowers the ceiling.
    Lower(Level),
}

/// What one action adds to a meter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// So much.
    Amount(u64),
    /// This value.
    Value(Digest),
}

impl Meter {
    /// What an action adds; `None` where the rule is not about it.
    ///
    /// # Errors
    /// Why nobody can tell, in words. What a rule about all effects looks for may be absent: not each has it.
    pub fn mark(&self, tool: &ToolName, level: Level, params: &Value) -> Result<Option<Mark>, String> {
        let watches = self.action.as_ref().map_or(level.has_effect(), |action| action == tool);
        if !watches {
            return Ok(None);
        }
        let (Measure::Sum(pointer) | Measure::Distinct(pointer)) = &self.measure else {
            return Ok(Some(Mark::Amount(1)));
        };
        match (params.pointer(pointer).filter(|found| !found.is_null()), &self.measure) {
            (None, _) if self.action.is_none() => Ok(None),
            (None, _) => Err(format!("the call has no `params:{pointer}`")),
            (Some(found), Measure::Distinct(_)) => {
                Ok(Some(Mark::Value(Digest::of(found.to_string().as_bytes()))))
            }
            (Some(found), _) => match found.as_u64() {
                Some(amount) => Ok(Some(Mark::Amount(amount))),
                None => Err(format!("`params:{pointer}` is not a whole number")),
            },
        }
    }
}

impl Meter {
    /// The parameter that is summed or told apart, by its JSON pointer.
    pub fn parameter(&self) -> Option<&str> {
        match &self.measure {
            Measure::Count => None,
            Measure::Sum(pointer) | Measure::Distinct(pointer) => Some(pointer),
        }
    }

    /// True when different values are counted.
    pub const fn is_distinct(&self) -> bool {
        matches!(self.measure, Measure::Distinct(_))
    }
}

impl fmt::Display for Meter {
    /// The place of the rule below `blast_radius`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let measure = match self.measure {
            Measure::Count => "count",
            Measure::Sum(_) => "sum",
            Measure::Distinct(_) => "distinct",
        };
        write!(f, "{}.{measure}", self.action.as_ref().map_or("all", ToolName::as_str))
    }
}
