//! Starting and ending a control plane.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use remit_core::{
    Command, DomainName, Person, SwitchId,
    event::Holder,
    person::{ADMIN_GROUP, CONTROL_PLANE, not_a_name},
    state::State,
    switch::{Scope, Switch},
};
use remit_journal::Journal;
use tokio::{
    net::TcpListener,
    sync::{RwLock, Semaphore, broadcast},
    task::JoinHandle,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Config, Versions,
    alert::Webhooks,
    auth, canary,
    canary::Rounds,
    claims::Claims,
    clock, contracts,
    contracts::Contracts,
    data_dir,
    domain::{Domain, Fault, Publisher},
    domains::{self, Domains},
    doubt, edge,
    effects::Effects,
    keeper::Keeper,
    last_good::LastGoods,
    latch::{self, Latch},
    llm::{Parcels, Shown},
    metrics::Metrics,
    plane::{CONTROL, Plane, Ward},
    practice::{self, Practices},
    reach::Clients,
    release, runner, secrets, stop_line,
    upstreams::Upstreams,
    view::{OpenRuns, View},
    walk,
    walk::Walks,
};

mod configures;
mod decides;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

/// Records that a subscriber may lag behind before it has to catch up from the journal.
pub(crate) const UPDATES: usize = 8_192;

/// How long a graceful end waits for what is being carried out.
const GRACE: Duration = Duration::from_secs(10);

/// Why a control plane cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The contracts.
    #[error(transparent)]
    Contracts(#[from] contracts::Error),
    /// The data directory.
    #[error(transparent)]
    Data(#[from] data_dir::Error),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] remit_journal::Error),
    /// Variables and secrets.
    #[error("contract of `{service}`: {source}")]
    Secret {
        /// Whose contract.
        service: String,
        /// What is wrong.
        source: secrets::Error,
    },
    /// A contract clashes with what is published.
    #[error("cannot activate the contract of `{service}`: {cause}")]
    Activation {
        /// Whose contract.
        service: String,
        /// Why.
        cause: String,
    },
    /// The files of domains.
    #[error(transparent)]
    Domains(#[from] domains::Error),
    /// A folder cannot replace what people approve.
    #[error(
        "people approve the contract versions of domain `{domain}`, so no folder becomes active there any more\nhint: start with `--approval required`, or give another directory with `--data`"
    )]
    Approved {
        /// Which domain.
        domain: DomainName,
    },
    /// The operating system.
    #[error("{what}: {cause}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why not.
        cause: String,
    },
}

impl Error {
    fn of<E: std::fmt::Display>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::System { what, cause: error.to_string() }
    }
}

/// A control plane that serves.
#[derive(Debug)]
pub struct Running {
    plane: Arc<Plane>,
    address: SocketAddr,
    stop_address: SocketAddr,
    token: String,
    context: PathBuf,
    edge: JoinHandle<()>,
    tasks: Vec<JoinHandle<()>>,
    keeper: Keeper,
}

/// Opens the data directory, replays the journal, activates the contracts and serves on the listener.
///
/// # Errors
/// Says what is wrong and what to do; nothing is half-started.
pub async fn start(config: Config, listener: TcpListener) -> Result<Running, Error> {
    launch(config, listener, Where::default()).await
}

/// As [`start`], but on a journal that is open already. One in memory ([`Journal::memory`]) makes a control
/// plane that forgets: for simulations, and to measure what durability costs.
///
/// # Errors
/// As [`start`].
pub async fn start_on(journal: Journal, config: Config, listener: TcpListener) -> Result<Running, Error> {
    launch(config, listener, Where { journal: Some(journal), sandbox: None }).await
}

/// As [`start`], but every tool of every contract is at `SANDBOX/UPSTREAM` instead of where the contract says: to
/// rehearse what a contract does without its tools. No credential is looked up, nobody is alerted, and folders are
/// enough where the domain's file wants reviews, since nobody proposes a version.
///
/// # Errors
/// As [`start`].
pub async fn start_in_sandbox(
    sandbox: String,
    config: Config,
    listener: TcpListener,
) -> Result<Running, Error> {
    launch(config, listener, Where { journal: None, sandbox: Some(sandbox) }).await
}

