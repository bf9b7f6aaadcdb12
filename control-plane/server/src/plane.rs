//! The parts of a running control plane, as the edges use them.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
};

use remit_contract::{CompiledContract, Folder, Problem};
use remit_core::{ActionId, Digest, DomainName, Person, RunId, ServiceName, event::Holder, state::State};
use remit_journal::{Journal, Record};
use tokio::sync::{RwLock, Semaphore, broadcast};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    alert::Webhooks,
    auth::{self, Caller},
    canary::Rounds,
    claims::Claims,
    contracts::Contracts,
    domain::Domain,
    domains::Domains,
    error::Error,
    last_good::LastGoods,
    latch::Latch,
    llm::{Parcels, Shown},
    metrics::Metrics,
    practice::Practices,
    reach::Clients,
    upstreams::Upstreams,
    view::{OpenRuns, View},
    walk::Walks,
};

/// The domain that holds credentials; no contract may name it.
pub const CONTROL: &str = remit_core::person::CONTROL_DOMAIN;

/// One domain: its loop and what it shows.
#[derive(Debug)]
pub(crate) struct Ward {
    pub(crate) domain: Domain,
    pub(crate) view: Arc<View>,
    pub(crate) updates: broadcast::Sender<Arc<Record>>,
}

/// Everything that runs.
#[derive(Debug)]
pub(crate) struct Plane {
    pub(crate) environment: String,
    pub(crate) journal: Journal,
    pub(crate) wards: BTreeMap<DomainName, Ward>,
    pub(crate) contracts: Arc<Contracts>,
    /// True when people approve versions, false when folders are active as they stand.
    pub(crate) approvals: bool,
    pub(crate) open: Arc<OpenRuns>,
    pub(crate) upstreams: Upstreams,
    pub(crate) clients: Clients,
    pub(crate) last_good: LastGoods,
    /// Stops all of it from beside it.
    pub(crate) latch: Latch,
    /// Prompts of model calls that are under way.
    pub(crate) parcels: Parcels,
    /// The prompts of model calls that people are asked about.
    pub(crate) shown: Shown,
    /// Who is reading which question.
    pub(crate) claims: Claims,
    /// Questions with known answers that are put to people.
    pub(crate) practice: Practices,
    pub(crate) metrics: Metrics,
    /// What the canaries of the active versions have shown.
    pub(crate) canaries: Rounds,
    /// Rollbacks that are walked at this moment.
    pub(crate) walks: Walks,
    /// The files of domains; what they say is in the journals.
    pub(crate) domains: Domains,
    /// Whoever reads a whole record waits for the one before.
    pub(crate) reviews: Semaphore,
    /// Held by each approval from the look at its approver's key to its commit; a key is registered while nobody holds it. So
    /// whoever has a key has signed every approval that is later in time.
    pub(crate) signing: RwLock<()>,
    /// See [`Plane::identity`].
    pub(crate) identity: OnceLock<Digest>,
    /// Where alerts are posted.
    pub(crate) webhooks: Webhooks,
    /// Actions that are being carried out; a graceful end waits for them.
    pub(crate) working: TaskTracker,
    /// Cancelled when a graceful end begins.
    pub(crate) stop: CancellationToken,
}

impl Plane {
    /// The domains of the business, without the control domain.
    pub(crate) fn business(&self) -> impl Iterator<Item = &Ward> {
        self.wards.iter().filter(|(name, _)| name.as_str() != CONTROL).map(|(_, ward)| ward)
    }

    /// What people look at: the domains of the business, and practice questions beside them.
    pub(crate) fn views(&self, open_practice_only: bool) -> Vec<Arc<View>> {
        let business = self.business().map(|ward| Arc::clone(&ward.view));
        business.chain(self.practice.views(open_practice_only)).collect()
    }

    pub(crate) fn ward(&self, name: &DomainName) -> Result<&Ward, Error> {
        self.wards.get(name).ok_or_else(|| Error::NotFound(format!("there is no domain `{name}` here")))
    }

    /// Which control plane this is, for good: the hash of the first event in the control domain, which holds the
    /// first operator's credential and so is like no other. A journal that was copied is the same control plane.
    pub(crate) fn identity(&self) -> Result<Digest, Error> {
        let known = self.identity.get().copied();
        known.ok_or_else(|| Error::Unavailable("the control plane has no identity yet".to_owned()))
    }

    /// The domain that keeps credentials.
    pub(crate) fn control(&self) -> Result<&Ward, Error> {
        self.ward(&DomainName::from(CONTROL))
    }

    /// Everybody with a credential that counts.
    pub(crate) fn people(&self) -> Result<Vec<Person>, Error> {
        Ok(self.control()?.view.read(|inner| {
            let credentials = inner.state.credentials.values().filter(|known| known.revoked.is_none());
            let people = credentials.filter_map(|known| match &known.holder {
                Holder::Operator { person } => Some(person.clone()),
                Holder::Service { .. } => None,
            });
            people.collect()
        }))
    }

