//! How far actions go at a place and at a moment: the minimum of the contract, its schedule and every switch.

use std::{collections::BTreeSet, fmt};

use crate::{
    Level, Reason, RunId, ServiceName, SwitchId, Terms, Timestamp, ToolName,
    schedule::Scheduled,
    state::State,
    switch::{Breach, Place, Switch},
};

/// The lowest ceiling over a place, and what sets it.
#[derive(Clone, Copy, Debug)]
pub struct Ceiling<'a> {
    /// The highest level that goes.
    pub level: Level,
    /// What lowers it below the contract's own.
    pub lowered: Option<Lowered<'a>>,
}

/// What lowers a ceiling.
#[derive(Clone, Copy, Debug)]
pub enum Lowered<'a> {
    /// Somebody has set a switch.
    Switch(&'a Switch),
    /// The contract's schedule says so at this time of the week.
    Schedule(&'a Scheduled),
}

impl Ceiling<'_> {
    /// Why what lies above it does not go.
    pub fn reason(&self) -> Reason {
        match self.lowered {
            None => Reason::AboveAutonomy,
            Some(Lowered::Schedule(_)) => Reason::ScheduledCeiling,
            Some(Lowered::Switch(switch)) if switch.breach.is_some() => Reason::ToolQuarantined,
            Some(Lowered::Switch(_)) if self.level == Level::None => Reason::Stopped,
            Some(Lowered::Switch(_)) => Reason::AboveCeiling,
        }
    }

    /// The report for which it is a quarantine.
    pub fn breach(&self) -> Option<Breach> {
        match self.lowered {
            Some(Lowered::Switch(switch)) => switch.breach,
            Some(Lowered::Schedule(_)) | None => None,
        }
    }
}

impl fmt::Display for Ceiling<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = self.level;
        match self.lowered {
            None => write!(f, "the contract grants {level}"),
            Some(Lowered::Switch(switch)) => write!(f, "{} set {} to {level}", switch.by, switch.scope),
            Some(Lowered::Schedule(it)) => {
                write!(f, "`recovery.schedule.{}` sets {level} {} ({})", it.id, it.hours(), it.because)
            }
        }
    }
}

/// What goes again at a place once switches are lifted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resumes {
    /// Whose ceiling.
    pub service: ServiceName,
    /// Of this tool, where it differs from the service's.
    pub tool: Option<ToolName>,
    /// Of this run, where it differs from the service's.
    pub run: Option<RunId>,
    /// The ceiling now.
    pub before: Level,
    /// The ceiling then.
    pub after: Level,
    /// The tools that go then and do not now.
    pub tools: Vec<ToolName>,
    /// Open runs that may use them.
    pub open_runs: usize,
}

impl State {
    /// The lowest ceiling over a place.
    pub fn ceiling<'a>(&'a self, terms: &'a Terms, place: Place<'_>, now: Timestamp) -> Ceiling<'a> {
        self.ceiling_without(terms, place, now, |_| false)
    }

    fn ceiling_without<'a>(
        &'a self,
        terms: &'a Terms,
        place: Place<'_>,
        now: Timestamp,
        lifted: impl Fn(SwitchId) -> bool,
    ) -> Ceiling<'a> {
        let set = self.switches.values().filter(|it| it.scope.covers(place) && !lifted(it.id));
        let hours = terms.schedule.iter().filter(|it| it.holds(now));
        let switches = set.map(|it| (it.ceiling, Lowered::Switch(it)));
        let schedule = hours.map(|it| (it.ceiling, Lowered::Schedule(it)));
        let contract = Ceiling { level: terms.autonomy, lowered: None };
        switches.chain(schedule).fold(contract, |best, (level, lowered)| {
            if level < best.level { Ceiling { level, lowered: Some(lowered) } } else { best }
        })
    }

    /// What goes again once these switches are lifted: by service, and by tool and open run where they differ.
    pub fn resumes(&self, lifted: &BTreeSet<SwitchId>, now: Timestamp) -> Vec<Resumes> {
        let mut rows = Vec::new();
        for (name, service) in &self.services {
            let whole = Place { domain: &self.domain, service: name, tool: None, run: None };
            let of_service = self.change(&service.active, whole, lifted, now);
            let runs = self.runs.values().filter(|run| run.is_open() && run.terms.service == *name);
            let tools = service.active.tools.keys();
            let of_tools = tools.map(|tool| (&*service.active, Place { tool: Some(tool), ..whole }));
            let of_runs = runs.clone().map(|run| (&*run.terms, Place { run: Some(run.id), ..whole }));
            let parts = of_tools.chain(of_runs).map(|(terms, place)| (terms, place, of_service));
            let all = std::iter::once((&*service.active, whole, (Level::None, Level::None))).chain(parts);
            for (terms, place, known) in all {
                let (before, after) = self.change(terms, place, lifted, now);
                if before == after || (before, after) == known {
                    continue;
                }
                let goes = |tool: &&ToolName| {
                    let at = Place { tool: Some(*tool), ..place };
                    let level = terms.tools.get(*tool).and_then(|it| it.level).unwrap_or(Level::None);
                    let (before, after) = self.change(terms, at, lifted, now);
                    place.tool.is_none_or(|only| only == *tool) && before < level && level <= after
                };
                rows.push(Resumes {
                    service: name.clone(),
                    tool: place.tool.cloned(),
                    run: place.run,
                    before,
                    after,
                    tools: terms.tools.keys().filter(goes).cloned().collect(),
                    open_runs: place.run.map_or_else(|| runs.clone().count(), |_| 1),
                });
            }
        }
        rows
    }

    /// The ceiling over a place, as it is and as it is once these switches are lifted.
    fn change(
        &self,
        terms: &Terms,
        place: Place<'_>,
        lifted: &BTreeSet<SwitchId>,
        now: Timestamp,
    ) -> (Level, Level) {
        let after = self.ceiling_without(terms, place, now, |id| lifted.contains(&id));
        (self.ceiling(terms, place, now).level, after.level)
    }
}
