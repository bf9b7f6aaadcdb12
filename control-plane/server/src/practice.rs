//! Practice questions: put to people among the real ones, each on a stage of its own from which nothing can run.
//!
//! ```text
//!   contract's scenario ─▶ stage (a state of its own) ─▶ view ─▶ lists, details, decide
//!                              no loop, no journal, no runner          │
//!   control domain's journal ◀── put, answered, lapsed, withdrawn ◀────┘
//! ```
//!
//! A domain's loop, its journal, its budgets and its runner know nothing of it: what a stage holds never reaches them.

use std::sync::Arc;

use parking_lot::RwLock;
use remit_core::{ActionId, EscalationId, RunId, ServiceName};
use tokio::sync::broadcast;

use crate::view::View;

mod answer;
mod pacer;
mod put;
mod stage;
mod watch;

pub(crate) use answer::{acknowledge, decide, hand_over};
#[cfg(test)]
pub(crate) use put::{Beside, put};
pub(crate) use stage::Stage;
pub(crate) use watch::{watch, withdraw_left};

/// Questions that have ended and can still be looked at.
const KEPT: usize = 100;

/// Questions that a reader may lag behind.
const UPDATES: usize = 64;

/// All that are open, and the latest that have ended, oldest first.
#[derive(Debug)]
pub(crate) struct Practices {
    stages: RwLock<Vec<Arc<Stage>>>,
    updates: broadcast::Sender<Arc<Stage>>,
}

impl Default for Practices {
    fn default() -> Self {
        Self { stages: RwLock::default(), updates: broadcast::Sender::new(UPDATES) }
    }
}

impl Practices {
    /// Shows a question that was committed.
    fn show(&self, stage: Arc<Stage>) {
        let mut stages = self.stages.write();
        let ended = stages.iter().filter(|stage| stage.closed().is_some()).count();
        if KEPT < ended
            && let Some(oldest) = stages.iter().position(|stage| stage.closed().is_some())
        {
            stages.remove(oldest);
        }
        stages.push(Arc::clone(&stage));
        drop(stages);
        self.tell(stage);
    }

    /// Tells whoever follows that it is new, or has ended. Nobody follows: nothing to tell.
    fn tell(&self, stage: Arc<Stage>) {
        drop(self.updates.send(stage));
    }

    /// What is new, from now on.
    pub(crate) fn follow(&self) -> broadcast::Receiver<Arc<Stage>> {
        self.updates.subscribe()
    }

    /// One has ended, and its end is on record.
    fn ended(&self, question: EscalationId) {
        if let Some(stage) = self.of(question) {
            self.tell(stage);
        }
    }

    fn find(&self, wanted: impl Fn(&Stage) -> bool) -> Option<Arc<Stage>> {
        self.stages.read().iter().find(|stage| wanted(stage)).cloned()
    }

    /// The stage of a question.
    pub(crate) fn of(&self, question: EscalationId) -> Option<Arc<Stage>> {
        self.find(|stage| stage.asked.question == question)
    }

    /// The stage on which an action was played.
    pub(crate) fn playing(&self, action: ActionId) -> Option<Arc<Stage>> {
        self.find(|stage| stage.view.read(|inner| inner.actions.contains_key(&action)))
    }

    /// The stage of a run.
    pub(crate) fn running(&self, run: RunId) -> Option<Arc<Stage>> {
        self.find(|stage| stage.run == run)
    }

    /// Those that wait for an answer.
    pub(crate) fn open(&self) -> Vec<Arc<Stage>> {
        self.stages.read().iter().filter(|stage| stage.closed().is_none()).cloned().collect()
    }

    /// Those that have ended.
    pub(crate) fn ended_ones(&self) -> Vec<Arc<Stage>> {
        self.stages.read().iter().filter(|stage| stage.closed().is_some()).cloned().collect()
    }

    /// How many of them wait in the name of a service.
    pub(crate) fn waiting(&self, service: &ServiceName) -> u32 {
        let open = self.open();
        let count = open.iter().filter(|stage| stage.asked.service == *service).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The views of all, or of those that are open.
    pub(crate) fn views(&self, open_only: bool) -> Vec<Arc<View>> {
        let stages = self.stages.read();
        let shown = stages.iter().filter(|stage| !open_only || stage.closed().is_none());
        shown.map(|stage| Arc::clone(&stage.view)).collect()
    }
}
