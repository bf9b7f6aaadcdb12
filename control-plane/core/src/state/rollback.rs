//! What is due about a step of a rollback: a look at the state that the walker, the handlers and people share.
//!
//! ```text
//! in flight ─▶ in doubt ─▶ did it happen? ── no ─▶ over
//!                             │ yes
//!            later steps of its run are over ─▶ compensated ─▶ read back ─▶ undone
//!                                                  │ refused, in doubt too long, not gone
//!                                                  └─▶ parked: a person takes it over
//! ```

use std::fmt;

use crate::{
    ActionId, ActionStatus, PlanId, RunId, Timestamp,
    doubt::wait_ms,
    proposal::Mode,
    rollback::{
        LACKS_WHAT_IT_NEEDS, MOST_TRIES, ParkedWhy, Rollback, SETTLES_WITHIN_MS, Step, StepKind, Tries,
    },
    state::{Action, State},
};

/// What is due about one step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Turn {
    /// It is called back now.
    Compensate,
    /// The tool is asked now whether it is gone.
    Verify,
    /// Its caller carries it out and has not reported: from now on it is in doubt.
    Disown,
    /// A person takes it over.
    Park(ParkedWhy, String),
    /// Nothing yet.
    Wait(Wait),
    /// Nothing more.
    Over,
}

/// What a step waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wait {
    /// The effect's own outcome.
    Outcome {
        /// Where it is.
        status: ActionStatus,
        /// Then it is parked, if nobody knows it.
        until: Timestamp,
    },
    /// The outcome of what undoes it.
    Undoing {
        /// The compensation.
        by: ActionId,
        /// Where that is.
        status: ActionStatus,
        /// Then it is parked, if nobody knows it.
        until: Timestamp,
    },
    /// Another try.
    Again {
        /// What came of the last.
        note: String,
        /// From then on.
        from: Timestamp,
    },
    /// A later effect of its run, which is undone first.
    Later(ActionId),
    /// A later effect of its run, which a person has to take over first.
    Parked(ActionId),
    /// People: the rollback is paused.
    Paused {
        /// By whom.
        by: String,
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outcome { status: ActionStatus::InDoubt, until } => {
                write!(f, "its outcome is not known: it is parked at {until} unless it is resolved")
            }
            Self::Outcome { status, until } => write!(f, "it is {status}; its outcome is due by {until}"),
            Self::Undoing { by, status, until } => {
                write!(
                    f,
                    "{by} may be undoing it and is {status}: it is parked at {until} unless that is known"
                )
            }
            Self::Again { note, from } => write!(f, "tried again from {from}: {note}"),
            Self::Later(later) => write!(f, "{later} was done later, so it is undone first"),
            Self::Parked(later) => {
                write!(
                    f,
                    "{later} was done later and is parked: skip it to go on without it, or resume to try it again"
                )
            }
            Self::Paused { by, reason } => write!(f, "{by} paused the rollback: {reason}"),
        }
    }
}

impl Wait {
    /// True when only people can end it.
    pub const fn is_for_people(&self) -> bool {
        matches!(self, Self::Parked(_) | Self::Paused { .. })
    }
}

impl State {
    /// Rollbacks that go on.
    pub fn under_way(&self) -> impl Iterator<Item = &Rollback> {
        self.rollbacks.values().filter(|rollback| rollback.is_under_way())
    }

    /// What is due about a step of a plan that was started; over for a step that it does not have.
    pub fn turn(&self, plan: PlanId, target: ActionId, now: Timestamp) -> Turn {
        let found = self.rollbacks.get(&plan).and_then(|rollback| Some((rollback, rollback.step(target)?)));
        found.map_or(Turn::Over, |(rollback, step)| self.turn_of(rollback, step, now))
    }

    /// True when nothing of a plan goes on without people: it is closed, or what is left waits for them.
    pub fn rests(&self, rollback: &Rollback, now: Timestamp) -> bool {
        rollback.runs.iter().all(|(run, part)| {
            let waits = |step: &Step| self.goes_on(rollback, step, now);
            part.closed || !(self.is_walked(rollback, *run, now) || rollback.steps_of(*run).any(waits))
        })
    }

