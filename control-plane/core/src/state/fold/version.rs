//! What the fold does to contract versions and to the keys of those who approve them.

use std::sync::Arc;

use crate::{
    Backtest, Digest, Event, ServiceName, Terms, Timestamp,
    state::{Service, State},
    version::{Duty, Files, Key, Version, VersionMove, VersionStatus},
};

impl State {
    pub(super) fn version_moved(&mut self, event: &Event, at: Timestamp) {
        if let Event::ContractProposed(proposed) = event {
            let version = self.version(&Arc::new(proposed.terms.clone()));
            version.files = Arc::new(proposed.files.clone());
            version.proposed = Some((proposed.by.clone(), at));
            version.approved = None;
            version.hands.insert((proposed.by.name.clone(), Duty::Build));
            version.step(VersionMove::Propose);
        } else if let Event::ContractApproved(approved) = event
            && let Some(version) = self.versions.get_mut(&approved.digest)
        {
            version.approved = Some(((**approved).clone(), at));
            version.hands.insert((approved.by.name.clone(), Duty::Approve));
            version.step(VersionMove::Approve);
        } else if let Event::ApprovalsRequired { by: _ } = event {
            self.approvals = true;
            self.versions
                .values_mut()
                .filter(|it| !it.by_people)
                .for_each(|it| it.step(VersionMove::Supersede));
        } else if let Event::ContractActivated { terms, by } = event {
            self.activated(&Arc::new((**terms).clone()), by, at);
        } else if let Event::ContractRevoked(revoked) = event
            && let Some(version) = self.versions.get_mut(&revoked.digest)
        {
            version.revoked = Some(((**revoked).clone(), at));
            version.step(VersionMove::Revoke);
        } else if let Event::KeyRegistered(registered) = event {
            let (owner, public) = (registered.by.name.clone(), registered.public.clone());
            self.keys.insert(registered.key, Key { owner, public, registered_at: at });
        }
    }

    fn version(&mut self, terms: &Arc<Terms>) -> &mut Version {
        self.versions.entry(terms.digest).or_insert_with(|| Version {
            terms: Arc::clone(terms),
            files: Arc::new(Files::new()),
            status: VersionStatus::Proposed,
            proposed: None,
            approved: None,
            activated: None,
            revoked: None,
            hands: std::collections::BTreeSet::new(),
            by_people: false,
        })
    }

    fn activated(&mut self, terms: &Arc<Terms>, by: &str, at: Timestamp) {
        let service = self.services.entry(terms.service.clone()).or_insert_with(|| Service {
            active: Arc::clone(terms),
            arrivals: std::collections::BTreeMap::new(),
            breakers: std::collections::BTreeMap::new(),
            in_flight: std::collections::BTreeMap::new(),
            arrival: None,
            accounts: crate::account::Accounts::default(),
            meters: crate::radius::Meters::default(),
            wires: crate::tripwire::Wires::default(),
            familiar: crate::familiar::Familiar::default(),
            security_findings: 0,
            attempted: std::collections::BTreeMap::new(),
        });
        let before: Digest = service.active.digest;
        service.active = Arc::clone(terms);
        service.meters.follow(&terms.blast_radius);
        service.wires.follow(&terms.tripwires);
        if before != terms.digest
            && let Some(before) = self.versions.get_mut(&before)
        {
            before.step(VersionMove::Supersede);
        }
        let version = self.version(terms);
        version.by_people = version.status == VersionStatus::Approved && by != crate::person::CONTROL_PLANE;
        version.activated = Some((by.to_owned(), at));
        version.hands.insert((by.to_owned(), Duty::Run));
        version.step(VersionMove::Load);
    }

    /// The version with which the next one is compared: the active one, unless it decides nothing for want of
    /// an approval. What nobody approved is no ground on which a difference could be approved.
    pub fn base(&self, service: &ServiceName) -> Option<Digest> {
        let active = self.services.get(service)?.active.digest;
        (!self.approvals || self.is_by_people(&active)).then_some(active)
    }

    /// True when people brought this version to life, not a folder.
    pub fn is_by_people(&self, digest: &Digest) -> bool {
        self.versions.get(digest).is_some_and(|version| version.by_people)
    }

    /// True when a service's name belongs to this domain: a version of it was active here once, or somebody
    /// wants one that nobody has revoked.
    pub fn claims(&self, service: &ServiceName) -> bool {
        let wanted = |it: &Version| it.terms.service == *service && it.status != VersionStatus::Revoked;
        self.services.contains_key(service) || self.versions.values().any(wanted)
    }

    /// True where no folder becomes active by itself: approvals are required, or a version was approved once.
    pub fn wants_approvals(&self) -> bool {
        let approved = |version: &Version| version.hands.iter().any(|(_, duty)| *duty == Duty::Approve);
        self.approvals || self.versions.values().any(approved)
    }

    /// True where nobody approves or activates a version without what the record says about it.
    pub fn wants_review(&self) -> bool {
        self.settings.as_ref().is_some_and(|settings| settings.backtest == Backtest::Required)
    }

    /// True when nothing may begin under this version any more.
    pub fn is_revoked(&self, digest: &Digest) -> bool {
        self.versions.get(digest).is_some_and(|version| version.status == VersionStatus::Revoked)
    }
}

impl Version {
    /// What happened, happened: a move that the table does not have leaves the status alone.
    fn step(&mut self, by: VersionMove) {
        if let Ok(next) = VersionStatus::next(Some(self.status), by) {
            self.status = next;
        }
    }
}
