//! What was wrong with a call to a tool, by kind: what retries, breakers and people tell apart.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What was wrong. A call that never left for reasons of our own (a denial, a stop) has no fault of a tool.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolFault {
    /// No byte of the request left us: nothing can have happened.
    Unreachable,
    /// The tool said no, and meant this call: the caller's problem, not the tool's.
    Refused,
    /// The tool failed: an error of its own, no JSON, a connection that broke.
    Broken,
    /// The tool asks for patience: a twin of the call is running, or it has too much to do.
    Busy,
    /// No answer came in time.
    Late,
    /// The answer is larger than is taken.
    Oversized,
}

impl ToolFault {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Unreachable, Self::Refused, Self::Broken, Self::Busy, Self::Late, Self::Oversized];

    /// True when the tool is at fault, so that a breaker counts it. What it refuses, or has a running twin of, it
    /// answered in good health.
    pub const fn is_of_the_tool(self) -> bool {
        match self {
            Self::Unreachable | Self::Broken | Self::Late | Self::Oversized => true,
            Self::Refused | Self::Busy => false,
        }
    }

    /// True when the same bytes may fare better another time.
    pub const fn may_pass(self) -> bool {
        match self {
            Self::Unreachable | Self::Broken | Self::Busy | Self::Late => true,
            Self::Refused | Self::Oversized => false,
        }
    }

    /// The word in journals and consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Broken => "broken",
            Self::Busy => "busy",
            Self::Late => "late",
            Self::Oversized => "oversized",
        }
    }
}

impl fmt::Display for ToolFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
