//! What the end of a call is to the core: evidence, undo and cost of a result, and whether it is one at all.

use remit_core::{
    ActionId, CanonicalJson, Ending, Exchange, ItemName, Level, Money, Timestamp, ToolFault, ToolName,
    command::Settle, event::Settlement,
};
use serde_json::Value;

use super::{CompiledContract, Tool};

impl CompiledContract {
    /// What became of a call, as the core is told it. Of a success: the evidence that it is, how it would be
    /// undone, and what it cost. A result that is not what the contract says of the tool is no evidence: of a read
    /// nothing is left then, so that it has failed; an effect has happened all the same.
    pub fn settle(
        &self,
        action: ActionId,
        (tool, params): (&ToolName, &Value),
        ending: Ending,
        at: Timestamp,
    ) -> Settle {
        let Ending { settlement, exchange } = ending;
        let plain = Settle {
            action,
            settlement,
            cost: Money::ZERO,
            evidence: Vec::new(),
            undo: None,
            exchange,
            tokens: 0,
        };
        let Settlement::Succeeded { result } = &plain.settlement else { return plain };
        let value = result.value();
        let cost = self.cost(tool, &value);
        let undo = self.undo_call(tool, params, &value, at);
        match self.misfit(tool, &value) {
            None => Settle { cost, evidence: self.evidence_of(tool).to_vec(), undo, ..plain },
            Some(misfit) if self.tools.get(tool).is_some_and(Tool::is_read) => Settle {
                settlement: Settlement::Failed { note: misfit },
                cost,
                exchange: Exchange { fault: Some(ToolFault::Broken), ..plain.exchange.clone() },
                ..plain
            },
            Some(misfit) => Settle {
                cost,
                undo,
                exchange: Exchange {
                    fault: Some(ToolFault::Broken),
                    misfit: Some(misfit),
                    ..plain.exchange.clone()
                },
                ..plain
            },
        }
    }

    /// What a call that succeeded costs: what its result reports, where the contract says at what place; else, and
    /// where there is no amount at that place, its price.
    fn cost(&self, tool: &ToolName, result: &Value) -> Money {
        let at = self.tools.get(tool).and_then(|tool| tool.reported.as_ref());
        at.and_then(|at| crate::document::price::reported(result, at))
            .or_else(|| self.terms.tools.get(tool).map(|terms| terms.price))
            .unwrap_or_default()
    }

    /// The items of evidence that this result of the tool is.
    pub(crate) fn evidence_in(&self, tool: &ToolName, result: &CanonicalJson) -> &[ItemName] {
        if self.misfit(tool, &result.value()).is_some() { &[] } else { self.evidence_of(tool) }
    }

    /// In what a result is not what the contract says of the tool.
    fn misfit(&self, tool: &ToolName, result: &Value) -> Option<String> {
        let violations = self.tools.get(tool)?.output.as_ref()?.violations(result, "the answer")?;
        Some(format!("the answer is not what the contract says of it: {violations}"))
    }
}

impl Tool {
    fn is_read(&self) -> bool {
        self.level == Some(Level::Read)
    }
}

#[cfg(test)]
mod tests;
