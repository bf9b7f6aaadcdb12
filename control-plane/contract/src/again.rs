//! The second look at an approved action: its facts as they were read again, against those that people saw.

use remit_core::{ActionId, command::Look, state::Held};
use serde_json::Value;

use crate::{CompiledContract, RunFacts, Seen};

/// A read of before, and the same read made again.
#[derive(Clone, Debug)]
pub struct Reread {
    /// The read of before.
    pub source: ActionId,
    /// What it saw.
    pub was: Value,
    /// The evidence that the new read is.
    pub seen: Vec<Seen>,
}

impl CompiledContract {
    /// What the core must know to release a held action or to return it: all clauses, judged on what was read
    /// again and on nothing else that the run has seen, and what differs. `run` is what the run declared.
    pub fn look_again(&self, held: &Held, reads: &[Reread], run: &RunFacts) -> Look {
        let seen = reads.iter().flat_map(|read| read.seen.iter().cloned()).collect();
        let (request, workflow) = (run.request.clone(), run.workflow.clone());
        let facts = RunFacts { seen, request, workflow, ..RunFacts::default() };
        let proposal = &held.proposal;
        let assessment = self.assess(proposal, &proposal.params.value(), &facts);
        let mut moved = Vec::new();
        for used in &held.assessment.evidence {
            let Some(read) = reads.iter().find(|read| read.source == used.action) else { continue };
            if let Some(now) = read.seen.iter().find(|seen| seen.item == used.item) {
                moved.extend(self.moved(&proposal.tool, &used.item, &read.was, &now.value));
            }
        }
        Look::Read { assessment: Box::new(assessment), moved }
    }
}
