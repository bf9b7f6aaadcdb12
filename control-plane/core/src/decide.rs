//! The decision: every clause leaves a finding, the strictest wins, unknown means deny.

use crate::{
    ActionId, Digest, Level, Money, Timestamp,
    command::Reuse,
    decision::{Decision, Objection},
    proposal::{Ask, Assessment, Novelty, Proposal},
    state::{Run, State},
    terms::ToolTerms,
};

mod allowance;
mod cost;
mod endless;
mod evidence;
mod identity;
mod policy;
pub(crate) mod radius;
mod recovery;
mod scope;
mod sources;
mod tooling;

/// Everything that the clauses look at. Nothing else can influence a decision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) state: &'a State,
    pub(crate) run: &'a Run,
    pub(crate) proposal: &'a Proposal,
    pub(crate) assessment: &'a Assessment,
    /// Digest of what would be done, whoever says what about it.
    pub(crate) deed: Digest,
    /// The tool's terms, when the contract knows the tool.
    pub(crate) tool: Option<&'a ToolTerms>,
    /// True on the second look, after people approved.
    pub(crate) approved: bool,
    /// On the second look, when people must be asked again: why.
    pub(crate) returned: Option<&'a Objection>,
    /// The action that used the proposal's key before, for another call.
    pub(crate) key_used_by: Option<ActionId>,
    /// In what that call differs, where it is known.
    pub(crate) reused: Option<&'a Reuse>,
    pub(crate) now: Timestamp,
}

impl<'a> Case<'a> {
    pub(crate) fn new(
        state: &'a State,
        run: &'a Run,
        proposal: &'a Proposal,
        assessment: &'a Assessment,
        now: Timestamp,
    ) -> Self {
        let tool = run.terms.tools.get(&proposal.tool);
        Self {
            state,
            run,
            proposal,
            assessment,
            deed: crate::idempotency::deed_digest(&proposal.tool, proposal.params.digest()),
            tool,
            approved: false,
            returned: None,
            key_used_by: None,
            reused: None,
            now,
        }
    }

    pub(crate) const fn approved(mut self) -> Self {
        self.approved = true;
        self
    }

    pub(crate) const fn returned(mut self, why: &'a Objection) -> Self {
        self.returned = Some(why);
        self
    }

    /// True on the second look: money, calls and rate were taken on the first.
    pub(crate) const fn is_second_look(&self) -> bool {
        self.approved || self.returned.is_some()
    }

    pub(crate) const fn with_reused_key(mut self, by: ActionId, reused: Option<&'a Reuse>) -> Self {
        self.key_used_by = Some(by);
        self.reused = reused;
        self
    }

    /// The action's type, where the contract lets the service call the tool. What is of no type at all
    /// would pass under a stop.
    pub(crate) fn level(&self) -> Option<Level> {
        self.tool.and_then(|tool| tool.level).filter(|level| *level > Level::None)
    }

    /// Every rule of the scope that wants a person: those that the preparation found, and those about a value
    /// that no effect of the service has succeeded with lately.
    pub(crate) fn asks(&self) -> impl Iterator<Item = &'a Ask> {
        let (assessment, now) = (self.assessment, self.now);
        let service = self.state.services.get(&self.run.terms.service);
        let familiar = move |novelty: &Novelty| {
            service.is_some_and(|it| it.familiar.knows(&novelty.value, novelty.within_ms, now))
        };
        let novel = assessment.novelties.iter().filter(move |novelty| !familiar(novelty));
        assessment.asks.iter().chain(novel.map(|novelty| &novelty.ask))
    }

    /// What is reserved for the action and for undoing it.
    pub(crate) fn holds(&self) -> (Money, Money) {
        let price = |tool: &ToolTerms| tool.price;
        let undo = match self.tool.map(|tool| &tool.undo) {
            Some(crate::terms::Undo::By { tool, .. }) => self.run.terms.tools.get(tool).map(price),
            Some(crate::terms::Undo::Nothing | crate::terms::Undo::Irreversible { .. }) | None => None,
        };
        let most = self.assessment.most.map(|most| most.cost).unwrap_or_default();
        (self.tool.map(price).unwrap_or_default().max(most), undo.unwrap_or_default())
    }
}

/// Decides one case.
pub(crate) fn decide(case: Case<'_>) -> Decision {
    let (tooling, tool_wait_ms) = tooling::finding(case);
    let (cost, window_wait_ms) = cost::finding(case);
    Decision::join(
        [
            identity::finding(case),
            scope::finding(case),
            evidence::finding(case),
            policy::finding(case),
            tooling,
            cost,
            recovery::finding(case),
        ],
        tool_wait_ms.max(window_wait_ms),
    )
}
