//! The read model of a domain: the fold of what is committed, and the cards that people and edges look at.
//!
//! Only the publisher writes; everybody else reads. It holds what is open and recent; the journal's
//! indexes answer the rest.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use parking_lot::RwLock;
use remit_core::{ActionId, DomainName, RunId, ServiceName, State};
use remit_journal::Record;
use tokio::sync::{oneshot, watch};

mod absorb;
mod card;
mod deeds;
mod forget;
mod past;
mod pulse;
mod runs;
mod tally;

pub(crate) use card::{ActionCard, RunCard};
pub(crate) use deeds::Deed;
pub(crate) use pulse::Pulse;
pub(crate) use runs::OpenRuns;
pub(crate) use tally::Tally;

/// What one domain shows.
#[derive(Debug)]
pub(crate) struct View {
    name: DomainName,
    inner: RwLock<Inner>,
    open: Arc<OpenRuns>,
    /// Told when a switch has cut off what was in flight.
    cuts: watch::Sender<()>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    /// The fold of what is committed.
    pub(crate) state: State,
    /// The last committed position.
    pub(crate) seq: u64,
    pub(crate) actions: HashMap<ActionId, Arc<ActionCard>>,
    pub(crate) runs: HashMap<RunId, RunCard>,
    pub(crate) tallies: HashMap<ServiceName, Tally>,
    pub(crate) recent: VecDeque<Arc<Record>>,
    /// What people did, oldest first, and how much of it is let go.
    pub(crate) deeds: VecDeque<Arc<Deed>>,
    pub(crate) older_deeds: u64,
    action_order: VecDeque<ActionId>,
    run_order: VecDeque<RunId>,
    ends: HashMap<ActionId, Vec<oneshot::Sender<()>>>,
}

impl View {
    pub(crate) fn new(name: DomainName, open: Arc<OpenRuns>) -> Self {
        let inner = RwLock::new(Inner::new(name.clone()));
        Self { name, inner, open, cuts: watch::Sender::new(()) }
    }

    /// The view of a state that nobody else has: what it takes in is seen, and nothing comes of it.
    pub(crate) fn staged(state: State) -> Self {
        let name = state.domain.clone();
        let inner = Inner { state, ..Inner::new(name.clone()) };
        Self { name, inner: RwLock::new(inner), open: Arc::default(), cuts: watch::Sender::new(()) }
    }

    pub(crate) const fn name(&self) -> &DomainName {
        &self.name
    }

    /// Looks, under the read lock: keep it short.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Inner) -> T) -> T {
        look(&self.inner.read())
    }

    /// The action as it stands, if it is open or recent.
    pub(crate) fn action(&self, id: ActionId) -> Option<Arc<ActionCard>> {
        self.inner.read().actions.get(&id).cloned()
    }

    /// Lets an action go, as time would.
    #[cfg(test)]
    pub(crate) fn let_go(&self, id: ActionId) {
        assert!(self.inner.write().actions.remove(&id).is_some());
    }

    /// Resolves when the action has come to its end; at once when it has, or is not known here.
    pub(crate) async fn ended(&self, id: ActionId) {
        if self.read(|inner| inner.has_ended(id)) {
            return;
        }
        let wait = self.inner.write().wait(id);
        if let Some(wait) = wait {
            // The sender goes away only with the view.
            drop(wait.await);
        }
    }

    /// Resolves when a switch has cut the action off; at once when it has ended already.
    pub(crate) async fn cut_off(&self, id: ActionId) {
        let mut cuts = self.cuts.subscribe();
        while !self.read(|inner| inner.has_ended(id)) {
            if cuts.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Inner {
    fn new(domain: DomainName) -> Self {
        Self {
            state: State::new(domain),
            seq: 0,
            actions: HashMap::new(),
            runs: HashMap::new(),
            tallies: HashMap::new(),
            recent: VecDeque::new(),
            deeds: VecDeque::new(),
            older_deeds: 0,
            action_order: VecDeque::new(),
            run_order: VecDeque::new(),
            ends: HashMap::new(),
        }
    }

    /// The card of an action, if it is open or recent.
    pub(crate) fn card(&self, id: ActionId) -> Option<&ActionCard> {
        self.actions.get(&id).map(Arc::as_ref)
    }

    pub(crate) fn has_ended(&self, id: ActionId) -> bool {
        self.actions.get(&id).is_none_or(|card| card.is_ended())
    }

    /// Lets somebody wait for an action that has not ended. Those who gave up waiting make room.
    fn wait(&mut self, id: ActionId) -> Option<oneshot::Receiver<()>> {
        if self.has_ended(id) {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        let waiting = self.ends.entry(id).or_default();
        waiting.retain(|other| !other.is_closed());
        waiting.push(sender);
        Some(receiver)
    }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
