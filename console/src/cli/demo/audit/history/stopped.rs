//! Which rule about cost stopped a run, or kept it from going on: each rule once a run.

use std::collections::{BTreeMap, BTreeSet};

use remit_core::{Clause, Digest, Outcome, Reason, RunId, Terms, event::ActionDecided};

/// The reasons, and where the contract says each rule below `cost`.
const RULES: [(Reason, &str); 9] = [
    (Reason::LoopDetected, "loop.same_call"),
    (Reason::CycleDetected, "loop.cycle"),
    (Reason::NoProgress, "loop.no_progress"),
    (Reason::NotWorthIt, "value.at_most"),
    (Reason::SpendExhausted, "run.spend"),
    (Reason::CallsExhausted, "run.calls"),
    (Reason::ToolCallsExhausted, "run.tools"),
    (Reason::TokensExhausted, "run.tokens"),
    (Reason::WallTimeExhausted, "run.wall_time"),
];

/// What is known so far.
#[derive(Debug, Default)]
pub(super) struct Stopped {
    /// The versions that say what a run must earn for what it costs, rather than what it may cost.
    earning: BTreeSet<Digest>,
    seen: BTreeMap<RunId, BTreeSet<&'static str>>,
}

impl Stopped {
    /// Takes in what a version says.
    pub(super) fn knows(&mut self, terms: &Terms) {
        let worth = terms.run.course.worth.as_ref();
        if worth.is_some_and(|worth| worth.at_most.is_none() && worth.pace.is_some()) {
            self.earning.insert(terms.digest);
        }
    }

    /// The rule that a decision is the first word of in its run, by its place below `cost` in the contract.
    pub(super) fn by(&mut self, decided: &ActionDecided) -> Option<&'static str> {
        let deciding = decided.decision.deciding();
        let refused = matches!(decided.decision.outcome, Outcome::Deny | Outcome::Stop);
        if deciding.clause != Clause::Cost || !refused {
            return None;
        }
        let earns = self.earning.contains(&decided.assessment.contract);
        let known = RULES.iter().find(|(reason, _)| *reason == deciding.reason)?;
        let rule = if earns && known.0 == Reason::NotWorthIt { "value.stop_below" } else { known.1 };
        self.seen.entry(decided.proposal.run).or_default().insert(rule).then_some(rule)
    }
}
