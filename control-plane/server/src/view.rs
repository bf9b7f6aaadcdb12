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
use tokio::sync::oneshot;

mod absorb;
mod card;
mod pulse;
mod runs;
mod tally;

pub(crate) use card::{ActionCard, RunCard};
pub(crate) use pulse::Pulse;
pub(crate) use runs::{OpenRun, OpenRuns};
pub(crate) use tally::Tally;

/// Ended actions and runs that stay in memory for lists and details.
const RECENT_ACTIONS: usize = 20_000;
const RECENT_RUNS: usize = 5_000;
/// Records that a new trace reader can be shown at once.
const RECENT_RECORDS: usize = 2_000;

/// What one domain shows.
#[derive(Debug)]
pub(crate) struct View {
    name: DomainName,
    inner: RwLock<Inner>,
    open: Arc<OpenRuns>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    /// The fold of what is committed.
    pub(crate) state: State,
    /// The last committed position.
    pub(crate) seq: u64,
    pub(crate) actions: HashMap<ActionId, ActionCard>,
    pub(crate) runs: HashMap<RunId, RunCard>,
    pub(crate) tallies: HashMap<ServiceName, Tally>,
    pub(crate) recent: VecDeque<Arc<Record>>,
    action_order: VecDeque<ActionId>,
    run_order: VecDeque<RunId>,
    ends: HashMap<ActionId, Vec<oneshot::Sender<()>>>,
}

impl View {
    pub(crate) fn new(name: DomainName, open: Arc<OpenRuns>) -> Self {
        let inner = Inner {
            state: State::new(name.clone()),
            seq: 0,
            actions: HashMap::new(),
            runs: HashMap::new(),
            tallies: HashMap::new(),
            recent: VecDeque::new(),
            action_order: VecDeque::new(),
            run_order: VecDeque::new(),
            ends: HashMap::new(),
        };
        Self { name, inner: RwLock::new(inner), open }
    }

    pub(crate) const fn name(&self) -> &DomainName {
        &self.name
    }

    /// Looks, under the read lock: keep it short.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Inner) -> T) -> T {
        look(&self.inner.read())
    }

    /// The action as it stands, if it is open or recent.
    pub(crate) fn action(&self, id: ActionId) -> Option<ActionCard> {
        self.inner.read().actions.get(&id).cloned()
    }

    /// Resolves when the action has come to its end; at once when it has, or is not known here.
    pub(crate) async fn ended(&self, id: ActionId) {
        let wait = {
            let mut inner = self.inner.write();
            match inner.actions.get(&id) {
                Some(card) if !card.is_ended() => {
                    let (sender, receiver) = oneshot::channel();
                    inner.ends.entry(id).or_default().push(sender);
                    Some(receiver)
                }
                Some(_) | None => None,
            }
        };
        if let Some(wait) = wait {
            // The sender goes away only with the view.
            drop(wait.await);
        }
    }
}

impl Inner {
    /// Forgets the oldest ended cards beyond what is kept.
    fn forget(&mut self) {
        while self.action_order.len() > RECENT_ACTIONS {
            let Some(oldest) = self.action_order.pop_front() else { break };
            match self.actions.get(&oldest) {
                Some(card) if !card.is_settled() => {
                    // Still open: it goes to the end of the queue, and what is open is bounded by budgets.
                    self.action_order.push_back(oldest);
                    break;
                }
                Some(_) | None => {
                    self.actions.remove(&oldest);
                }
            }
        }
        while self.run_order.len() > RECENT_RUNS {
            let Some(oldest) = self.run_order.pop_front() else { break };
            if self.runs.get(&oldest).is_some_and(RunCard::is_open) {
                self.run_order.push_back(oldest);
                break;
            }
            self.runs.remove(&oldest);
        }
        while self.recent.len() > RECENT_RECORDS {
            self.recent.pop_front();
        }
    }
}
