//! Backtest: what a draft would have decided of the proposals that a journal has recorded.
//!
//! The record is folded as it happened, except that runs of the draft's service keep the draft. Before each
//! recorded decision the draft decides the same proposal, at the same moment, on the evidence that was seen
//! then; after it the record goes on as it went. So each difference stands alone: what would have followed from
//! the other decision nobody can know. Nothing is sent and nothing is written.
//!
//! The draft's delegation counts as standing for the whole record: a draft that begins today would else deny
//! everything that is older, and no backtest would ever show what it lets through.

use std::collections::BTreeMap;

use remit_core::{
    ActionId, CanonicalJson, Clause, Command, Decision, EscalationId, Event, Money, Outcome, Reason, RunId,
    State, Terms, Timestamp, ToolName,
    escalation::EscalationStatus,
    event::{ActionDecided, ActionSettled, Settlement},
    handle,
    terms::Delegation,
};
use uuid::Uuid;

use crate::{CompiledContract, RunFacts, Seen};

mod review;
mod sum;

pub use sum::{Sum, sums};

/// A backtest under way: give it every event of the domain, oldest first.
#[derive(Debug)]
pub struct Backtest<'a> {
    draft: &'a CompiledContract,
    from: Option<Timestamp>,
    state: State,
    facts: BTreeMap<RunId, RunFacts>,
    /// Calls that may become evidence.
    calls: BTreeMap<ActionId, (ToolName, CanonicalJson)>,
    /// Where in the flips the held ones are, whose questions are still to be answered in the record.
    asked: BTreeMap<ActionId, usize>,
    found: Backtested,
}

/// What a backtest has found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Backtested {
    /// How many proposals were decided again.
    pub decided: u64,
    /// Decisions with another outcome, the gravest first: what was refused and would be admitted.
    pub flips: Vec<Flip>,
    /// Proposals that could not be decided again, with why: the record does not hold what they rest on.
    pub undecided: Vec<(ActionId, String)>,
    /// How many were decided although the draft's delegation does not stand at their moment.
    pub beside_delegation: u64,
}

/// One decision that would have another outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flip {
    /// When it was proposed.
    pub at: Timestamp,
    /// The run.
    pub run: RunId,
    /// The action.
    pub action: ActionId,
    /// The tool.
    pub tool: ToolName,
    /// Its parameters.
    pub params: CanonicalJson,
    /// What was decided.
    pub before: Said,
    /// What became of the question, when people were asked.
    pub answer: Option<EscalationStatus>,
    /// What the draft decides.
    pub after: Said,
    /// What one call costs under the draft.
    pub price: Money,
}

/// A decision in short.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The outcome.
    pub outcome: Outcome,
    /// The clause that decided.
    pub clause: Clause,
    /// Its reason.
    pub reason: Reason,
    /// What was observed against what is required; may be empty.
    pub detail: String,
}

impl From<&Decision> for Said {
    fn from(decision: &Decision) -> Self {
        let deciding = decision.deciding();
        Self {
            outcome: decision.outcome,
            clause: deciding.clause,
            reason: deciding.reason,
            detail: deciding.detail.clone(),
        }
    }
}

impl Flip {
    /// True for the flips that somebody must have looked at: refused before, by a rule or by people, and
    /// admitted now, with nobody asked.
    pub fn admits_what_was_refused(&self) -> bool {
        self.rank() == 0
    }

    /// True when people were asked and it was not let go: one said no, time ran out, or it was voided. Silence
    /// is never consent.
    pub fn was_refused_by_people(&self) -> bool {
        use EscalationStatus as S;
        match self.answer {
            Some(S::Denied | S::Lapsed | S::Voided) => true,
            Some(S::Pending | S::Approved) | None => false,
        }
    }

    /// How grave it is; 0 is the gravest.
    fn rank(&self) -> u8 {
        use Outcome as O;
        match (self.before.outcome, self.after.outcome) {
            (O::Deny | O::Stop, O::Admit) => 0,
            (O::Escalate, O::Admit) if self.was_refused_by_people() => 0,
            (O::Escalate, O::Admit) => 1,
            (O::Deny | O::Stop, O::Escalate) => 2,
            // A throttled call comes again, and narrower decisions let nothing through.
            (O::Throttle, _) | (_, O::Throttle | O::Deny | O::Stop) => 4,
            (O::Admit, O::Admit | O::Escalate) | (O::Escalate, O::Escalate) => 3,
        }
    }
}

impl Backtested {
    /// True when every proposal of the record was decided again, and there was one: what was not decided speaks
    /// for nothing.
    pub const fn is_complete(&self) -> bool {
        self.decided > 0 && self.undecided.is_empty()
    }
}

impl<'a> Backtest<'a> {
    /// A backtest of a draft that decides again what was proposed from a moment on; `None` for everything.
    pub fn new(draft: &'a CompiledContract, from: Option<Timestamp>) -> Self {
        let terms = draft.terms();
        let mut state = State::new(terms.domain.clone());
        let by = terms.delegation.enabled_by.clone();
        let (on, until) = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
        let delegation = Delegation { enabled_by: by.clone(), on, until };
        let standing = Terms { delegation, ..terms.as_ref().clone() };
        let activated = Event::ContractActivated { terms: Box::new(standing), by };
        state.apply(&activated, Timestamp::default());
        Self {
            draft,
            from,
            state,
            facts: BTreeMap::new(),
            calls: BTreeMap::new(),
            asked: BTreeMap::new(),
            found: Backtested::default(),
        }
    }

