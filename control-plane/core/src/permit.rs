//! The only key to the executor: made from a committed admit, and for each further sending from one more fact.

use crate::{
    ActionId, CanonicalJson, Event, Outcome, RunId, ToolName, escalation::digest_of, event::ActionDecided,
    proposal::Mode,
};

/// Proof that the control plane may carry an action out now. It has no public constructor but
/// [`Permit::of_admitted`], [`Permit::of_released`] and [`Permit::of_resent`], which look at the committed facts
/// themselves.
#[derive(Debug)]
pub struct Permit {
    action: ActionId,
    run: RunId,
    tool: ToolName,
    params: CanonicalJson,
}

impl Permit {
    /// From a committed decision that admits an action for execution.
    pub fn of_admitted(decided: &ActionDecided) -> Option<Self> {
        (decided.decision.outcome == Outcome::Admit && decided.proposal.mode == Mode::Execute)
            .then(|| Self::of(decided))
    }

    /// From a committed decision that held an action, and the committed second decision that admits it.
    /// What runs must still be what was shown: the digest that people approved is computed again.
    pub fn of_released(held: &ActionDecided, released: &Event) -> Option<Self> {
        let Event::ActionReleased { action, decision, .. } = released else { return None };
        let approved = held.question.as_ref().is_some_and(|question| question.digest == digest_of(held));
        (approved
            && *action == held.proposal.action
            && decision.outcome == Outcome::Admit
            && held.proposal.mode == Mode::Execute)
            .then(|| Self::of(held))
    }

    /// From the committed facts that let an action go the first time, and the committed fact that it is sent
    /// again. The bytes are those of the admit: there is no other place to take them from.
    pub fn of_resent(decided: &ActionDecided, released: Option<&Event>, resent: &Event) -> Option<Self> {
        let Event::ActionResent { action, .. } = resent else { return None };
        let first = match released {
            None => Self::of_admitted(decided),
            Some(released) => Self::of_released(decided, released),
        };
        first.filter(|permit| permit.action == *action)
    }

    fn of(decided: &ActionDecided) -> Self {
        let proposal = &decided.proposal;
        Self {
            action: proposal.action,
            run: proposal.run,
            tool: proposal.tool.clone(),
            params: proposal.params.clone(),
        }
    }

    /// The action.
    pub const fn action(&self) -> ActionId {
        self.action
    }

    /// Its run.
    pub const fn run(&self) -> RunId {
        self.run
    }

    /// Its tool.
    pub const fn tool(&self) -> &ToolName {
        &self.tool
    }

    /// The very parameters that were judged.
    pub const fn params(&self) -> &CanonicalJson {
        &self.params
    }
}
