//! A read whose tool is down, answered with what it said last: marked, and as old as it is.

use remit_core::{
    ActionId, CanonicalJson, Exchange, Money, Timestamp, ToolFault, ToolName, command::Settle,
    event::Settlement, exchange::Stale,
};

use super::CompiledContract;

/// What the same read brought the last time that it succeeded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LastGood {
    /// The read.
    pub action: ActionId,
    /// When its result was recorded.
    pub observed_at: Timestamp,
    /// What it was.
    pub result: CanonicalJson,
}

impl CompiledContract {
    /// True when a failed read of the tool may be answered with its last good result.
    pub fn remembers(&self, tool: &ToolName) -> bool {
        self.tools.get(tool).is_some_and(|tool| tool.calling.stale_for_ms.is_some())
    }

    /// The same end, or where its tool is down and the contract says so, the last good result. What the tool
    /// refused is an answer. Nothing was paid for, and the evidence is of the time at which it was seen.
    pub fn or_last_good(
        &self,
        settle: Settle,
        tool: &ToolName,
        last: Option<LastGood>,
        now: Timestamp,
    ) -> Settle {
        let stale_for_ms = self.tools.get(tool).and_then(|tool| tool.calling.stale_for_ms);
        let (Settlement::Failed { .. }, Some(stale_for_ms), Some(last)) =
            (&settle.settlement, stale_for_ms, last)
        else {
            return settle;
        };
        let is_down = settle.exchange.fault.is_some_and(|fault| fault != ToolFault::Refused);
        if !is_down || last.observed_at.plus_ms(stale_for_ms) < now {
            return settle;
        }
        let stale = Stale { of: last.action, observed_at: last.observed_at };
        Settle {
            evidence: self.evidence_in(tool, &last.result).to_vec(),
            settlement: Settlement::Succeeded { result: last.result },
            cost: Money::ZERO,
            exchange: Exchange { stale: Some(stale), ..settle.exchange },
            ..settle
        }
    }
}

#[cfg(test)]
mod tests;