    fn goes_on(&self, rollback: &Rollback, step: &Step, now: Timestamp) -> bool {
        match self.turn_of(rollback, step, now) {
            // What it stands behind is asked itself.
            Turn::Over | Turn::Wait(Wait::Later(_)) => false,
            Turn::Wait(wait) => !wait.is_for_people(),
            Turn::Compensate | Turn::Verify | Turn::Disown | Turn::Park(..) => true,
        }
    }

    /// True when something can be done about a plan now.
    pub fn is_due(&self, rollback: &Rollback, now: Timestamp) -> bool {
        let open = rollback.runs.iter().filter(|(_, part)| !part.closed).map(|(run, _)| *run);
        let due = |step: &Step| !matches!(self.turn_of(rollback, step, now), Turn::Wait(_) | Turn::Over);
        self.closes(rollback, now) || open.flat_map(|run| rollback.steps_of(run)).any(due)
    }

    /// True when a run of it can be closed.
    pub fn closes(&self, rollback: &Rollback, now: Timestamp) -> bool {
        let mut open = rollback.runs.iter().filter(|(_, part)| !part.closed);
        rollback.is_under_way() && open.any(|(run, _)| self.is_walked(rollback, *run, now))
    }

    /// True once the steps about a run have all ended: undone, without effect, or with a person.
    pub(crate) fn is_walked(&self, rollback: &Rollback, run: RunId, now: Timestamp) -> bool {
        rollback.steps_of(run).all(|step| self.turn_of(rollback, step, now) == Turn::Over)
    }

    fn turn_of(&self, rollback: &Rollback, step: &Step, now: Timestamp) -> Turn {
        let fate = rollback.fates.get(&step.target);
        if fate.is_some_and(crate::rollback::Fate::is_laid_down) {
            return Turn::Over;
        }
        let Some(action) = self.actions.get(&step.target) else { return Turn::Over };
        let until = |doubted: Option<Timestamp>| {
            doubted.map_or(rollback.since, |at| at.max(rollback.since)).plus_ms(SETTLES_WITHIN_MS)
        };
        match action.status {
            ActionStatus::Denied | ActionStatus::Lapsed | ActionStatus::Failed | ActionStatus::Undone => {
                Turn::Over
            }
            ActionStatus::Approved | ActionStatus::Admitted | ActionStatus::Running
                if action.mode == Mode::DecisionOnly =>
            {
                Turn::Disown
            }
            ActionStatus::InDoubt => {
                let until = until(action.trail.doubted_at);
                if until <= now {
                    return Turn::Park(
                        ParkedWhy::InDoubt,
                        "nobody came to know whether it happened".to_owned(),
                    );
                }
                Turn::Wait(Wait::Outcome { status: action.status, until })
            }
            ActionStatus::Proposed
            | ActionStatus::Held
            | ActionStatus::Approved
            | ActionStatus::Admitted
            | ActionStatus::Running => {
                let until = self.lands_until(action).unwrap_or_else(|| until(None));
                Turn::Wait(Wait::Outcome { status: action.status, until })
            }
            ActionStatus::Succeeded => self.undo_turn(rollback, step, action, now),
        }
    }