    /// Takes in the next event of the domain. Those of other services count as they happened.
    pub fn record(&mut self, at: Timestamp, event: &Event) {
        if let Event::ActionDecided(decided) = event
            && !decided.is_for_people()
            && self.is_ours(decided)
        {
            if self.from.is_none_or(|from| from <= at) {
                self.decide(at, decided);
            }
            self.calls.insert(
                decided.proposal.action,
                (decided.proposal.tool.clone(), decided.proposal.params.clone()),
            );
        }
        match self.under_the_draft(event) {
            Some(event) => self.state.apply(&event, at),
            None if self.replaces(event) => {}
            None => self.state.apply(event, at),
        }
        self.answered(event);
        self.notice(at, event);
    }

    /// What was found.
    pub fn finish(self) -> Backtested {
        let mut found = self.found;
        found
            .flips
            .sort_by_key(|flip| (flip.rank(), flip.before.outcome, flip.after.outcome, flip.at, flip.action));
        found
    }

    /// A proposal of the draft's service; where the record does not hold its run, of the draft's principal.
    fn is_ours(&self, decided: &ActionDecided) -> bool {
        let (terms, proposal) = (self.draft.terms(), &decided.proposal);
        self.state
            .runs
            .get(&proposal.run)
            .map_or(proposal.principal == terms.principal, |run| run.terms.service == terms.service)
    }

    /// True for events that would put another version in the draft's place.
    fn replaces(&self, event: &Event) -> bool {
        let service = &self.draft.terms().service;
        matches!(event, Event::ContractActivated { terms, .. } if terms.service == *service)
    }

    /// A result as the draft calls it, which may name other items of evidence.
    fn under_the_draft(&self, event: &Event) -> Option<Event> {
        let Event::ActionSettled(settled) = event else { return None };
        let (tool, _) = self.calls.get(&settled.action)?;
        let evidence = match &settled.settlement {
            Settlement::Succeeded { result } => self.draft.evidence_in(tool, result).to_vec(),
            Settlement::Failed { .. } | Settlement::InDoubt { .. } => Vec::new(),
        };
        Some(Event::ActionSettled(Box::new(ActionSettled { evidence, ..(**settled).clone() })))
    }

    /// What people made of a question whose flip is known already. One that is asked again is open again.
    fn answered(&mut self, event: &Event) {
        let (action, status) = if let Event::EscalationClosed { action, status, .. } = event {
            (*action, *status)
        } else if let Event::ActionReturned(returned) = event {
            (returned.held.proposal.action, EscalationStatus::Pending)
        } else {
            return;
        };
        if let Some(flip) = self.asked.get(&action).and_then(|index| self.found.flips.get_mut(*index)) {
            flip.answer = Some(status);
        }
    }

    /// What later proposals may rely on.
    fn notice(&mut self, at: Timestamp, event: &Event) {
        if let Event::RunStarted { run, declared, .. } = event {
            self.facts.insert(*run, RunFacts::declared(declared));
        }
        if let Event::RunEnded { run, .. } = event {
            self.facts.remove(run);
        }
        let Event::ActionSettled(settled) = event else { return };
        let Some((tool, params)) = self.calls.remove(&settled.action) else { return };
        let (Settlement::Succeeded { result }, Some(facts)) =
            (&settled.settlement, self.facts.get_mut(&settled.run))
        else {
            return;
        };
        let (params, value) = (std::sync::Arc::new(params.value()), std::sync::Arc::new(result.value()));
        facts.seen.extend(self.draft.evidence_in(&tool, result).iter().map(|item| Seen {
            item: item.clone(),
            action: settled.action,
            observed_at: settled.exchange.observed_at(at),
            digest: result.digest(),
            params: std::sync::Arc::clone(&params),
            value: std::sync::Arc::clone(&value),
        }));
    }

    /// Decides a recorded proposal again and notes the difference.
    fn decide(&mut self, at: Timestamp, recorded: &ActionDecided) {
        let proposal = &recorded.proposal;
        let params = proposal.params.value();
        let none = RunFacts::default();
        let facts = self.facts.get(&proposal.run).unwrap_or(&none);
        let command = Command::Propose {
            proposal: Box::new(proposal.clone()),
            assessment: Box::new(self.draft.assess(proposal, &params, facts)),
            escalation: EscalationId::new(Uuid::nil()),
            reused: None,
        };
        let decided = handle(&self.state, command, at);
        let after = match decided.as_deref() {
            Ok([Event::ActionDecided(decided), ..]) => Said::from(&decided.decision),
            Ok(_) => return,
            Err(refusal) => {
                self.found.undecided.push((proposal.action, refusal.to_string()));
                return;
            }
        };
        self.found.decided = self.found.decided.saturating_add(1);
        if self.draft.terms().delegation.lacks(at).is_some() {
            self.found.beside_delegation = self.found.beside_delegation.saturating_add(1);
        }
        let before = Said::from(&recorded.decision);
        if before.outcome != after.outcome {
            let terms = self.draft.terms();
            let price = terms.tools.get(&proposal.tool).map(|tool| tool.price).unwrap_or_default();
            let answer = (before.outcome == Outcome::Escalate).then_some(EscalationStatus::Pending);
            if answer.is_some() {
                self.asked.insert(proposal.action, self.found.flips.len());
            }
            self.found.flips.push(Flip {
                at,
                run: proposal.run,
                action: proposal.action,
                tool: proposal.tool.clone(),
                params: proposal.params.clone(),
                before,
                answer,
                after,
                price,
            });
        }
    }
}

#[cfg(test)]
mod tests;
