//! One wire: its window, whether it is armed, and the events that it rests on.

use std::collections::{BTreeMap, VecDeque};

use super::{Notice, Over, Signal, Then, Tripwire, signal::Tally};
use crate::{SwitchId, Timestamp, sliding::Sliding};

/// So many positions of events are named as evidence.
const NAMED: usize = 10;

/// The wires of one service or domain.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Wires(BTreeMap<Tripwire, Wire>);

/// One wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wire {
    window: Window,
    stand: Stand,
    /// The latest events that count, with their positions.
    latest: VecDeque<(Timestamp, u64)>,
}

/// What it looks back at.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Window {
    /// The last so many, oldest first.
    Actions(VecDeque<Tally>),
    /// A time.
    Time { hits: Sliding, of: Sliding },
    /// A time, and the one before it.
    Rate { recent: Sliding, both: Sliding, since: Option<Timestamp> },
}

/// Whether it can trip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stand {
    Armed,
    /// Until its switch is lifted.
    Set {
        at: Timestamp,
        switch: SwitchId,
    },
    /// Until the condition has not held for a whole window: since when, and for how many events.
    Observed {
        at: Timestamp,
        since: Timestamp,
        calm: u32,
    },
}

impl Wires {
    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes up other rules: what both have goes on, what only the new ones have begins with nothing.
    pub(crate) fn follow(&mut self, rules: &[Tripwire]) {
        let mut before = std::mem::take(&mut self.0);
        self.0 = rules
            .iter()
            .map(|rule| (rule.clone(), before.remove(rule).unwrap_or_else(|| Wire::of(rule))))
            .collect();
    }

    /// Weighs an event.
    pub(crate) fn feed(&mut self, notice: &Notice, at: Timestamp, position: u64) {
        for (rule, wire) in &mut self.0 {
            if let Some(tally) = rule.when.tally(notice) {
                wire.add(rule, tally, (at, position));
            }
        }
    }

    /// The wires that trip now: figures, and the positions of the latest events that count.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<(&Tripwire, String, Vec<u64>)> {
        let armed = self.0.iter().filter(|(_, wire)| wire.stand == Stand::Armed);
        let due = armed.filter_map(|(rule, wire)| {
            let seen = wire.seen(rule, now)?;
            let holds = rule.when.holds(rule.over, seen);
            holds.then(|| (rule, rule.figures(seen), wire.evidence(rule, now)))
        });
        due.collect()
    }

    /// Has a wire look back at so many that count, of so many.
    pub fn assume(&mut self, rule: &Tripwire, (hits, of): (u64, u64), at: Timestamp) {
        let Some(wire) = self.0.get_mut(rule) else { return };
        match rule.over {
            Over::Actions(_) => (0..of).for_each(|number| {
                wire.add(rule, Tally { hits: u64::from(number < hits), of: 1, before: 0 }, (at, 0));
            }),
            Over::Time(_) => wire.add(rule, Tally { hits, of, before: 0 }, (at, 0)),
        }
        wire.latest.clear();
    }

    /// A wire has tripped.
    pub(crate) fn tripped(&mut self, rule: &Tripwire, switch: Option<SwitchId>, at: Timestamp) {
        if let Some(wire) = self.0.get_mut(rule) {
            wire.stand = match switch {
                Some(switch) => Stand::Set { at, switch },
                None => Stand::Observed { at, since: at, calm: 0 },
            };
        }
    }

    /// People have lifted a switch: the wire that set it begins anew, or the next event would set it again.
    pub(crate) fn lifted(&mut self, switch: SwitchId) {
        for (rule, wire) in &mut self.0 {
            if matches!(wire.stand, Stand::Set { switch: set, .. } if set == switch) {
                *wire = Wire::of(rule);
            }
        }
    }

    /// Each wire, and whether it has tripped.
    pub fn each(&self) -> impl Iterator<Item = (&Tripwire, bool)> {
        self.0.iter().map(|(rule, wire)| (rule, wire.stand != Stand::Armed))
    }

    /// The wires that have tripped, and when.
    pub fn standing(&self) -> impl Iterator<Item = (&Tripwire, Timestamp)> {
        self.0.iter().filter_map(|(rule, wire)| match wire.stand {
            Stand::Armed => None,
            Stand::Set { at, .. } | Stand::Observed { at, .. } => Some((rule, at)),
        })
    }
}

