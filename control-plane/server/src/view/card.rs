//! Cards: an action and a run as people look at them, with the records that made them so.

use std::sync::Arc;

use remit_contract::{Seen, Sighting};
use remit_core::{
    ActionId, ActionStatus, Decision, EvidenceUse, Outcome, Reason, RunId, ServiceName, Timestamp,
    WorkflowName,
    budget::Budget,
    event::{ActionDecided, ActionSettled, Event, Settlement},
    state::{Action, Phase, Run},
    terms::Terms,
    usage::Tokens,
};
use remit_journal::Record;

use super::tally::InUse;

/// One action.
#[derive(Debug, Clone)]
pub(crate) struct ActionCard {
    /// As the state has it.
    pub(crate) action: Arc<Action>,
    /// The version that judged it.
    pub(crate) terms: Arc<Terms>,
    /// The record of its decision; by construction an `action_decided`.
    pub(crate) decided: Arc<Record>,
    /// The record that voided an approval of it and asked again, when there was one; the last.
    pub(crate) returned: Option<Arc<Record>>,
    /// The record of its second decision, when people approved it.
    pub(crate) released: Option<Arc<Record>>,
    /// The record of its outcome.
    pub(crate) settled: Option<Arc<Record>>,
}

impl ActionCard {
    /// The fact of its decision; where people are asked again, on the facts as they were read again.
    pub(crate) fn decision_fact(&self) -> Option<&ActionDecided> {
        if let Some(Event::ActionReturned(returned)) = self.returned.as_deref().map(|record| &record.event) {
            return Some(&returned.held);
        }
        if let Event::ActionDecided(decided) = &self.decided.event { Some(decided) } else { None }
    }

    /// The facts that the decision in force rests on: of a release, those that were read again for it.
    pub(crate) fn evidence(&self) -> &[EvidenceUse] {
        if let Some(Event::ActionReleased { evidence, .. }) =
            self.released.as_deref().map(|record| &record.event)
            && !evidence.is_empty()
        {
            return evidence;
        }
        self.decision_fact().map_or(&[], |fact| &fact.assessment.evidence)
    }

    /// When the decision in force was made.
    pub(crate) fn decided_at(&self) -> Timestamp {
        self.released.as_ref().or(self.returned.as_ref()).unwrap_or(&self.decided).at
    }

    /// That the run has seen its result, evidence or not.
    pub(crate) fn sighting(&self) -> Option<Sighting> {
        let at = self.settled.as_ref()?.at;
        let (tool, result) = (self.action.tool.clone(), self.result()?.clone());
        Some(Sighting { tool, action: self.action.id, at, result })
    }

