//! One loop per domain: the only writer of its state. It decides the next batch while the last is being
//! written, and nobody is answered before the commit.

use std::sync::Arc;

use remit_core::{Command, DomainName, Refusal, State};
use remit_journal::{Journal, Record};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot, watch},
};

mod pipeline;
mod publish;
mod turn;

pub(crate) use publish::Publisher;

/// Commands that may wait for a domain before callers are held back.
const QUEUE: usize = 4_096;

/// Urgent commands that may wait.
const URGENT: usize = 64;

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
#[derive(Debug)]
pub(crate) struct Health(watch::Sender<Option<String>>);

impl Health {
    pub(crate) fn failed(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// Resolves with the first cause; never while all is well.
    pub(crate) async fn failure(&self) -> String {
        let mut cause = self.0.subscribe();
        // The sender is in `self`: it cannot be gone.
        let gone = cause.wait_for(Option::is_some).await.is_err();
        debug_assert!(!gone, "the sender outlives this borrow");
        self.failed().unwrap_or_default()
    }

    /// The first cause stays.
    fn fail(&self, cause: String) {
        self.0.send_if_modified(|known| {
            let first = known.is_none();
            known.get_or_insert(cause);
            first
        });
    }
}

/// A handle to a domain's loop. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    name: DomainName,
    jobs: mpsc::Sender<Job>,
    urgent: mpsc::Sender<Job>,
    health: Arc<Health>,
}

impl Domain {
    /// Starts the loop of a domain from its replayed state, on the thread of the loops.
    pub(crate) fn spawn(
        on: &Handle,
        (state, after): (State, u64),
        journal: Journal,
        publisher: Publisher,
    ) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let (urgent, first) = mpsc::channel(URGENT);
        let health = Arc::new(Health(watch::Sender::new(None)));
        let domain = Self { name: state.domain.clone(), jobs, urgent, health: Arc::clone(&health) };
        let publish = publisher.spawn(on);
        on.spawn(turn::Loop { state, after, journal, health, publish }.run(waiting, first));
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
        // What stops or answers does not stand in the queue behind what it should stop.
        let queue = match &command {
            Command::SetSwitch { .. }
            | Command::EndRun { .. }
            | Command::Decide(_)
            | Command::RevokeVersion { .. }
            | Command::StartRollback { .. }
            | Command::PauseRollback { .. } => &self.urgent,
            Command::ActivateContract { .. }
            | Command::ProposeVersion { .. }
            | Command::ApproveVersion { .. }
            | Command::ActivateVersion { .. }
            | Command::RegisterKey(_)
            | Command::RequireApprovals { .. }
            | Command::ConfigureDomain { .. }
            | Command::StartRun { .. }
            | Command::RecordAttempt { .. }
            | Command::Propose { .. }
            | Command::Start { .. }
            | Command::Settle(_)
            | Command::Resend { .. }
            | Command::AskAbout(_)
            | Command::Learn(_)
            | Command::Resolve(_)
            | Command::HandOver(_)
            | Command::Acknowledge(_)
            | Command::ReadAgain(_)
            | Command::Release(_)
            | Command::Lapse
            | Command::ExplainSwitch(_)
            | Command::ReleaseSwitch { .. }
            | Command::PlanRollback { .. }
            | Command::Compensate { .. }
            | Command::CloseRollback { .. }
            | Command::ResumeRollback { .. }
            | Command::SkipStep { .. }
            | Command::Recover
            | Command::AskPractice(_)
            | Command::ClosePractice { .. }
            | Command::IssueCredential { .. }
            | Command::RevokeCredential { .. } => &self.jobs,
        };
        queue.send(Job { command, reply }).await.map_err(|_| Fault::Closed)?;
        answer.await.map_err(|_| Fault::Closed)?
    }
}