    /// Finds the caller of a request.
    pub(crate) fn authenticate(&self, header: Option<&str>) -> Result<Caller, Error> {
        let control = self.control()?;
        let look = |state: &State| auth::authenticate(state, auth::bearer(header));
        Ok(control.view.read(|inner| look(&inner.state))?)
    }

    /// The domain of a service.
    pub(crate) fn service_ward(&self, name: &ServiceName) -> Result<&Ward, Error> {
        self.business()
            .find(|ward| ward.view.read(|inner| inner.state.services.contains_key(name)))
            .ok_or_else(|| Error::NotFound(format!("there is no service `{name}` here")))
    }

    /// Every domain that knows a service: one, but for journals of before that was held.
    pub(crate) fn service_wards(&self, name: &ServiceName) -> Result<Vec<&Ward>, Error> {
        let first = self.service_ward(name)?;
        let knows = |ward: &&Ward| ward.view.read(|inner| inner.state.services.contains_key(name));
        let others = self.business().filter(|ward| ward.domain.name() != first.domain.name()).filter(knows);
        Ok(std::iter::once(first).chain(others).collect())
    }

    /// Asks whether a service's name is free for this domain. Two domains with one name would pay an effect
    /// twice, and a stop of the service would reach only one of them.
    pub(crate) fn is_at_home(&self, service: &ServiceName, domain: &DomainName) -> Result<(), Error> {
        let elsewhere = self
            .business()
            .find(|ward| ward.domain.name() != domain && ward.view.read(|inner| inner.state.claims(service)));
        elsewhere.map_or(Ok(()), |ward| {
            Err(Error::Conflict(format!(
                "the service `{service}` is of domain `{}`, the contract names `{domain}`; a service has one domain, for good: \
                 keep it, or give the service another name",
                ward.domain.name()
            )))
        })
    }

    /// Asks whether a contract that was sent counts in the currency of its domain, whose place is named, too.
    pub(crate) fn counts_alike(&self, contract: &CompiledContract) -> Result<(), Error> {
        let clash = self.domains.clash(contract, Path::new("contract.yaml"));
        clash.map_or(Ok(()), |it| {
            let place = format!("{}:{}:{}", it.file, it.line, it.column);
            Err(Error::Conflict(format!("{place}: {}; {}", it.message, it.remedy)))
        })
    }

    /// Asks whether runs of a service may begin as this process was started: on the way of a laptop only those
    /// whose folder was given.
    pub(crate) fn serves(&self, service: &ServiceName) -> Result<(), Error> {
        let given = |contract: &Arc<CompiledContract>| contract.terms().service == *service;
        if self.approvals || self.contracts.configured().iter().any(given) {
            return Ok(());
        }
        Err(Error::Conflict(format!(
            "no folder with a contract of `{service}` was given at the start, so no run of it begins; those that are open go on"
        )))
    }

    /// The active version of a service.
    pub(crate) fn contract(&self, name: &ServiceName) -> Result<Arc<CompiledContract>, Error> {
        let active =
            |inner: &crate::view::Inner| inner.state.services.get(name).map(|known| known.active.digest);
        let digest = self.service_ward(name)?.view.read(active);
        digest
            .and_then(|digest| self.contracts.get(&digest))
            .ok_or_else(|| Error::Unavailable(format!("the active contract of `{name}` is not loaded")))
    }

    /// The folder of a version, from the journal, else the copy from which it was loaded; none where neither is kept.
    pub(crate) fn folder(&self, ward: &Ward, digest: Digest) -> Option<Result<Folder, Vec<Problem>>> {
        let files = ward.view.read(|inner| inner.state.versions.get(&digest).map(|it| it.files.clone()));
        match files.filter(|files| !files.is_empty()) {
            Some(files) => Some(Folder::of((*files).clone())),
            None => self.contracts.folder(digest).map(Ok),
        }
    }

    /// The domain of a run that is open or recent.
    pub(crate) fn run_ward(&self, run: RunId) -> Result<&Ward, Error> {
        self.business()
            .find(|ward| ward.view.read(|inner| inner.runs.contains_key(&run)))
            .ok_or_else(|| Error::NotFound(format!("there is no run `{run}` here")))
    }

    /// The domain of an action that is open or recent.
    pub(crate) fn action_ward(&self, action: ActionId) -> Result<&Ward, Error> {
        self.business()
            .find(|ward| ward.view.read(|inner| inner.actions.contains_key(&action)))
            .ok_or_else(|| Error::NotFound(format!("there is no action `{action}` here")))
    }
}
