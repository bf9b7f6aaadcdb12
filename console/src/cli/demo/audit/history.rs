//! What happened, read from the journal's events alone: counts, the fate of every action, late admits.
//!
//! It is a fold of its own, so that the audit does not believe the control plane's.

use std::collections::{BTreeMap, BTreeSet};

use remit_core::{
    ActionId, Digest, DomainName, Event, Level, Outcome, RunId, ServiceName, SwitchId, ToolName,
    event::{ActionDecided, Settlement},
    switch::{Place, Switch},
};
use serde::Serialize;
use serde_json::Value;

mod stopped;
#[cfg(test)]
mod tests;

use stopped::Stopped;

/// What happened, in numbers. An action that was held and then approved counts as escalated and as admitted.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub(crate) struct Counts {
    /// Runs that were started.
    pub(crate) runs: u64,
    /// Actions that were proposed, and compensations.
    pub(crate) actions: u64,
    /// Admitted at once or after people approved.
    pub(crate) admitted: u64,
    /// Denied, whether or not that ended the run.
    pub(crate) denied: u64,
    /// Asked to come back later.
    pub(crate) throttled: u64,
    /// Put before people.
    pub(crate) escalated: u64,
    /// Carried out by their tools.
    pub(crate) executed: u64,
    /// Refused by their tools, or never sent.
    pub(crate) failed: u64,
    /// Undone by their compensation.
    pub(crate) undone: u64,
    /// Left to a person by a rollback.
    pub(crate) parked: u64,
    /// Nobody knows, to the end.
    pub(crate) in_doubt: u64,
    /// Admitted above a ceiling that was in force.
    pub(crate) late_admits: u64,
    /// Runs that each rule about cost has stopped or held up, by where the contract says it below `cost`.
    pub(crate) stopped_by: BTreeMap<&'static str, u64>,
}

/// What became of an action.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Fate {
    /// Refused, held, or held to the end.
    NotAdmitted,
    /// Admitted, and nothing more is known.
    Admitted,
    /// Its tool did it.
    Succeeded(Value),
    /// Nothing happened.
    Failed,
    /// Nobody knows.
    InDoubt,
}

/// One action.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Deed {
    /// Its tool.
    pub(crate) tool: ToolName,
    /// What it was to do.
    pub(crate) params: Value,
    /// What became of it.
    pub(crate) fate: Fate,
    /// What it compensates.
    pub(crate) undoes: Option<ActionId>,
    /// Done for people: undoing, and reads that the control plane makes itself.
    for_people: bool,
    run: RunId,
}

impl Deed {
    /// An action of a run.
    pub(crate) fn new(run: RunId, tool: &str, params: Value, fate: Fate, undoes: Option<ActionId>) -> Self {
        Self { tool: tool.into(), params, fate, undoes, for_people: undoes.is_some(), run }
    }
}

/// Everything that the events say.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// In numbers.
    pub(crate) counts: Counts,
    /// Every action.
    pub(crate) deeds: BTreeMap<ActionId, Deed>,
    /// Actions whose compensation succeeded, and the compensation.
    pub(crate) undone: BTreeMap<ActionId, ActionId>,
    parked: BTreeSet<ActionId>,
    stopped: Stopped,
    levels: BTreeMap<Digest, BTreeMap<ToolName, Option<Level>>>,
    runs: BTreeMap<RunId, (ServiceName, Digest)>,
    switches: BTreeMap<(DomainName, SwitchId), Switch>,
}

fn count(number: &mut u64) {
    *number = number.saturating_add(1);
}