    /// The evidence that its result is.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let (Some(fact), Some(settled), Some(record)) = (self.decision_fact(), self.outcome(), &self.settled)
        else {
            return Vec::new();
        };
        let Settlement::Succeeded { result } = &settled.settlement else { return Vec::new() };
        let (params, value) = (Arc::new(fact.proposal.params.value()), Arc::new(result.value()));
        let seen = settled.evidence.iter().map(|item| Seen {
            item: item.clone(),
            action: settled.action,
            observed_at: settled.exchange.observed_at(record.at),
            digest: result.digest(),
            params: Arc::clone(&params),
            value: Arc::clone(&value),
        });
        seen.collect()
    }

    /// The decision in force: the second one, when there is one.
    pub(crate) fn decision(&self) -> Option<&Decision> {
        if let Some(Event::ActionReleased { decision, .. }) =
            self.released.as_deref().map(|record| &record.event)
        {
            return Some(decision);
        }
        self.decision_fact().map(|decided| &decided.decision)
    }

    /// True for what the control plane does on people's behalf.
    pub(crate) fn is_for_people(&self) -> bool {
        self.decision_fact().is_none_or(ActionDecided::is_for_people)
    }

    /// What became of it.
    pub(crate) fn outcome(&self) -> Option<&ActionSettled> {
        let event = &self.settled.as_deref()?.event;
        if let Event::ActionSettled(settled) = event { Some(settled) } else { None }
    }

    /// The tool's answer.
    pub(crate) fn result(&self) -> Option<&remit_core::CanonicalJson> {
        match self.outcome().map(|settled| &settled.settlement) {
            Some(Settlement::Succeeded { result }) => Some(result),
            Some(Settlement::Failed { .. } | Settlement::InDoubt { .. }) | None => None,
        }
    }

    /// Why it failed or is in doubt, or what is wrong with its result.
    pub(crate) fn note(&self) -> Option<&str> {
        let settled = self.outcome()?;
        match &settled.settlement {
            Settlement::Failed { note } | Settlement::InDoubt { note } => Some(note),
            Settlement::Succeeded { .. } => settled.exchange.misfit.as_deref(),
        }
    }

    /// True when a caller that waits should be answered.
    pub(crate) fn is_ended(&self) -> bool {
        match self.action.status {
            ActionStatus::Proposed
            | ActionStatus::Held
            | ActionStatus::Approved
            | ActionStatus::Admitted
            | ActionStatus::Running => false,
            ActionStatus::Denied
            | ActionStatus::Lapsed
            | ActionStatus::Succeeded
            | ActionStatus::Failed
            | ActionStatus::InDoubt
            | ActionStatus::Undone => true,
        }
    }

    /// True when nothing more is expected to happen to it.
    pub(crate) fn is_settled(&self) -> bool {
        self.is_ended() && self.action.status != ActionStatus::InDoubt
    }
}

/// One run.
#[derive(Debug, Clone)]
pub(crate) struct RunCard {
    pub(crate) id: RunId,
    pub(crate) name: String,
    pub(crate) service: ServiceName,
    pub(crate) terms: Arc<Terms>,
    pub(crate) workflow: Option<WorkflowName>,
    pub(crate) phase: Phase,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) reason: Option<Reason>,
    pub(crate) budget: Budget,
    pub(crate) calls: u32,
    pub(crate) calls_limit: u32,
    pub(crate) tokens: Tokens,
    pub(crate) tokens_limit: Option<u64>,
    pub(crate) wall_time_limit_ms: Option<u64>,
    pub(crate) denied: u32,
    /// Its actions, oldest first.
    pub(crate) actions: Vec<ActionId>,
}

impl RunCard {
    pub(crate) fn of(run: &Run) -> Self {
        Self {
            id: run.id,
            name: run.name.clone(),
            service: run.terms.service.clone(),
            terms: Arc::clone(&run.terms),
            workflow: run.workflow.clone(),
            phase: run.phase,
            started_at: run.started_at,
            ended_at: run.ended_at,
            reason: run.reason,
            budget: run.budget,
            calls: run.calls,
            calls_limit: run.limits.calls,
            tokens: run.tokens,
            tokens_limit: run.limits.tokens,
            wall_time_limit_ms: run.limits.wall_time_ms,
            denied: run.denied,
            actions: Vec::new(),
        }
    }

    /// Takes over what has changed.
    pub(crate) const fn refresh(&mut self, run: &Run) {
        self.phase = run.phase;
        self.ended_at = run.ended_at;
        self.reason = run.reason;
        self.budget = run.budget;
        self.calls = run.calls;
        self.tokens = run.tokens;
        self.denied = run.denied;
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::RollingBack)
    }

    /// What it uses, as long as it is open.
    pub(crate) fn in_use(&self) -> InUse {
        if !self.is_open() {
            return InUse::default();
        }
        InUse {
            runs: 1,
            limit: self.budget.limit(),
            spent: self.budget.spent(),
            held: self.budget.held(),
            calls: self.calls,
            calls_limit: self.calls_limit,
        }
    }
}

/// The outcome that a card counts as.
pub(crate) const fn counted(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Admit => Outcome::Admit,
        Outcome::Escalate => Outcome::Escalate,
        Outcome::Throttle | Outcome::Deny | Outcome::Stop => Outcome::Deny,
    }
}
