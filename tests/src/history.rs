//! A history, read by itself: what the journal's export says became of each action and of each run's money.
//!
//! Written from the stored texts alone and differently from the core's fold, which keeps two sums and moves them:
//! here each action weighs what its fate says, and a run is the sum of its actions.

use std::collections::BTreeMap;

use remit_proto::v1 as pb;
use serde_json::Value;

mod effects;

pub use effects::Tally;

/// What became of an action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Never allowed, or not any more.
    Refused,
    /// A person is asked.
    Waits,
    /// Allowed.
    Goes,
    /// Handed to its tool.
    Started,
    /// The tool did it, and answered this.
    Succeeded(Value),
    /// Nothing happened.
    Failed,
    /// Nobody knows.
    InDoubt,
}

/// What is on record of one action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Which tool.
    pub tool: String,
    /// Of which run.
    pub run: String,
    /// The canonical text of its parameters.
    pub params: String,
    /// What became of it.
    pub fate: Fate,
    /// How often it was handed to its tool.
    pub starts: usize,
    /// The most that it may cost.
    pub hold: u64,
    /// The most that undoing it may cost.
    pub undo_hold: u64,
    /// What it cost.
    pub cost: u64,
    /// True while it can be undone.
    pub undoable: bool,
    /// Whose money it takes: its run's, and that of each window in which it was decided.
    pub purses: Vec<String>,
}

/// Money of a run, or of a window of time.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Purse {
    /// Promised.
    pub held: u64,
    /// Gone.
    pub spent: u64,
}

/// Everything on record so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct History {
    limit: u64,
    windows: Vec<Window>,
    limits: BTreeMap<String, u64>,
    services: BTreeMap<String, String>,
    last: u64,
    /// Each action.
    pub actions: BTreeMap<String, Told>,
    /// Each run's, by its id, and each window's, by its name and number.
    pub purses: BTreeMap<String, Purse>,
}

/// What runs may spend together in so much time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Window {
    /// For instance `the day of orders`.
    pub name: &'static str,
    /// Whose runs; those of all services where nobody is named.
    pub service: Option<&'static str>,
    /// How long, counted from 1970.
    pub seconds: i64,
    /// How much.
    pub limit_micros: u64,
}

impl Told {
    /// What of the run's money it takes.
    const fn weighs(&self) -> Purse {
        match self.fate {
            Fate::Refused | Fate::Failed => Purse { held: 0, spent: self.cost },
            Fate::Waits | Fate::Goes | Fate::Started | Fate::InDoubt => {
                Purse { held: self.hold + self.undo_hold, spent: 0 }
            }
            Fate::Succeeded(_) => {
                Purse { held: if self.undoable { self.undo_hold } else { 0 }, spent: self.cost }
            }
        }
    }

    const fn has_ended(&self) -> bool {
        matches!(self.fate, Fate::Refused | Fate::Succeeded(_) | Fate::Failed)
    }
}

impl History {
    /// Nothing yet; a run may spend so much.
    pub const fn new(limit_micros: u64) -> Self {
        Self {
            limit: limit_micros,
            windows: Vec::new(),
            limits: BTreeMap::new(),
            services: BTreeMap::new(),
            last: 0,
            actions: BTreeMap::new(),
            purses: BTreeMap::new(),
        }
    }

    /// Runs together may spend so much.
    #[must_use]
    pub fn within(mut self, window: Window) -> Self {
        self.windows.push(window);
        self
    }

    /// Enters what was exported.
    #[must_use]
    pub fn read(mut self, events: &[pb::ExportedEvent]) -> Self {
        for event in events {
            let at = event.at.as_ref().unwrap().seconds;
            self.enter((event.seq, at), &serde_json::from_str(&event.event_json).unwrap());
        }
        self
    }

    /// Enters the next event, its position and its second; panics at whatever cannot have happened.
    pub fn enter(&mut self, (seq, at): (u64, i64), event: &Value) {
        assert_eq!(seq, self.last + 1, "an event is missing or came twice");
        self.last = seq;
        let (kind, it) = event.as_object().unwrap().iter().next().unwrap();
        match kind.as_str() {
            "run_started" => {
                let run = text(&it["run"]);
                self.purses.insert(run.clone(), Purse::default());
                self.limits.insert(run.clone(), self.limit);
                let before = self.services.insert(run, text(&it["service"]));
                assert_eq!(before, None, "{it} began twice");
            }
            "action_decided" => self.decided(at, it),
            "action_started" => self.change(it, |told| {
                assert_eq!(told.fate, Fate::Goes, "{told:?} started");
                told.fate = Fate::Started;
                told.starts += 1;
            }),
            // Also what was never sent before: after a power cut nobody can know.
            "action_resent" => self.change(it, |told| {
                assert!(matches!(told.fate, Fate::InDoubt), "{told:?} was sent again");
                told.starts += 1;
            }),
            "action_settled" => self.change(it, |told| settled(told, it)),
            "action_released" => self.change(it, |told| {
                assert_eq!(told.fate, Fate::Waits, "{told:?} was let go");
                told.fate = if it["decision"]["outcome"] == "admit" { Fate::Goes } else { Fate::Refused };
            }),
            "escalation_closed" if it["status"] != "approved" => self.change(it, |told| {
                assert_eq!(told.fate, Fate::Waits, "{told:?} was closed");
                told.fate = Fate::Refused;
            }),
            "action_returned" | "rollback_started" => panic!("these histories have no `{kind}`"),
            _ => {}
        }
    }

