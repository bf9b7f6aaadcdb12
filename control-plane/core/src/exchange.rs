//! How a call to a tool ended: what became of it, and what was seen on the way.

use serde::{Deserialize, Serialize};

use crate::{ActionId, Reason, Timestamp, event::Settlement, fault::ToolFault};

/// What was seen of the exchange with a tool, beside what became of the action. Nothing, where all went well.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What was wrong; `None` when nothing was, and when the tool was not called at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<ToolFault>,
    /// How often the call was sent again after the first time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
    /// In what the result of an effect is not what the contract says of it. The effect stands; its result is no
    /// evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub misfit: Option<String>,
    /// That the result is not the tool's answer to this call, but an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
    /// Why it was not sent at all although it was admitted: what came in between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Reason>,
}

/// Where an earlier result comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stale {
    /// The read that saw it.
    pub of: ActionId,
    /// When that was recorded.
    pub observed_at: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Exchange {
    /// Something was wrong.
    pub const fn faulty(fault: ToolFault) -> Self {
        Self { fault: Some(fault), retries: 0, misfit: None, stale: None, withheld: None }
    }

    /// When the result was seen, of an action that settled then: earlier, where it is an earlier one. A clock that was
    /// set back must not make it fresher than it is.
    pub fn observed_at(&self, settled_at: Timestamp) -> Timestamp {
        self.stale.map_or(settled_at, |stale| stale.observed_at.min(settled_at))
    }

    /// True when there is nothing to tell.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// The end of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    /// What became of it.
    pub settlement: Settlement,
    /// What was seen.
    pub exchange: Exchange,
}

/// Nothing to tell of the exchange.
impl From<Settlement> for Ending {
    fn from(settlement: Settlement) -> Self {
        Self { settlement, exchange: Exchange::default() }
    }
}
