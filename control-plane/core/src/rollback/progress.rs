//! A rollback under way: which of its runs are closed, and what became of each step so far.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Plan, Step};
use crate::{ActionId, Person, PlanId, RunId, Timestamp};

/// How long what nobody knows is waited for until its step is parked, in milliseconds.
pub const SETTLES_WITHIN_MS: u64 = 15 * 60 * 1_000;

/// How long a person has for what was parked, in milliseconds.
pub const PARKED_FOR_MS: u64 = 24 * 60 * 60 * 1_000;

/// How often a compensation is tried whose tool was not there, and how often a read-back is made.
pub const MOST_TRIES: u32 = 5;

/// A rollback.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rollback {
    /// The frozen plan.
    pub plan: Plan,
    /// Who started it; `None` while it is only planned.
    pub started_by: Option<Person>,
    /// Since when it has been going on: when it was started or resumed last.
    pub since: Timestamp,
    /// Who paused it, and why.
    pub paused: Option<(String, String)>,
    /// What became of its steps so far, by target.
    pub fates: BTreeMap<ActionId, Fate>,
    /// Its runs.
    pub runs: BTreeMap<RunId, Part>,
    /// The place of each target in the plan.
    places: BTreeMap<ActionId, usize>,
}

/// What a rollback does to one run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Part {
    /// Places of its steps in the plan, in their order.
    pub steps: Vec<usize>,
    /// True once each of them has ended.
    pub closed: bool,
}

/// What became of one step so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fate {
    /// The latest compensation.
    pub compensation: Option<ActionId>,
    /// How often one failed, when last, and whether the tool may be there another time.
    pub failed: Tries,
    /// What the tool said, or why it could not be called.
    pub note: String,
    /// Read-backs that have not shown it to be gone.
    pub read: Tries,
    /// The latest read-back.
    pub reads: Option<ActionId>,
    /// Set while a person has to take it over.
    pub parked: Option<ParkedWhy>,
    /// By when the person must.
    pub parked_until: Timestamp,
    /// Set when a person took it out of the plan.
    pub skipped: bool,
}

impl Fate {
    /// True when the plan does nothing more about it.
    pub const fn is_laid_down(&self) -> bool {
        self.parked.is_some() || self.skipped
    }
}

/// How often something was tried, and when last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tries {
    /// How often.
    pub times: u32,
    /// When last.
    pub last: Timestamp,
    /// True when trying again may help.
    pub may_pass: bool,
}

/// Why a person has to take a step over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkedWhy {
    /// The compensation was refused, or its tool was not there.
    Refused,
    /// Nobody came to know whether the effect exists.
    InDoubt,
    /// Nobody came to know whether the compensation took place.
    UndoInDoubt,
    /// The read-back does not show that the effect is gone.
    NotVerified,
    /// The window for the compensation has passed.
    OutOfWindow,
    /// Nothing can undo it.
    Irreversible,
}

impl ParkedWhy {
    /// The word in consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::InDoubt => "in_doubt",
            Self::UndoInDoubt => "undo_in_doubt",
            Self::NotVerified => "not_verified",
            Self::OutOfWindow => "out_of_window",
            Self::Irreversible => "irreversible",
        }
    }

    /// True when it may be tried again.
    pub const fn may_pass(self) -> bool {
        match self {
            Self::Refused | Self::InDoubt | Self::UndoInDoubt | Self::NotVerified => true,
            Self::OutOfWindow | Self::Irreversible => false,
        }
    }
}

/// A step that a person has to take over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepParked {
    /// Of which plan.
    pub plan: PlanId,
    /// Of which run.
    pub run: RunId,
    /// The effect.
    pub target: ActionId,
    /// Why.
    pub why: ParkedWhy,
    /// In words.
    pub note: String,
    /// Who answers for it.
    pub owner: String,
    /// By when.
    pub until: Timestamp,
}

/// What a read-back after a compensation has shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoVerified {
    /// Of which plan.
    pub plan: PlanId,
    /// Of which run.
    pub run: RunId,
    /// The effect.
    pub target: ActionId,
    /// The compensation.
    pub compensation: ActionId,
    /// The read.
    pub by: ActionId,
    /// True when the effect is gone.
    pub holds: bool,
    /// What stands there instead.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Rollback {
    /// A plan that nobody has started.
    pub fn planned(plan: Plan) -> Self {
        let (mut runs, mut places) = (BTreeMap::<RunId, Part>::new(), BTreeMap::new());
        runs.extend(plan.run.map(|run| (run, Part::default())));
        for (place, step) in plan.steps.iter().enumerate() {
            places.insert(step.target, place);
            if let Some(run) = plan.run_of(step) {
                runs.entry(run).or_default().steps.push(place);
            }
        }
        let since = Timestamp::default();
        Self { plan, started_by: None, since, paused: None, fates: BTreeMap::new(), runs, places }
    }

    /// True while it goes on.
    pub fn is_under_way(&self) -> bool {
        self.started_by.is_some() && !self.is_closed()
    }

    /// True once all its runs are closed.
    pub fn is_closed(&self) -> bool {
        self.runs.values().all(|part| part.closed)
    }

    /// The step about an action.
    pub fn step(&self, target: ActionId) -> Option<&Step> {
        self.plan.steps.get(*self.places.get(&target)?)
    }

    /// The run that a step is in, with the steps about it that come first.
    pub fn before(&self, target: ActionId) -> (Option<RunId>, impl Iterator<Item = &Step>) {
        let place = self.places.get(&target).copied();
        let run = place.and_then(|place| self.plan.run_of(self.plan.steps.get(place)?));
        let part = run.and_then(|run| self.runs.get(&run));
        let steps = part.into_iter().flat_map(|part| &part.steps);
        let before = steps.take_while(move |at| place.is_some_and(|place| **at < place));
        (run, before.filter_map(|at| self.plan.steps.get(*at)))
    }

    /// The steps about one run, in their order.
    pub fn steps_of(&self, run: RunId) -> impl Iterator<Item = &Step> {
        let part = self.runs.get(&run);
        part.into_iter().flat_map(|part| &part.steps).filter_map(|at| self.plan.steps.get(*at))
    }

    /// What became of a step so far.
    pub fn fate(&self, target: ActionId) -> Fate {
        self.fates.get(&target).cloned().unwrap_or_default()
    }

    /// The latest compensation of an effect.
    pub fn compensation(&self, target: ActionId) -> Option<ActionId> {
        self.fates.get(&target).and_then(|fate| fate.compensation)
    }
}
