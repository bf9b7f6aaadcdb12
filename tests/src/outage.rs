//! Power cuts as clients see them: where the control plane is at the moment, and when it is somewhere else.

use std::sync::Arc;

use remit_proto::v1::{ActResponse, ActionStatus};
use tokio::sync::watch;

/// Where the control plane is at the moment.
#[derive(Clone, Debug)]
pub enum Target {
    /// Nowhere.
    Down,
    /// There, for an agent and for a person.
    Up {
        /// Its address.
        url: String,
        /// A token of the service.
        agent: String,
        /// A token of somebody who operates.
        person: String,
    },
}

/// Waits until it is somewhere.
pub async fn up(targets: &mut watch::Receiver<Target>) -> Target {
    let is_up = |target: &Target| matches!(target, Target::Up { .. });
    targets.wait_for(is_up).await.map_or(Target::Down, |target| target.clone())
}

/// Waits until this incarnation is known to be gone.
pub async fn gone(targets: &mut watch::Receiver<Target>, old: &str) {
    let is_other = |target: &Target| !matches!(target, Target::Up { url, .. } if url == old);
    drop(targets.wait_for(is_other).await.map(drop));
}

/// What agents were told since the last look: the action and how it ended.
#[derive(Clone, Debug)]
pub struct Answers(Arc<watch::Sender<Vec<(String, ActionStatus)>>>);

impl Default for Answers {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Vec::new())))
    }
}

impl Answers {
    /// Waits until there is one.
    pub async fn first(&self) {
        let some = self.0.subscribe().wait_for(|told| !told.is_empty()).await.map(drop);
        some.expect("the agents go on");
    }

    /// All of them, once.
    pub fn take(&self) -> Vec<(String, ActionStatus)> {
        self.0.send_replace(Vec::new())
    }

    /// Somebody was told this.
    pub fn note(&self, answer: &ActResponse) {
        self.0.send_modify(|told| told.push((answer.action.clone(), answer.status())));
    }
}