/// Where a control plane writes and acts, when that is not where its configuration says.
#[derive(Default)]
struct Where {
    journal: Option<Journal>,
    sandbox: Option<String>,
}

async fn launch(
    config: Config,
    listener: TcpListener,
    Where { journal, sandbox }: Where,
) -> Result<Running, Error> {
    // Several parts use TLS: one provider, installed once a process; a second installation is the same one.
    drop(rustls::crypto::ring::default_provider().install_default());
    data_dir::prepare(&config.data)?;
    latch::prepare(&config.data).map_err(Error::of("make the latch"))?;
    let (folders, served, approvals) = match &config.versions {
        Versions::Folders(folders) => (folders.as_slice(), &[][..], false),
        Versions::Approved { domains } => (&[][..], domains.as_slice(), true),
    };
    let domains = Domains::load(&config.domains)?;
    let domains = if sandbox.is_some() { domains.in_sandbox() } else { domains };
    let contracts = Arc::new(Contracts::load(folders, &data_dir::archive(&config.data)?)?);
    configures::fit(&contracts, &domains)?;
    let upstreams = upstreams(&config, &contracts, sandbox)?;
    let webhooks = Webhooks::find(&domains, &upstreams.secrets())?;
    let clients = Clients::new().map_err(Error::of("make the HTTP client"))?;
    let address = listener.local_addr().map_err(Error::of("read the bound address"))?;
    let journal =
        if let Some(journal) = journal { journal } else { open_journal(config.data.clone()).await? };
    let open = Arc::new(OpenRuns::default());
    let (working, stop) = (TaskTracker::new(), CancellationToken::new());
    let (effects, obligations) = Effects::channel(working.clone());
    let keeper = Keeper::start().map_err(Error::of("start the thread of the domains"))?;
    let wards = wards(&journal, served, (&contracts, &open), (&effects, &keeper))?;
    drop(effects);
    upstreams.resolve_what_can(&contracts.loaded());
    let plane = Arc::new(Plane {
        environment: config.environment.clone(),
        journal,
        wards,
        contracts,
        approvals,
        open,
        upstreams,
        clients,
        last_good: LastGoods::default(),
        latch: Latch::new(config.data.clone()),
        parcels: Parcels::default(),
        shown: Shown::default(),
        claims: Claims::default(),
        practice: Practices::default(),
        metrics: Metrics::new(),
        canaries: Rounds::default(),
        walks: Walks::default(),
        domains,
        webhooks,
        reviews: Semaphore::new(1),
        signing: RwLock::new(()),
        identity: OnceLock::new(),
        working,
        stop: stop.clone(),
    });
    decides::may_start(&plane)?;
    configures::may_start(&plane)?;
    settle_in(&plane).await?;
    plane.latch.heed(&plane).await.map_err(Error::of("record that it is stopped on this machine"))?;
    let token = first_operator(&plane, &config.data).await?;
    decides::warn_of_strangers(&plane);
    identify(&plane)?;
    let stop_address = stop_line::open(&plane, &keeper, config.stop_listen)
        .map_err(Error::of("listen for stops (`--stop-listen` gives another address)"))?;
    let context = data_dir::write_context(&config, (address, stop_address), &token)?;
    let edge = tokio::spawn(edge::serve(Arc::clone(&plane), listener, stop.clone()));
    let mut tasks = watches(&plane, &stop);
    tasks.push(tokio::spawn(runner::run(Arc::clone(&plane), obligations)));
    tasks.push(keeper.handle().spawn(latch::watch(Arc::clone(&plane))));
    resume_releases(&plane);
    Ok(Running { plane, address, stop_address, token, context, edge, tasks, keeper })
}

/// What looks after questions, doubts, rollbacks and clauses from time to time.
fn watches(plane: &Arc<Plane>, stop: &CancellationToken) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(lapse(Arc::clone(plane), stop.clone())),
        tokio::spawn(canary::watch(Arc::clone(plane), stop.clone())),
        tokio::spawn(practice::watch(Arc::clone(plane), stop.clone())),
    ]
}

