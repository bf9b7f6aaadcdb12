//! What the fold does to rollbacks: planned, under way, each step of them, closed, opened again.

use std::sync::Arc;

use crate::{
    ActionId, ActionStatus, PlanId, RunId, Timestamp,
    event::{ActionSettled, Event, Settlement},
    rollback::{Fate, Rollback, StepParked, Tries, UndoVerified},
    state::{Phase, State},
};

impl State {
    pub(super) fn rollback_moved(&mut self, event: &Event, at: Timestamp) {
        if let Event::RollbackPlanned { plan, .. } = event {
            self.rollbacks.retain(|_, known| known.started_by.is_some() || at < known.plan.expires_at);
            self.rollbacks.insert(plan.id, Rollback::planned((**plan).clone()));
        } else if let Event::RollbackStarted { plan, run, by, .. } = event {
            if let Some(rollback) = self.rollbacks.get_mut(plan) {
                rollback.started_by = Some(by.clone());
                rollback.since = at;
            }
            self.run_closed(*run, Phase::RollingBack, at);
        } else if let Event::RollbackPaused { plan, by, reason } = event {
            if let Some(rollback) = self.rollbacks.get_mut(plan) {
                rollback.paused = Some((by.clone(), reason.clone()));
            }
        } else if let Event::RollbackResumed { plan, .. } = event {
            self.rollback_resumed(*plan, at);
        } else if let Event::RollbackReopened { plan, run, target, .. } = event {
            self.rollback_closed(*plan, *run, false);
            self.taken_over(*target);
            if let Some(rollback) = self.rollbacks.get_mut(plan) {
                rollback.since = at;
                rollback.fates.insert(*target, Fate::default());
            }
            self.run_closed(*run, Phase::RollingBack, at);
        } else if let Event::RollbackClosed { plan, run, .. } = event {
            self.rollback_closed(*plan, *run, true);
            self.run_closed(*run, Phase::RolledBack, at);
        }
    }

    /// What was parked and may fare better is tried again, in runs that are not closed.
    fn rollback_resumed(&mut self, plan: PlanId, at: Timestamp) {
        let Some(rollback) = self.rollbacks.get_mut(&plan) else { return };
        rollback.paused = None;
        rollback.since = at;
        let open = rollback.runs.values().filter(|part| !part.closed).flat_map(|part| &part.steps);
        let open = open.filter_map(|place| rollback.plan.steps.get(*place)).map(|step| step.target);
        let mut tried = Vec::new();
        for target in open.collect::<Vec<_>>() {
            let Some(fate) = rollback.fates.get_mut(&target) else { continue };
            if fate.parked.is_some_and(crate::rollback::ParkedWhy::may_pass) {
                fate.parked = None;
                fate.failed = Tries { may_pass: true, ..Tries::default() };
                fate.read = Tries::default();
                tried.push(target);
            }
        }
        tried.into_iter().for_each(|target| self.taken_over(target));
    }

    fn rollback_closed(&mut self, plan: PlanId, run: RunId, closed: bool) {
        if let Some(part) = self.rollbacks.get_mut(&plan).and_then(|rollback| rollback.runs.get_mut(&run)) {
            part.closed = closed;
        }
    }

    pub(super) fn step_parked(&mut self, parked: &StepParked) {
        self.parked.insert(parked.target, parked.plan);
        self.fate(parked.plan, parked.target, |fate| {
            fate.parked = Some(parked.why);
            fate.parked_until = parked.until;
            fate.note.clone_from(&parked.note);
        });
    }

    pub(super) fn step_skipped(&mut self, plan: PlanId, target: ActionId) {
        self.taken_over(target);
        self.fate(plan, target, |fate| {
            fate.skipped = true;
            fate.parked = None;
        });
    }

    /// A person need not take it over any more.
    pub(super) fn taken_over(&mut self, target: ActionId) {
        self.parked.remove(&target);
    }

    /// The money kept for undoing moves from the target to its compensation: the run's budget is the same.
    pub(super) fn compensation_decided(&mut self, target: ActionId, plan: PlanId, by: ActionId) {
        self.fate(plan, target, |fate| fate.compensation = Some(by));
        if let Some(target) = self.actions.get_mut(&target).map(Arc::make_mut) {
            target.undo_hold = crate::Money::ZERO;
        }
    }

    /// A compensation came to nothing; whether another may fare better is for its fault to say.
    pub(super) fn compensation_failed(&mut self, settled: &ActionSettled, at: Timestamp) {
        let undoes = self.actions.get(&settled.action).and_then(|action| action.undoes);
        let (Some((target, plan)), Settlement::Failed { note }) = (undoes, &settled.settlement) else {
            return;
        };
        let may_pass = settled.exchange.fault.is_some_and(crate::ToolFault::may_pass);
        self.kept_for_another(settled, target);
        self.fate(plan, target, |fate| {
            fate.failed = Tries { times: fate.failed.times.saturating_add(1), last: at, may_pass };
            fate.note.clone_from(note);
        });
    }

    /// What the compensation did not cost is kept for the next one: undoing never fails for lack of money.
    fn kept_for_another(&mut self, settled: &ActionSettled, target: ActionId) {
        if !self.actions.contains_key(&target) {
            return;
        }
        let Some(by) = self.actions.get_mut(&settled.action).map(Arc::make_mut) else { return };
        let cost = by.hold.min(settled.cost);
        let rest = std::mem::replace(&mut by.hold, cost).saturating_sub(cost);
        if let Some(target) = self.actions.get_mut(&target).map(Arc::make_mut) {
            target.undo_hold = target.undo_hold.saturating_add(rest);
        }
    }

    /// A read-back is on its way.
    pub(super) fn read_back(&mut self, (target, plan): (ActionId, PlanId), by: ActionId, at: Timestamp) {
        self.fate(plan, target, |fate| {
            fate.read = Tries { times: fate.read.times.saturating_add(1), last: at, may_pass: true };
            fate.reads = Some(by);
        });
    }

    pub(super) fn undo_verified(&mut self, verified: &UndoVerified) {
        self.fate(verified.plan, verified.target, |fate| fate.note.clone_from(&verified.note));
        let known = self.actions.get(&verified.compensation);
        if verified.holds && known.is_some_and(|action| action.status == ActionStatus::Succeeded) {
            self.undone(verified.target, verified.compensation);
        }
    }

    fn fate(&mut self, plan: PlanId, target: ActionId, change: impl FnOnce(&mut Fate)) {
        if let Some(rollback) = self.rollbacks.get_mut(&plan) {
            change(rollback.fates.entry(target).or_default());
        }
    }
}
