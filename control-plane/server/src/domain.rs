//! One loop per domain: the only writer of its state. It decides the next batch while the last is being
//! written, and nobody is answered before the commit.

use std::sync::{Arc, OnceLock};

use remit_core::{Command, DomainName, Refusal, State};
use remit_journal::{Journal, Record};
use tokio::sync::{mpsc, oneshot};

mod publish;
mod turn;

pub(crate) use publish::Publisher;

/// Commands that may wait for a domain before callers are held back.
const QUEUE: usize = 4_096;

/// Why a command was not answered with events.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Fault {
    /// Nothing happened.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The journal failed: the domain refuses everything until it is restarted.
    #[error("the journal of `{domain}` failed: {cause}")]
    Failed {
        /// Which domain.
        domain: DomainName,
        /// The first failure.
        cause: String,
    },
    /// The control plane is going down.
    #[error("the control plane is shutting down")]
    Closed,
}

/// What a command made happen, durable.
pub(crate) type Committed = Vec<Arc<Record>>;

pub(crate) type Reply = oneshot::Sender<Result<Committed, Fault>>;

#[derive(Debug)]
struct Job {
    command: Command,
    reply: Reply,
}

/// The first failure of a domain's journal, once there is one.
#[derive(Debug, Default)]
pub(crate) struct Health(OnceLock<String>);

impl Health {
    pub(crate) fn failed(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    fn fail(&self, cause: String) {
        // The first cause stays.
        drop(self.0.set(cause));
    }
}

/// A handle to a domain's loop. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    name: DomainName,
    jobs: mpsc::Sender<Job>,
    health: Arc<Health>,
}

impl Domain {
    /// Starts the loop of a domain from its replayed state.
    pub(crate) fn spawn(state: State, after: u64, journal: Journal, publisher: Publisher) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let health = Arc::new(Health::default());
        let domain = Self { name: state.domain.clone(), jobs, health: Arc::clone(&health) };
        let publish = publisher.spawn();
        tokio::spawn(turn::Loop { state, after, journal, health, publish }.run(waiting));
        domain
    }

    pub(crate) const fn name(&self) -> &DomainName {
        &self.name
    }

    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// Waits for room, hands the command over, and waits for the commit.
    pub(crate) async fn submit(&self, command: Command) -> Result<Committed, Fault> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job { command, reply }).await.map_err(|_| Fault::Closed)?;
        answer.await.map_err(|_| Fault::Closed)?
    }
}