impl Wire {
    fn of(rule: &Tripwire) -> Self {
        let window = match (rule.over, rule.when.signal) {
            (Over::Actions(_), _) => Window::Actions(VecDeque::new()),
            (Over::Time(ms), Signal::SpendRate { baseline_ms }) => Window::Rate {
                recent: Sliding::over(ms),
                both: Sliding::over(ms.saturating_add(baseline_ms)),
                since: None,
            },
            (Over::Time(ms), _) => Window::Time { hits: Sliding::over(ms), of: Sliding::over(ms) },
        };
        Self { window, stand: Stand::Armed, latest: VecDeque::new() }
    }

    fn add(&mut self, rule: &Tripwire, tally: Tally, (at, position): (Timestamp, u64)) {
        match &mut self.window {
            Window::Actions(last) => {
                match last.back_mut().filter(|_| tally.of == 0) {
                    Some(newest) => newest.hits = newest.hits.saturating_add(tally.hits),
                    None => last.push_back(tally),
                }
                while matches!(rule.over, Over::Actions(many) if last.len() > many.try_into().unwrap_or(usize::MAX))
                {
                    last.pop_front();
                }
            }
            Window::Time { hits, of } => {
                hits.add(at, tally.hits);
                of.add(at, tally.of);
            }
            Window::Rate { recent, both, since } => {
                recent.add(at, tally.hits);
                both.add(at, tally.hits);
                since.get_or_insert(at);
            }
        }
        if tally.hits > 0 {
            self.latest.push_back((at, position));
            while self.latest.len() > NAMED {
                self.latest.pop_front();
            }
        }
        self.calm(rule, at);
    }

    /// What is only observed is armed again once it has not held for a whole window.
    fn calm(&mut self, rule: &Tripwire, at: Timestamp) {
        let Stand::Observed { at: tripped, since, calm } = self.stand else { return };
        if self.seen(rule, at).is_some_and(|seen| rule.when.holds(rule.over, seen)) {
            self.stand = Stand::Observed { at: tripped, since: at, calm: 0 };
            return;
        }
        let calm = calm.saturating_add(1);
        let is_over = match rule.over {
            Over::Actions(many) => calm >= many,
            Over::Time(ms) => at.since_ms(since) >= ms,
        };
        self.stand = if is_over { Stand::Armed } else { Stand::Observed { at: tripped, since, calm } };
    }

    /// What the window holds; `None` where there is nothing yet that it could be compared with.
    fn seen(&self, rule: &Tripwire, now: Timestamp) -> Option<Tally> {
        match &self.window {
            Window::Actions(last) => Some(last.iter().fold(Tally::default(), |sum, it| Tally {
                hits: sum.hits.saturating_add(it.hits),
                of: sum.of.saturating_add(it.of),
                before: 0,
            })),
            Window::Time { hits, of } => Some(Tally { hits: hits.total(now), of: of.total(now), before: 0 }),
            Window::Rate { recent, both, since } => {
                let (Over::Time(ms), Signal::SpendRate { baseline_ms }) = (rule.over, rule.when.signal)
                else {
                    return None;
                };
                let known_ms = since.map_or(0, |since| now.since_ms(since));
                let (hits, both) = (recent.total(now), both.total(now));
                let is_known = known_ms >= ms.saturating_add(baseline_ms);
                is_known.then(|| Tally { hits, of: 1, before: both.saturating_sub(hits) })
            }
        }
    }

    /// Positions of the latest events that count and are still in the window.
    fn evidence(&self, rule: &Tripwire, now: Timestamp) -> Vec<u64> {
        let inside = match &self.window {
            Window::Actions(last) => last.iter().filter(|tally| tally.hits > 0).count(),
            Window::Time { .. } | Window::Rate { .. } => NAMED,
        };
        let is_young = |at: Timestamp| {
            matches!(rule.over, Over::Actions(_)) || {
                let Over::Time(ms) = rule.over else { return false };
                now.since_ms(at) <= ms
            }
        };
        let latest = self.latest.iter().filter(|(at, _)| is_young(*at));
        let skipped = self.latest.len().saturating_sub(inside);
        latest.skip(skipped).map(|(_, position)| *position).collect()
    }
}

impl Then {
    /// The ceiling that it sets.
    pub const fn lowers_to(self) -> Option<crate::Level> {
        match self {
            Self::Observe => None,
            Self::Lower(level) => Some(level),
        }
    }
}
