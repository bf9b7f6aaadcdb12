//! Forgetting: once a run has ended and nothing of it can happen or be undone any more, its actions go.
//!
//! Part of the fold, so that a replay forgets the very same things. The journal keeps everything, and
//! effects keep their holder's id: an effect that exists is never forgotten.

use std::sync::Arc;

use crate::{
    Money, RunId, Timestamp,
    action::ActionStatus,
    state::{Action, Phase, Retention, Run, State},
};

/// Most runs that are remembered by name, budget and keys after their actions were dropped.
pub(crate) const REMEMBERED: usize = 1_000;

impl State {
    /// Lets go what time has made safe to let go. Before an event and never after it: whoever looks at the
    /// state right after an event finds what the event was about.
    pub(super) fn forget(&mut self, at: Timestamp) {
        while let Some((when, run)) = self.resting.first().copied().filter(|(when, _)| *when <= at) {
            self.resting.remove(&(when, run));
            self.retire(run);
        }
    }

    /// The actions that are let go at that moment.
    pub(crate) fn resting(&self, at: Timestamp) -> impl Iterator<Item = &Action> {
        let runs = self.resting.iter().take_while(move |(when, _)| *when <= at);
        let runs = runs.filter_map(|(_, run)| self.runs.get(run));
        runs.flat_map(|run| &run.actions).filter_map(|id| self.actions.get(id)).map(Arc::as_ref)
    }

    /// Notes from when on the run that an event touched may be let go.
    pub(super) fn schedule(&mut self, id: RunId, at: Timestamp) {
        let Some(run) = self.runs.get(&id) else { return };
        if run.is_open() || run.retention == Retention::Retired {
            return;
        }
        let next = self.rests_from(run, at).map_or(Retention::Needed, Retention::Until);
        if let Retention::Until(when) = run.retention {
            self.resting.remove(&(when, id));
        }
        if let Retention::Until(when) = next {
            self.resting.insert((when, id));
        }
        if let Some(run) = self.runs.get_mut(&id) {
            run.retention = next;
        }
    }

    /// From when on nothing of an ended run can happen or be undone; `None` while that depends on
    /// something other than time.
    fn rests_from(&self, run: &Run, at: Timestamp) -> Option<Timestamp> {
        if run.phase == Phase::RollingBack {
            return None;
        }
        let mut from = at;
        for action in run.actions.iter().filter_map(|id| self.actions.get(id)) {
            if self.parked.contains_key(&action.id) {
                return None;
            }
            match action.status {
                ActionStatus::Proposed
                | ActionStatus::Held
                | ActionStatus::Approved
                | ActionStatus::Admitted
                | ActionStatus::Running
                | ActionStatus::InDoubt => return None,
                ActionStatus::Succeeded => from = action.undo.as_ref().map_or(from, |it| from.max(it.until)),
                ActionStatus::Denied | ActionStatus::Lapsed | ActionStatus::Failed | ActionStatus::Undone => {
                }
            }
        }
        Some(from)
    }

    fn retire(&mut self, id: RunId) {
        let Some(run) = self.runs.get_mut(&id) else { return };
        run.retention = Retention::Retired;
        let actions = std::mem::take(&mut run.actions);
        for action in actions {
            let Some(action) = self.actions.remove(&action) else { continue };
            let hold = action.hold.saturating_add(action.undo_hold);
            self.settle_at(id, action.charged_at, hold, Money::ZERO);
            let mut asked = action.escalation;
            while let Some(escalation) = asked.and_then(|id| self.escalations.remove(&id)) {
                asked = escalation.replaces;
            }
        }
        let gone = |run: &RunId| self.runs.get(run).is_none_or(|run| run.retention == Retention::Retired);
        self.rollbacks.retain(|_, rollback| !rollback.runs.keys().all(gone));
        self.retired.push_back(id);
        while self.retired.len() > REMEMBERED {
            let Some(oldest) = self.retired.pop_front() else { return };
            let Some(run) = self.runs.remove(&oldest) else { continue };
            let name = (run.terms.service.clone(), run.name);
            if self.run_names.get(&name) == Some(&oldest) {
                self.run_names.remove(&name);
            }
        }
    }
}
