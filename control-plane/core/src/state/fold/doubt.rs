//! What the fold does around doubts: sent, sent again, asked about, explained; and what callers must report.

use std::sync::Arc;

use crate::{
    ActionId, ActionStatus, Timestamp,
    doubt::{DoubtStated, REPORT_WITHIN_MS, Sent},
    proposal::Mode,
    state::{Action, State},
};

impl State {
    /// It was handed to its tool, once more.
    pub(super) fn sent(&mut self, id: ActionId, at: Timestamp) {
        self.trace(id, |action| action.trail.sent = Some(Sent::again(action.trail.sent, at)));
    }

    /// What nobody knows may have been sent.
    pub(super) fn doubted(&mut self, id: ActionId, at: Timestamp) {
        self.trace(id, |action| {
            action.trail.doubted_at = Some(at);
            action.trail.sent.get_or_insert(Sent { first: at, last: at, times: 1 });
        });
    }

    pub(super) fn asked_about(&mut self, target: ActionId, by: ActionId, at: Timestamp) {
        self.trace(target, |action| {
            let before = action.trail.asked.map(|(asked, _)| asked);
            action.trail.asked = Some((Sent::again(before, at), by));
        });
    }

    /// What somebody says replaces what the same person said before.
    pub(super) fn stated(&mut self, stated: &DoubtStated) {
        self.trace(stated.action, |action| {
            action.trail.said.retain(|said| said.by != stated.statement.by);
            action.trail.said.push(stated.statement.clone());
        });
    }

    /// Until when what its caller carries out is to be reported; after that nobody knows what became of it.
    pub(super) fn report_due(&self, action: &Action, at: Timestamp) -> Option<Timestamp> {
        (action.mode == Mode::DecisionOnly).then(|| {
            let within = self.unknown(action).and_then(|unknown| unknown.report_within_ms);
            at.plus_ms(within.unwrap_or(REPORT_WITHIN_MS))
        })
    }

    /// The lists of what is in doubt and of what is not reported follow the status.
    pub(super) fn kept_in_step(&mut self, id: ActionId, status: ActionStatus) {
        if status == ActionStatus::InDoubt {
            self.doubts.insert(id);
        } else {
            self.doubts.remove(&id);
        }
        if status.is_in_flight() {
            return;
        }
        let due = self.actions.get(&id).and_then(|action| action.trail.report_by);
        if let Some(by) = due {
            self.unreported.remove(&(by, id));
            self.trace(id, |action| action.trail.report_by = None);
        }
    }

    fn trace(&mut self, id: ActionId, change: impl FnOnce(&mut Action)) {
        if let Some(action) = self.actions.get_mut(&id).map(Arc::make_mut) {
            change(action);
        }
    }
}
