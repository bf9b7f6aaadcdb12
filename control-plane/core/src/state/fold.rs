//! The fold: what each event does to the state. What happened, happened.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    DomainName, DomainSettings, RunId, Timestamp, Tripped,
    action::ActionMove,
    budget::Budget,
    course::Course,
    digest_map::DigestMap,
    event::Event,
    state::{Credential, Phase, Retention, Run, State},
    switch::{ReleaseRequest, Scope},
    usage::Tokens,
};

mod action;
mod breaker;
mod doubt;
mod escalation;
mod forget;
mod money;
mod practice;
mod radius;
mod rollback;
mod version;

pub use radius::Counted;

impl State {
    /// Replays a history.
    pub fn replay<'a>(domain: DomainName, history: impl IntoIterator<Item = &'a (Timestamp, Event)>) -> Self {
        let mut state = Self::new(domain);
        for (at, event) in history {
            state.apply(event, *at);
        }
        state
    }

    /// Lets one event have happened.
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        self.latest = self.latest.max(at);
        self.position = self.position.saturating_add(1);
        let at = self.latest;
        self.forget(at);
        let noticed = self.notice(event, at);
        match event {
            Event::ContractProposed(_)
            | Event::ContractApproved(_)
            | Event::ApprovalsRequired { .. }
            | Event::ContractActivated { .. }
            | Event::ContractRevoked(_)
            | Event::KeyRegistered(_) => self.version_moved(event, at),
            Event::DomainConfigured { settings, .. } => self.configured(settings),
            Event::RunStarted { .. } => self.run_started(event, at),
            Event::ForbiddenAttempted { service, tool, .. } => {
                if let Some(service) = self.services.get_mut(service) {
                    service.security_findings = service.security_findings.saturating_add(1);
                    service.attempted.insert(tool.clone(), at);
                }
            }
            Event::ActionDecided(decided) => self.decided(decided, at),
            Event::ActionStarted { action, .. } => {
                self.moved(*action, ActionMove::Start);
                self.sent(*action, at);
            }
            Event::ActionResent { action, .. } => self.sent(*action, at),
            Event::DoubtStated(stated) => self.stated(stated),
            Event::ActionSettled(settled) => self.settled(settled, at),
            Event::EscalationVoted { escalation, vote, .. } => self.voted(*escalation, vote),
            Event::EscalationHandedOver(handed) => self.handed_over(handed, at),
            Event::EscalationClosed { escalation, action, status, note, .. } => {
                self.escalation_closed(*escalation, *action, (*status, note));
            }
            Event::ActionReleased { action, decision, moved, .. } => {
                self.released(*action, decision, moved, at);
            }
            Event::ActionReturned(returned) => self.returned(returned, at),
            Event::SwitchSet(_)
            | Event::SwitchExplained { .. }
            | Event::ReleaseRequested { .. }
            | Event::SwitchReleased { .. } => self.switch_moved(event),
            Event::TripwireTripped(tripped) => self.tripped(tripped, at),
            Event::AlertAcknowledged(told) => self.acknowledged(told, at),
            Event::RunEnded { run, stopped, reason, .. } => {
                if let Some(run) = self.runs.get_mut(run) {
                    run.reason = *reason;
                }
                self.run_closed(*run, if *stopped { Phase::Stopped } else { Phase::Completed }, at);
            }
            Event::RollbackPlanned { .. }
            | Event::RollbackStarted { .. }
            | Event::RollbackPaused { .. }
            | Event::RollbackResumed { .. }
            | Event::RollbackReopened { .. }
            | Event::RollbackClosed { .. } => self.rollback_moved(event, at),
            Event::StepParked(parked) => self.step_parked(parked),
            Event::StepSkipped { plan, target, .. } => self.step_skipped(*plan, *target),
            Event::UndoVerified(verified) => self.undo_verified(verified),
            Event::PracticeAsked(asked) => self.practice_asked(asked, at),
            Event::PracticeClosed(closed) => self.practice_closed(closed, at),
            Event::CredentialIssued { .. } | Event::CredentialRevoked { .. } => {
                self.credential_moved(event, at);
            }
        }
        if let Some(noticed) = noticed {
            self.noticed(noticed, at);
        }
        if let Some(run) = event.run() {
            self.schedule(run, at);
        }
    }

    fn configured(&mut self, settings: &DomainSettings) {
        self.meters.follow(&settings.blast_radius);
        self.wires.follow(&settings.tripwires);
        let before = self.settings.replace(settings.clone());
        let before = before.map(|before| before.throttle).unwrap_or_default();
        self.arrivals.begin_anew(&before, &settings.throttle);
    }

    fn tripped(&mut self, tripped: &Tripped, at: Timestamp) {
        let wires = match &tripped.scope {
            Scope::Service(service) => self.services.get_mut(service).map(|service| &mut service.wires),
            Scope::Domain(_) => Some(&mut self.wires),
            Scope::All | Scope::Tool(..) | Scope::Run(_) => None,
        };
        if let Some(wires) = wires {
            wires.tripped(&tripped.wire, tripped.switch, at);
        }
    }

    fn run_started(&mut self, event: &Event, at: Timestamp) {
        let Event::RunStarted { run, name, service, principal, declared, .. } = event else { return };
        let Some(terms) = self.services.get(service).map(|service| Arc::clone(&service.active)) else {
            return;
        };
        self.run_names.insert((service.clone(), name.clone()), *run);
        let limits = terms.limits_of(declared.workflow.as_ref());
        let opened = Run {
            id: *run,
            name: name.clone(),
            principal: principal.clone(),
            started_at: at,
            phase: Phase::Open,
            ended_at: None,
            reason: None,
            budget: Budget::new(limits.spend),
            tokens: Tokens::default(),
            limits,
            terms,
            workflow: declared.workflow.clone(),
            request: declared.request.as_ref().map(crate::CanonicalJson::digest),
            calls: 0,
            tool_calls: BTreeMap::new(),
            same_calls: DigestMap::default(),
            keys: DigestMap::default(),
            course: Course::default(),
            evidence: BTreeMap::new(),
            actions: Vec::new(),
            denied: 0,
            retention: Retention::Needed,
        };
        self.runs.insert(*run, opened);
    }

    /// The name is free again, and what was kept for deciding is needed no more. Keys stay: a call that
    /// is sent again after the end still joins the first one.
    pub(super) fn run_closed(&mut self, id: RunId, phase: Phase, at: Timestamp) {
        let Some(run) = self.runs.get_mut(&id) else { return };
        run.phase = phase;
        run.ended_at.get_or_insert(at);
        run.same_calls.clear();
        run.course = Course::default();
        run.evidence.clear();
        let name = (run.terms.service.clone(), run.name.clone());
        // A run that was stopped keeps its name for a while: see `Run::bars_its_name`. A later run may
        // bear the name by now.
        if phase != Phase::Stopped && self.run_names.get(&name) == Some(&id) {
            self.run_names.remove(&name);
        }
    }

    fn switch_moved(&mut self, event: &Event) {
        if let Event::SwitchSet(switch) = event {
            self.switches.insert(switch.id, switch.clone());
        } else if let Event::SwitchExplained { switch, reason, review_at, owner, .. } = event {
            if let Some(switch) = self.switches.get_mut(switch) {
                switch.reason.clone_from(reason);
                switch.review_at = review_at.or(switch.review_at);
                switch.owner = owner.clone().or_else(|| switch.owner.take());
            }
        } else if let Event::ReleaseRequested { switch, by, reason, until } = event {
            let request = ReleaseRequest { by: by.clone(), reason: reason.clone(), until: *until };
            self.release_requests.insert(*switch, request);
        } else if let Event::SwitchReleased { switch, .. } = event {
            self.switches.remove(switch);
            self.release_requests.remove(switch);
            self.services.values_mut().for_each(|service| service.wires.lifted(*switch));
            self.wires.lifted(*switch);
        }
    }

    fn credential_moved(&mut self, event: &Event, at: Timestamp) {
        if let Event::CredentialIssued { credential, holder, hash, by } = event {
            let issued = Credential {
                holder: holder.clone(),
                hash: *hash,
                issued_at: at,
                by: by.clone(),
                revoked: None,
            };
            self.credentials.insert(*credential, issued);
        } else if let Event::CredentialRevoked { credential, by } = event
            && let Some(credential) = self.credentials.get_mut(credential)
        {
            credential.revoked = Some((at, by.clone()));
        }
    }
}
