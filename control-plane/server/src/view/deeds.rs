//! What people did to the control plane, kept longer than other records since it is little: the audit of a domain.

use std::sync::Arc;

use remit_core::{ActionId, Digest, Event, ServiceName, SwitchId, event::Holder, switch::Scope};
use remit_journal::Record;

use super::Inner;

/// Deeds that stay in memory; the journal has the older ones.
const RECENT_DEEDS: usize = 2_000;

/// One deed with what its record leaves to the state: whose it was, and what it was about.
#[derive(Debug)]
pub(crate) struct Deed {
    pub(crate) record: Arc<Record>,
    pub(crate) service: Option<ServiceName>,
    /// The scope of a switch, a version, a tool, the holder of a token; empty where the record says all.
    pub(crate) about: String,
}

impl Inner {
    /// Notes what somebody did, before it is folded: a switch that is lifted is still known then.
    pub(super) fn notice_deed(&mut self, record: &Arc<Record>) {
        let Some(about) = self.about(&record.event) else { return };
        let service = self.service_of(&record.event);
        self.deeds.push_back(Arc::new(Deed { record: Arc::clone(record), service, about }));
        if self.deeds.len() > RECENT_DEEDS {
            self.deeds.pop_front();
            self.older_deeds = self.older_deeds.saturating_add(1);
        }
    }

    /// What a deed is about, in words; nothing where it is none.
    fn about(&self, event: &Event) -> Option<String> {
        Some(match event {
            Event::ContractActivated { terms, .. } => format!("{} {}", terms.service, terms.version),
            Event::ContractProposed(it) => format!("{} {}", it.terms.service, it.terms.version),
            Event::ContractApproved(it) => self.version(it.digest),
            Event::ContractRevoked(it) => self.version(it.digest),
            Event::EscalationVoted { action, .. } => self.tool(*action),
            Event::EscalationHandedOver(it) => self.tool(it.action),
            Event::DoubtStated(it) => self.tool(it.action),
            Event::AlertAcknowledged(it) => format!("{} of {} in {}", it.condition, it.about, it.scope),
            Event::StepSkipped { target, .. } => self.tool(*target),
            Event::SwitchSet(switch) => switch.scope.to_string(),
            Event::SwitchExplained { switch, .. }
            | Event::ReleaseRequested { switch, .. }
            | Event::SwitchReleased { switch, .. } => self.scope(*switch),
            // Before it has ended nobody is told that there is one; what nobody answered is nobody's deed.
            Event::PracticeClosed(closed) if closed.is_right().is_some() => closed.asked.tool.to_string(),
            Event::PracticeAsked(_) | Event::PracticeClosed(_) => return None,
            Event::CredentialIssued { holder, .. } => holder_of(holder),
            Event::CredentialRevoked { credential, .. } => {
                self.state.credentials.get(credential).map_or_else(String::new, |it| holder_of(&it.holder))
            }
            Event::ApprovalsRequired { .. }
            | Event::DomainConfigured { .. }
            | Event::KeyRegistered(_)
            | Event::RollbackPlanned { .. }
            | Event::RollbackStarted { .. }
            | Event::RollbackPaused { .. }
            | Event::RollbackResumed { .. } => String::new(),
            Event::RunStarted { .. }
            | Event::ForbiddenAttempted { .. }
            | Event::ActionDecided(_)
            | Event::ActionStarted { .. }
            | Event::ActionSettled(_)
            | Event::ActionResent { .. }
            | Event::EscalationClosed { .. }
            | Event::ActionReleased { .. }
            | Event::ActionReturned(_)
            | Event::TripwireTripped(_)
            | Event::RunEnded { .. }
            | Event::RollbackClosed { .. }
            | Event::StepParked(_)
            | Event::UndoVerified(_)
            | Event::RollbackReopened { .. } => return None,
        })
    }

    fn service_of(&self, event: &Event) -> Option<ServiceName> {
        let version = |digest: Digest| self.state.versions.get(&digest).map(|it| it.terms.service.clone());
        if let Event::ContractActivated { terms, .. } = event {
            return Some(terms.service.clone());
        }
        if let Event::ContractProposed(it) = event {
            return Some(it.terms.service.clone());
        }
        if let Event::ContractApproved(it) = event {
            return version(it.digest);
        }
        if let Event::ContractRevoked(it) = event {
            return version(it.digest);
        }
        if let Event::PracticeClosed(closed) = event {
            return Some(closed.asked.service.clone());
        }
        if let Event::AlertAcknowledged(it) = event
            && let Scope::Service(service) | Scope::Tool(service, _) = &it.scope
        {
            return Some(service.clone());
        }
        if let Event::SwitchSet(switch) = event
            && let Scope::Service(service) | Scope::Tool(service, _) = &switch.scope
        {
            return Some(service.clone());
        }
        self.state.runs.get(&event.run()?).map(|run| run.terms.service.clone())
    }

    fn version(&self, digest: Digest) -> String {
        let terms = self.state.versions.get(&digest).map(|it| &it.terms);
        terms.map_or_else(|| digest.to_string(), |terms| format!("{} {}", terms.service, terms.version))
    }

    fn tool(&self, action: ActionId) -> String {
        let card = self.actions.get(&action);
        card.map_or_else(|| action.to_string(), |card| format!("{} {action}", card.action.tool))
    }

    fn scope(&self, switch: SwitchId) -> String {
        let known = self.state.switches.get(&switch);
        known.map_or_else(|| switch.to_string(), |it| it.scope.to_string())
    }
}

fn holder_of(holder: &Holder) -> String {
    match holder {
        Holder::Service { name, .. } => format!("service {name}"),
        Holder::Operator { person } => person.name.clone(),
    }
}

#[cfg(test)]
mod tests;