    fn decided(&mut self, at: i64, it: &Value) {
        let proposal = &it["proposal"];
        let fate = match it["decision"]["outcome"].as_str().unwrap() {
            "admit" => Fate::Goes,
            "escalate" => Fate::Waits,
            "throttle" | "deny" | "stop" => Fate::Refused,
            other => panic!("`{other}` is no outcome"),
        };
        let run = text(&proposal["run"]);
        let service = self.services.get(&run).unwrap_or_else(|| panic!("{proposal} is of no run")).as_str();
        let mut purses = vec![run.clone()];
        for window in self.windows.iter().filter(|it| it.service.is_none_or(|it| it == service)) {
            let name = format!("{}@{}", window.name, at / window.seconds);
            self.limits.insert(name.clone(), window.limit_micros);
            purses.push(name);
        }
        let told = Told {
            tool: text(&proposal["tool"]),
            run,
            params: proposal["params"].to_string(),
            fate,
            starts: 0,
            hold: micros(&it["hold"]),
            undo_hold: micros(&it["undo_hold"]),
            cost: 0,
            undoable: false,
            purses,
        };
        if told.fate == Fate::Refused {
            assert_eq!(told.hold + told.undo_hold, 0, "{told:?} is refused and holds money");
        }
        let (purses, weight) = (told.purses.clone(), told.weighs());
        let before = self.actions.insert(text(&proposal["action"]), told);
        assert_eq!(before, None, "{proposal} was decided twice");
        self.weigh(&purses, Purse::default(), weight);
    }

    fn change(&mut self, it: &Value, change: impl FnOnce(&mut Told)) {
        let id = it["action"].as_str().unwrap();
        let told = self.actions.get_mut(id).unwrap_or_else(|| panic!("{id} was never decided"));
        let before = told.weighs();
        change(told);
        let (purses, after) = (told.purses.clone(), told.weighs());
        self.weigh(&purses, before, after);
    }

    fn weigh(&mut self, purses: &[String], before: Purse, after: Purse) {
        for name in purses {
            let (limit, purse) = (self.limits[name], self.purses.entry(name.clone()).or_default());
            purse.held = purse.held + after.held - before.held;
            purse.spent = purse.spent + after.spent - before.spent;
            assert!(
                purse.held + purse.spent <= limit,
                "event {}: {name} has {purse:?} of {limit}",
                self.last
            );
        }
    }

    /// What is shown of the runs is what happened, to the unit.
    pub fn shown(&self, runs: &[pb::Run]) {
        assert_eq!(runs.len(), self.services.len(), "some runs are not shown");
        for run in runs {
            let shown = run.budget.as_ref().unwrap();
            let purse = Purse { held: shown.held_micros, spent: shown.spent_micros };
            assert_eq!((self.purses[&run.id], self.limit), (purse, shown.limit_micros), "{}", run.id);
        }
    }

    /// What somebody was told is on record, and may only have moved on from there.
    pub fn told(&self, action: &str, status: pb::ActionStatus) {
        let told = self.actions.get(action);
        let told = told.unwrap_or_else(|| panic!("{action} was {status:?} and is lost"));
        let agrees = match &told.fate {
            Fate::Refused => status == pb::ActionStatus::Denied,
            Fate::Waits => status == pb::ActionStatus::Held,
            Fate::Goes | Fate::Started => false,
            // A doubt may be resolved later.
            Fate::Succeeded(_) => [pb::ActionStatus::Succeeded, pb::ActionStatus::InDoubt].contains(&status),
            Fate::Failed => [pb::ActionStatus::Failed, pb::ActionStatus::InDoubt].contains(&status),
            Fate::InDoubt => status == pb::ActionStatus::InDoubt,
        };
        assert!(agrees, "{action} was {status:?} and is {told:?}");
    }
}

fn settled(told: &mut Told, it: &Value) {
    assert!(!told.has_ended() && told.fate != Fate::Waits, "{told:?} ended by {it}");
    let settlement = &it["settlement"];
    told.cost = micros(&it["cost"]);
    told.undoable = it.get("undo").is_some();
    told.fate = match settlement.as_object().unwrap().keys().next().unwrap().as_str() {
        "succeeded" => Fate::Succeeded(settlement["succeeded"]["result"].clone()),
        "failed" => Fate::Failed,
        "in_doubt" => Fate::InDoubt,
        other => panic!("`{other}` is no end"),
    };
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// An amount; what is left out is nothing.
fn micros(value: &Value) -> u64 {
    if value.is_null() { 0 } else { value.as_u64().unwrap() }
}

#[cfg(test)]
mod tests;
