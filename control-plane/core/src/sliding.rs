//! Sliding windows: how much there was in the last so long, in a bounded memory and the same in every replay.
//!
//! A window is cut into [`SLOTS`] slots of equal length. A slot counts as long as any moment of it lies in the window:
//! so never less is counted than there was, and what is counted in addition is at most one slot old too much.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{Digest, Timestamp};

/// Into so many slots a window is cut.
pub const SLOTS: u64 = 60;

/// How much there was in a window.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sliding {
    cut: Cut,
    /// Slots in which there was something, oldest first; none before the window of the last addition.
    slots: VecDeque<(i64, u64)>,
}

/// How many different values there were in a window.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Distinct {
    cut: Cut,
    values: BTreeMap<Digest, Sliding>,
    /// Each value by the last slot in which it was seen.
    latest: BTreeSet<(i64, Digest)>,
}

/// How time is cut, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Cut {
    window: i64,
    slot: i64,
}

impl Cut {
    fn of(per_ms: u64) -> Self {
        let window = i64::try_from(per_ms).unwrap_or(i64::MAX).saturating_mul(1_000).max(1);
        let slots = i64::try_from(SLOTS).unwrap_or(1);
        let whole = window.checked_div(slots).unwrap_or(window);
        let rest = window.checked_rem(slots).unwrap_or(0);
        Self { window, slot: whole.saturating_add(i64::from(rest > 0)) }
    }

    fn slot(self, at: Timestamp) -> i64 {
        at.as_micros().checked_div_euclid(self.slot).unwrap_or_default()
    }

    /// The first slot that is still in the window.
    fn first(self, now: Timestamp) -> i64 {
        self.slot(Timestamp::from_micros(now.as_micros().saturating_sub(self.window)))
    }
}

impl Sliding {
    /// Nothing yet, in a window of so many milliseconds.
    pub fn over(per_ms: u64) -> Self {
        Self { cut: Cut::of(per_ms), slots: VecDeque::new() }
    }

    /// Adds an amount. Time goes forward.
    pub fn add(&mut self, at: Timestamp, amount: u64) {
        let (slot, first) = (self.cut.slot(at), self.cut.first(at));
        while self.slots.front().is_some_and(|(number, _)| *number < first) {
            self.slots.pop_front();
        }
        match self.slots.back_mut().filter(|(number, _)| *number >= slot) {
            Some((_, there)) => *there = there.saturating_add(amount),
            None => self.slots.push_back((slot, amount)),
        }
    }

    /// Takes back what was added then, as far as it is still known.
    pub fn take_back(&mut self, at: Timestamp, amount: u64) {
        let slot = self.cut.slot(at);
        if let Some((_, there)) = self.slots.iter_mut().find(|(number, _)| *number == slot) {
            *there = there.saturating_sub(amount);
        }
        self.slots.retain(|(_, there)| *there > 0);
    }

    /// How much there was in the window that ends now.
    pub fn total(&self, now: Timestamp) -> u64 {
        let first = self.cut.first(now);
        let counted = self.slots.iter().filter(|(number, _)| *number >= first);
        counted.fold(0, |sum: u64, (_, amount)| sum.saturating_add(*amount))
    }

    fn last(&self) -> Option<i64> {
        self.slots.back().map(|(number, _)| *number)
    }
}

impl Distinct {
    /// None yet, in a window of so many milliseconds.
    pub fn over(per_ms: u64) -> Self {
        Self { cut: Cut::of(per_ms), values: BTreeMap::new(), latest: BTreeSet::new() }
    }

    /// Sees a value.
    pub fn see(&mut self, at: Timestamp, value: Digest) {
        let first = self.cut.first(at);
        while let Some((slot, old)) = self.latest.first().copied().filter(|(slot, _)| *slot < first) {
            self.latest.remove(&(slot, old));
            self.values.remove(&old);
        }
        let cut = self.cut;
        self.change(value, |seen| {
            let seen = seen.get_or_insert_with(|| Sliding { cut, slots: VecDeque::new() });
            seen.add(at, 1);
        });
    }

    /// Takes back one sight of a value.
    pub fn take_back(&mut self, at: Timestamp, value: Digest) {
        self.change(value, |seen| {
            if let Some(seen) = seen {
                seen.take_back(at, 1);
            }
        });
    }

    fn change(&mut self, value: Digest, change: impl FnOnce(&mut Option<Sliding>)) {
        let mut seen = self.values.remove(&value);
        if let Some(slot) = seen.as_ref().and_then(Sliding::last) {
            self.latest.remove(&(slot, value));
        }
        change(&mut seen);
        if let Some((seen, slot)) = seen.and_then(|seen| seen.last().map(|slot| (seen, slot))) {
            self.latest.insert((slot, value));
            self.values.insert(value, seen);
        }
    }

    /// True when the value was seen in the window that ends now.
    pub fn knows(&self, now: Timestamp, value: &Digest) -> bool {
        let last = self.values.get(value).and_then(Sliding::last);
        last.is_some_and(|slot| slot >= self.cut.first(now))
    }

    /// How many different values were seen in the window that ends now.
    pub fn count(&self, now: Timestamp) -> u64 {
        let first = self.cut.first(now);
        // What has left the window since the last sight are few: they are forgotten with the next one.
        let gone = self.latest.iter().take_while(|(slot, _)| *slot < first).count();
        u64::try_from(self.latest.len().saturating_sub(gone)).unwrap_or(u64::MAX)
    }
}

/// The length of a window behind the words `in the last`.
pub fn lasting(ms: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second")];
    let unit = UNITS.into_iter().find(|(length, _)| ms > 0 && ms.checked_rem(*length) == Some(0));
    match unit.map(|(length, word)| (ms.checked_div(length).unwrap_or_default(), word)) {
        Some((1, word)) => word.to_owned(),
        Some((many, word)) => format!("{many} {word}s"),
        None => format!("{ms} ms"),
    }
}

/// The same as it is written in contracts: `10m`.
pub fn short(ms: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = UNITS.into_iter().find(|(length, _)| ms > 0 && ms.checked_rem(*length) == Some(0));
    match unit {
        Some((length, unit)) => format!("{}{unit}", ms.checked_div(length).unwrap_or_default()),
        None => format!("{ms}ms"),
    }
}

#[cfg(test)]
mod tests;
