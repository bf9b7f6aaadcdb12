//! What becomes of an action whose outcome nobody knows: what the contract says of it, what was tried, who said what.
//!
//! ```text
//!              ┌─ the tool does the same key once ─▶ sent again, same bytes, until it answers
//!   in doubt ──┼─ a read tells ────────────────────▶ asked, once the call can no longer land
//!              └─ neither, or neither helped ──────▶ people say what became of it
//! ```
//!
//! Until one of them has an answer, the action keeps its money, its effect and its key.

use serde::{Deserialize, Serialize};

use crate::{ActionId, CanonicalJson, RunId, Timestamp, ToolName};

/// Milliseconds until a call is sent again for the first time; each further time takes twice as long.
const FIRST_WAIT_MS: u64 = 1_000;

/// Longest wait between two sendings, in milliseconds.
const LONGEST_WAIT_MS: u64 = 10 * 60 * 1_000;

/// How often a call is sent again, and how often a tool is asked, before it is left to people.
pub const MOST_TIMES: u32 = 20;

/// For so long after it was sent first a call may be sent again, in milliseconds: tools keep keys for a day, and
/// a key that was forgotten pays twice.
pub const SEND_AGAIN_MS: u64 = 12 * 60 * 60 * 1_000;

/// How long a caller that carries an action out itself may take to report, when the contract does not say.
pub const REPORT_WITHIN_MS: u64 = 15 * 60 * 1_000;

/// How many different people must agree on what became of an action that a person had to approve.
pub const PEOPLE_FOR_APPROVED: u32 = 2;

/// What holds for a tool's calls whose outcome nobody knows.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unknown {
    /// So long an answer is waited for, in milliseconds.
    pub timeout_ms: u64,
    /// So long after that a call that is on its way may still take effect, in milliseconds.
    pub lands_within_ms: u64,
    /// The tool takes our key and does the same call once, so it may be sent again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resend: bool,
    /// The read that tells whether it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<ToolName>,
    /// Within so long a caller that carries it out itself must report, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_within_ms: Option<u64>,
}

/// How a doubt came to its end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Resolution {
    /// The tool answered when the same call was sent again under the same key.
    Resent {
        /// So many times it was sent again.
        times: u32,
    },
    /// The tool said it, when it was asked.
    Asked {
        /// The read that asked.
        by: ActionId,
    },
    /// People said it.
    ByPeople {
        /// Who, each once.
        people: Vec<String>,
    },
}

/// What one person says became of an action.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Who.
    pub by: String,
    /// Whether it happened.
    pub happened: bool,
    /// How the person knows.
    pub reason: String,
    /// What the tool answered, where the person knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<CanonicalJson>,
    /// When it was said.
    pub at: Timestamp,
}

impl Statement {
    /// True when two statements say the same of an action, whatever their reasons.
    pub fn agrees(&self, other: &Self) -> bool {
        self.happened == other.happened && self.result == other.result
    }

    /// What it says, in words.
    pub const fn says(&self) -> &'static str {
        match (self.happened, self.result.is_some()) {
            (true, true) => "it happened, with a result",
            (true, false) => "it happened",
            (false, _) => "it did not happen",
        }
    }
}

/// A person has said what became of an action in doubt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoubtStated {
    /// Which action.
    pub action: ActionId,
    /// Of which run.
    pub run: RunId,
    /// Who says what.
    pub statement: Statement,
}

/// When an action was handed to its tool, and how often.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent {
    /// The first time.
    pub first: Timestamp,
    /// The last time.
    pub last: Timestamp,
    /// How often.
    pub times: u32,
}

impl Sent {
    /// One more time.
    pub(crate) fn again(earlier: Option<Self>, at: Timestamp) -> Self {
        let (first, times) = earlier.map_or((at, 0), |sent| (sent.first, sent.times));
        Self { first, last: at, times: times.saturating_add(1) }
    }
}

/// What happened around an action beside its status.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trail {
    /// When it was handed to its tool, or may have been.
    pub sent: Option<Sent>,
    /// Since when its outcome is not known, if it ever was unknown.
    pub doubted_at: Option<Timestamp>,
    /// The reads that asked what became of it: how often, when last, and which was the last.
    pub asked: Option<(Sent, ActionId)>,
    /// What people say became of it, each once.
    pub said: Vec<Statement>,
    /// Until when its caller must report, while it has not.
    pub report_by: Option<Timestamp>,
}

/// How long to wait after so many tries, in milliseconds.
pub(crate) fn wait_ms(times: u32) -> u64 {
    let doublings = times.saturating_sub(1).min(LONGEST_WAIT_MS.ilog2());
    FIRST_WAIT_MS.saturating_mul(1_u64.checked_shl(doublings).unwrap_or(u64::MAX)).min(LONGEST_WAIT_MS)
}