/// Where the tools are, and that what opens them is there for what is configured.
fn upstreams(config: &Config, contracts: &Contracts, sandbox: Option<String>) -> Result<Upstreams, Error> {
    let upstreams = Upstreams::new(config.variables.clone(), config.data.clone(), sandbox);
    for contract in contracts.configured() {
        upstreams.resolve(contract).map_err(|source| {
            let service = contract.terms().service.to_string();
            Error::Secret { service, source }
        })?;
    }
    Ok(upstreams)
}

impl Running {
    /// The bound address.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where stops are heard beside it.
    pub const fn stop_address(&self) -> SocketAddr {
        self.stop_address
    }

    /// The first operator's token.
    pub fn operator_token(&self) -> &str {
        &self.token
    }

    /// The console's context file in the data directory.
    pub fn context_file(&self) -> &Path {
        &self.context
    }

    /// The journal, for looking at.
    pub fn journal(&self) -> &Journal {
        &self.plane.journal
    }

    #[cfg(test)]
    pub(crate) const fn plane(&self) -> &Arc<Plane> {
        &self.plane
    }

    /// Stops taking requests, waits for what is being carried out (at most ten seconds; the rest is in
    /// doubt after the next start), and closes the journal.
    pub async fn shutdown(mut self) {
        self.plane.stop.cancel();
        self.plane.working.close();
        let done = async {
            self.plane.working.wait().await;
            // Answers of what has ended still leave.
            drop((&mut self.edge).await);
        };
        if tokio::time::timeout(GRACE, done).await.is_err() {
            tracing::warn!(
                "something is still under way: an action without an outcome is in doubt after the next start"
            );
        }
        self.edge.abort();
        for task in self.tasks {
            task.abort();
        }
        let journal = self.plane.journal.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || journal.close()).await {
            tracing::error!(%error, "the journal did not close");
        }
        drop(self.keeper);
    }
}

async fn open_journal(data: PathBuf) -> Result<Journal, Error> {
    let opened = tokio::task::spawn_blocking(move || Journal::open(&data)).await;
    Ok(opened.map_err(|error| Error::System { what: "open the journal", cause: error.to_string() })??)
}

/// Replays every domain, verifying its chain on the way, and starts its loop.
fn wards(
    journal: &Journal,
    domains: &[DomainName],
    (contracts, open): (&Arc<Contracts>, &Arc<OpenRuns>),
    (effects, keeper): (&Effects, &Keeper),
) -> Result<BTreeMap<DomainName, Ward>, Error> {
    let mut names = vec![DomainName::from(CONTROL)];
    names.extend(domains.iter().cloned());
    names.extend(contracts.configured().iter().map(|contract| contract.terms().domain.clone()));
    names.extend(journal.domains()?.into_iter().map(|(name, _)| name));
    names.sort();
    names.dedup();
    let mut wards = BTreeMap::new();
    for name in names {
        let mut state = State::new(name.clone());
        let view = Arc::new(View::new(name.clone(), Arc::clone(open)));
        let mut after = 0;
        journal.replay(&name, |record| {
            state.apply(&record.event, record.at);
            view.absorb(&[Arc::new(record.clone())], contracts);
            after = record.seq;
        })?;
        let (updates, _) = broadcast::channel(UPDATES);
        let publisher = Publisher {
            view: Arc::clone(&view),
            contracts: Arc::clone(contracts),
            updates: updates.clone(),
            effects: effects.clone(),
        };
        let domain = Domain::spawn(keeper.handle(), (state, after), journal.clone(), publisher);
        wards.insert(name, Ward { domain, view, updates });
    }
    Ok(wards)
}

/// Puts in doubt what was in flight, and makes the loaded versions the active ones.
async fn settle_in(plane: &Plane) -> Result<(), Error> {
    let failed = |fault: Fault| Error::System { what: "recover", cause: fault.to_string() };
    for ward in plane.business() {
        ward.domain.submit(Command::Recover).await.map_err(failed)?;
        ward.domain.submit(Command::Lapse).await.map_err(failed)?;
    }
    practice::withdraw_left(plane).await.map_err(failed)?;
    cover_new_domains(plane).await.map_err(failed)?;
    decides::settle(plane).await
}