    /// What is due about an effect that exists.
    fn undo_turn(&self, rollback: &Rollback, step: &Step, action: &Action, now: Timestamp) -> Turn {
        if let Some(by) = self.undoing(action).and_then(|by| self.actions.get(&by)) {
            let since = by.trail.doubted_at.map_or(rollback.since, |at| at.max(rollback.since));
            let until = since.plus_ms(SETTLES_WITHIN_MS);
            if by.status == ActionStatus::Succeeded {
                return self.verify_turn(rollback, step, now);
            }
            if by.status == ActionStatus::InDoubt && until <= now {
                let note = format!("nobody came to know whether {} has undone it", by.id);
                return Turn::Park(ParkedWhy::UndoInDoubt, note);
            }
            return Turn::Wait(Wait::Undoing { by: by.id, status: by.status, until });
        }
        match (&step.kind, &action.undo) {
            (StepKind::Irreversible { why }, _) => return Turn::Park(ParkedWhy::Irreversible, why.clone()),
            (_, None) => return Turn::Park(ParkedWhy::Irreversible, LACKS_WHAT_IT_NEEDS.to_owned()),
            (_, Some(undo)) if undo.until <= now => {
                let note = format!("the window for its compensation closed at {}", undo.until);
                return Turn::Park(ParkedWhy::OutOfWindow, note);
            }
            (_, Some(_)) => {}
        }
        if let Some(wait) = self.comes_after(rollback, step, now) {
            return Turn::Wait(wait);
        }
        let fate = rollback.fate(step.target);
        if fate.compensation.is_some() {
            let Tries { times, last, may_pass } = fate.failed;
            if !may_pass || MOST_TRIES <= times {
                return Turn::Park(ParkedWhy::Refused, fate.note);
            }
            let from = last.plus_ms(wait_ms(times));
            if now < from && 0 < times {
                return Turn::Wait(Wait::Again { note: fate.note, from });
            }
        }
        paused(rollback).unwrap_or(Turn::Compensate)
    }

    fn verify_turn(&self, rollback: &Rollback, step: &Step, now: Timestamp) -> Turn {
        let fate = rollback.fate(step.target);
        let reading =
            fate.reads.and_then(|read| self.actions.get(&read)).filter(|it| it.status.is_in_flight());
        let from = fate.read.last.plus_ms(wait_ms(fate.read.times));
        if let Some(read) = reading {
            let until = rollback.since.plus_ms(SETTLES_WITHIN_MS).max(from);
            return Turn::Wait(Wait::Undoing { by: read.id, status: read.status, until });
        }
        if 0 < fate.read.times && now < from {
            return Turn::Wait(Wait::Again { note: fate.note, from });
        }
        if MOST_TRIES <= fate.read.times {
            let note = match fate.note.as_str() {
                "" => "no read-back has shown that it is gone".to_owned(),
                note => format!("it was called back, but {note}"),
            };
            return Turn::Park(ParkedWhy::NotVerified, note);
        }
        paused(rollback).unwrap_or(Turn::Verify)
    }

    /// Last effect first: what a step of the same run stands behind. One that is independent waits for no person
    /// and for no outcome, only for what can go now.
    fn comes_after(&self, rollback: &Rollback, step: &Step, now: Timestamp) -> Option<Wait> {
        let (_, before) = rollback.before(step.target);
        let mut waits = before.filter_map(|earlier| self.stands_before(rollback, (earlier, step), now));
        waits.next()
    }

    fn stands_before(
        &self,
        rollback: &Rollback,
        (earlier, step): (&Step, &Step),
        now: Timestamp,
    ) -> Option<Wait> {
        let fate = rollback.fate(earlier.target);
        let action = self.actions.get(&earlier.target)?;
        let live = matches!(
            action.status,
            ActionStatus::Succeeded
                | ActionStatus::InDoubt
                | ActionStatus::Approved
                | ActionStatus::Admitted
                | ActionStatus::Running
        );
        let hopeless = matches!(fate.parked, Some(ParkedWhy::Irreversible | ParkedWhy::OutOfWindow));
        if !live || fate.skipped || hopeless || matches!(earlier.kind, StepKind::Irreversible { .. }) {
            return None;
        }
        if fate.parked.is_some() {
            return (!step.independent).then_some(Wait::Parked(earlier.target));
        }
        let undoing = self.undoing(action).and_then(|by| self.actions.get(&by));
        let goes = match undoing {
            Some(by) => by.status.is_in_flight(),
            None => {
                action.status == ActionStatus::Succeeded
                    && fate.failed.times == 0
                    && action.undo.as_ref().is_some_and(|undo| now < undo.until)
            }
        };
        (goes || !step.independent).then_some(Wait::Later(earlier.target))
    }
}

fn paused(rollback: &Rollback) -> Option<Turn> {
    let (by, reason) = rollback.paused.clone()?;
    Some(Turn::Wait(Wait::Paused { by, reason }))
}