impl History {
    /// Takes in the next event of a domain.
    pub(crate) fn absorb(&mut self, domain: &DomainName, event: &Event) {
        match event {
            Event::ContractActivated { terms, .. } => {
                let levels = terms.tools.iter().map(|(name, tool)| (name.clone(), tool.level)).collect();
                self.levels.insert(terms.digest, levels);
                self.stopped.knows(terms);
            }
            Event::RunStarted { run, service, contract, .. } => {
                count(&mut self.counts.runs);
                self.runs.insert(*run, (service.clone(), *contract));
            }
            Event::ActionDecided(decided) => self.decided(domain, decided),
            Event::ActionReleased { action, decision, .. } => match decision.outcome {
                Outcome::Admit => self.admitted(domain, *action),
                Outcome::Escalate | Outcome::Throttle | Outcome::Deny | Outcome::Stop => {}
            },
            Event::ActionSettled(settled) => self.settled(settled.action, &settled.settlement),
            Event::SwitchSet(switch) => {
                self.switches.insert((domain.clone(), switch.id), switch.clone());
            }
            Event::SwitchReleased { switch, .. } => {
                self.switches.remove(&(domain.clone(), *switch));
            }
            Event::StepParked(step) => {
                if self.parked.insert(step.target) {
                    count(&mut self.counts.parked);
                }
            }
            Event::TripwireTripped(_)
            | Event::AlertAcknowledged(_)
            | Event::ContractProposed(_)
            | Event::ContractApproved(_)
            | Event::ContractRevoked(_)
            | Event::KeyRegistered(_)
            | Event::ApprovalsRequired { .. }
            | Event::DomainConfigured { .. }
            | Event::ForbiddenAttempted { .. }
            | Event::ActionStarted { .. }
            | Event::ActionResent { .. }
            | Event::DoubtStated(_)
            | Event::EscalationVoted { .. }
            | Event::EscalationHandedOver(_)
            | Event::EscalationClosed { .. }
            | Event::ActionReturned(_)
            | Event::SwitchExplained { .. }
            | Event::ReleaseRequested { .. }
            | Event::RunEnded { .. }
            | Event::RollbackPlanned { .. }
            | Event::RollbackStarted { .. }
            | Event::RollbackClosed { .. }
            | Event::RollbackPaused { .. }
            | Event::RollbackResumed { .. }
            | Event::RollbackReopened { .. }
            | Event::StepSkipped { .. }
            | Event::UndoVerified(_)
            | Event::PracticeAsked(_)
            | Event::PracticeClosed(_)
            | Event::CredentialIssued { .. }
            | Event::CredentialRevoked { .. } => {}
        }
    }

    fn decided(&mut self, domain: &DomainName, decided: &ActionDecided) {
        let proposal = &decided.proposal;
        count(&mut self.counts.actions);
        if let Some(rule) = self.stopped.by(decided) {
            count(self.counts.stopped_by.entry(rule).or_default());
        }
        let undoes = decided.undoes.map(|(target, _)| target);
        let params = proposal.params.value();
        let deed = Deed::new(proposal.run, proposal.tool.as_str(), params, Fate::NotAdmitted, undoes);
        let deed = Deed { for_people: decided.is_for_people(), ..deed };
        self.deeds.insert(proposal.action, deed);
        match decided.decision.outcome {
            Outcome::Admit => self.admitted(domain, proposal.action),
            Outcome::Escalate => count(&mut self.counts.escalated),
            Outcome::Throttle => count(&mut self.counts.throttled),
            Outcome::Deny | Outcome::Stop => count(&mut self.counts.denied),
        }
    }

    fn admitted(&mut self, domain: &DomainName, action: ActionId) {
        count(&mut self.counts.admitted);
        let Some(deed) = self.deeds.get_mut(&action) else { return };
        deed.fate = Fate::Admitted;
        // An operator's compensation is no autonomy.
        if deed.for_people {
            return;
        }
        let Some((service, contract)) = self.runs.get(&deed.run) else { return };
        let known = self.levels.get(contract).and_then(|tools| tools.get(&deed.tool)).copied().flatten();
        let level = known.unwrap_or(Level::Execute);
        let place = Place { domain, service, tool: Some(&deed.tool), run: Some(deed.run) };
        let above = |(of, switch): (&(DomainName, SwitchId), &Switch)| {
            of.0 == *domain && switch.ceiling < level && switch.scope.covers(place)
        };
        if self.switches.iter().any(above) {
            count(&mut self.counts.late_admits);
        }
    }

    fn settled(&mut self, action: ActionId, settlement: &Settlement) {
        let Some(deed) = self.deeds.get_mut(&action) else { return };
        if deed.fate == Fate::InDoubt {
            // Doubt has been resolved, or is resolved into doubt again.
            self.counts.in_doubt = self.counts.in_doubt.saturating_sub(1);
        }
        match settlement {
            Settlement::Succeeded { result } => {
                count(&mut self.counts.executed);
                deed.fate = Fate::Succeeded(result.value());
                if let Some(target) = deed.undoes
                    && self.undone.insert(target, action).is_none()
                {
                    count(&mut self.counts.undone);
                }
            }
            Settlement::Failed { .. } => {
                count(&mut self.counts.failed);
                deed.fate = Fate::Failed;
            }
            Settlement::InDoubt { .. } => {
                count(&mut self.counts.in_doubt);
                deed.fate = Fate::InDoubt;
            }
        }
    }
}