/// A ceiling over everything covers a domain that comes later too.
async fn cover_new_domains(plane: &Plane) -> Result<(), Fault> {
    let over_all = |ward: &Ward| -> Vec<Switch> {
        ward.view.read(|inner| {
            let set = inner.state.switches.values();
            set.filter(|switch| switch.scope == Scope::All).cloned().collect()
        })
    };
    let all: BTreeMap<SwitchId, Switch> =
        plane.business().flat_map(over_all).map(|switch| (switch.id, switch)).collect();
    for ward in plane.business() {
        let here: Vec<SwitchId> = over_all(ward).iter().map(|switch| switch.id).collect();
        for switch in all.values().filter(|switch| !here.contains(&switch.id)) {
            let by = Person { name: switch.by.clone(), groups: [ADMIN_GROUP.into()].into() };
            ward.domain.submit(Command::SetSwitch { switch: switch.clone(), by }).await?;
        }
    }
    Ok(())
}

/// Finds out which control plane this is.
fn identify(plane: &Plane) -> Result<(), Error> {
    let first = plane.journal.read(&DomainName::from(CONTROL), 0, 1)?;
    let identity = first.first().and_then(|record| hex::encode(record.hash).parse().ok());
    let failed =
        || Error::System { what: "find the first event of the control domain", cause: "none".to_owned() };
    let _known = plane.identity.set(identity.ok_or_else(failed)?);
    Ok(())
}

/// The operator whom the first start creates; later starts find the token in the data directory.
async fn first_operator(plane: &Plane, data: &Path) -> Result<String, Error> {
    let control = plane
        .control()
        .map_err(|error| Error::System { what: "find the control domain", cause: error.to_string() })?;
    if let Some(token) = data_dir::read_token(data)? {
        let known = control.view.read(|inner| auth::authenticate(&inner.state, Some(&token)).is_ok());
        if known {
            return Ok(token);
        }
    }
    let minted = auth::mint();
    let name = std::env::var("USER").ok().filter(|name| not_a_name(name).is_none());
    let person =
        Person { name: name.unwrap_or_else(|| "operator".to_owned()), groups: [ADMIN_GROUP.into()].into() };
    let command = Command::IssueCredential {
        credential: minted.credential,
        holder: Holder::Operator { person },
        hash: minted.hash,
        by: CONTROL_PLANE.to_owned(),
    };
    control
        .domain
        .submit(command)
        .await
        .map_err(|fault| Error::System { what: "create the first operator", cause: fault.to_string() })?;
    data_dir::write_token(data, &minted.token)?;
    Ok(minted.token)
}

/// What was approved and neither released nor returned is looked at again.
fn resume_releases(plane: &Arc<Plane>) {
    for ward in plane.business() {
        let approved: Vec<_> = ward.view.read(|inner| {
            let state = &inner.state;
            state.held.keys().filter(|id| state.awaits_release(**id).is_some()).copied().collect()
        });
        for action in approved {
            let (shared, domain) = (Arc::clone(plane), ward.domain.name().clone());
            plane.working.spawn(async move { release::release(&shared, &domain, action).await });
        }
    }
}

/// Lets questions lapse at their deadline, and looks after what is in doubt and what is undone.
async fn lapse(plane: Arc<Plane>, stop: CancellationToken) {
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        for ward in plane.business() {
            let now = clock::now();
            let due = ward.view.read(|inner| {
                let held = inner.state.held.values().any(|held| now >= held.question.deadline);
                held || inner.state.is_overdue(now)
            });
            if due && let Err(fault) = ward.domain.submit(Command::Lapse).await {
                tracing::error!(domain = %ward.domain.name(), %fault, "questions could not lapse");
            }
            doubt::tend(&plane, ward).await;
            walk::tend(&plane, ward);
        }
    }
}
