//! One practice question on a state of its own: what is done on it happens nowhere else.

use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use remit_contract::scenario::Put;
use remit_core::{
    ActionId, Command, Event, Refusal, RunId, State, Timestamp, handle,
    practice::{PracticeAsked, PracticeClosed},
};
use remit_journal::Record;

use crate::{contracts::Contracts, view::View};

/// A question, and the state and view that it is played on. It has neither a loop nor a journal nor a runner: nothing
/// here could carry an action out.
#[derive(Debug)]
pub(crate) struct Stage {
    /// As it is on record.
    pub(crate) asked: PracticeAsked,
    /// The action that people see.
    pub(crate) action: ActionId,
    /// Its run.
    pub(crate) run: RunId,
    pub(crate) view: Arc<View>,
    /// Position of its last record, as people see it.
    pub(crate) seq: u64,
    records: Mutex<Vec<Arc<Record>>>,
    closed: OnceLock<PracticeClosed>,
    /// Whoever answers has it to themselves until the answer is committed.
    pub(super) turn: tokio::sync::Mutex<()>,
}

impl Stage {
    /// Sets it up: what was played on a state is shown as if it had ended at that position of the domain's journal.
    pub(super) fn set(state: State, put: Put, asked: PracticeAsked, seq: u64) -> Option<Self> {
        let Put { history, action, .. } = put;
        let run = history.iter().find_map(|(_, event)| event.run())?;
        let (view, before) = (View::staged(state), u64::try_from(history.len()).ok()?);
        let first = seq.saturating_sub(before);
        let domain = asked.domain.clone();
        let record = |(seq, (at, event)): (u64, (Timestamp, Event))| {
            Arc::new(Record { domain: domain.clone(), seq, at, hash: [0; 32], event })
        };
        let records: Vec<_> = (first.saturating_add(1)..).zip(history).map(record).collect();
        view.absorb(&records, &Contracts::default());
        Some(Self {
            asked,
            action,
            run,
            view: Arc::new(view),
            seq,
            records: Mutex::new(records),
            closed: OnceLock::new(),
            turn: tokio::sync::Mutex::new(()),
        })
    }

    /// What came of it, once that is on record.
    pub(crate) fn closed(&self) -> Option<&PracticeClosed> {
        self.closed.get()
    }

    /// What has happened in its run.
    pub(crate) fn records(&self) -> Vec<Arc<Record>> {
        self.records.lock().clone()
    }

    /// What the core says to a command here.
    pub(super) fn handle(&self, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        self.view.read(|inner| handle(&inner.state, command, now))
    }

    /// Lets events have happened here.
    pub(super) fn absorb(&self, events: Vec<Event>, at: Timestamp) {
        let domain = &self.asked.domain;
        let record =
            |event| Arc::new(Record { domain: domain.clone(), seq: self.seq, at, hash: [0; 32], event });
        let records: Vec<_> = events.into_iter().map(record).collect();
        self.view.absorb(&records, &Contracts::default());
        self.records.lock().extend(records);
    }

    /// It is on record that it has ended, and what came of it.
    pub(super) fn close(&self, closed: PracticeClosed) {
        // Ends are committed once.
        drop(self.closed.set(closed));
    }
}
