//! What the rules of a blast radius have measured so far.

use std::collections::BTreeMap;

use super::{Mark, Measure, Meter, Radius};
use crate::{
    Digest, Timestamp,
    sliding::{Distinct, Sliding},
};

/// The gauges of one service or domain: one a meter that its rules name, and none that they do not.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Meters(BTreeMap<Meter, Gauge>);

/// What one meter shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Gauge {
    /// How much.
    Amount(Sliding),
    /// How many different ones.
    Values(Distinct),
}

impl Meters {
    /// Takes up other rules: what both measure goes on, what only the new ones measure begins with nothing.
    pub(crate) fn follow(&mut self, rules: &[Radius]) {
        let mut before = std::mem::take(&mut self.0);
        self.0 = rules
            .iter()
            .map(|rule| {
                let gauge = before.remove(&rule.meter).unwrap_or_else(|| Gauge::of(&rule.meter));
                (rule.meter.clone(), gauge)
            })
            .collect();
    }

    /// What a meter shows; nothing where nobody measures it.
    pub fn reading(&self, meter: &Meter, now: Timestamp) -> u64 {
        self.0.get(meter).map_or(0, |gauge| gauge.reading(now))
    }

    /// What the meter would show with one more.
    pub(crate) fn with(&self, meter: &Meter, mark: Mark, now: Timestamp) -> u64 {
        let (reading, gauge) = (self.reading(meter, now), self.0.get(meter));
        let more = match (mark, gauge) {
            (Mark::Amount(amount), _) => amount,
            (Mark::Value(value), Some(Gauge::Values(seen))) => u64::from(!seen.knows(now, &value)),
            (Mark::Value(_), Some(Gauge::Amount(_)) | None) => 1,
        };
        reading.saturating_add(more)
    }

    /// Counts an action that was admitted.
    pub(crate) fn count(&mut self, meter: &Meter, mark: Mark, at: Timestamp) {
        match (self.0.get_mut(meter), mark) {
            (Some(Gauge::Amount(sum)), Mark::Amount(amount)) => sum.add(at, amount),
            (Some(Gauge::Values(seen)), Mark::Value(value)) => seen.see(at, value),
            (Some(Gauge::Amount(_) | Gauge::Values(_)) | None, Mark::Amount(_) | Mark::Value(_)) => {}
        }
    }

    /// Has a meter show so much, of values that no action will have.
    pub fn assume(&mut self, meter: &Meter, reading: u64, at: Timestamp) {
        match self.0.get_mut(meter) {
            Some(Gauge::Amount(sum)) => sum.add(at, reading),
            Some(Gauge::Values(seen)) => {
                let value = |number: u64| Digest::of_parts(&[b"assumed", &number.to_be_bytes()]);
                (0..reading).for_each(|number| seen.see(at, value(number)));
            }
            None => {}
        }
    }

    /// Takes back an action that was counted then and certainly did not happen.
    pub(crate) fn take_back(&mut self, meter: &Meter, mark: Mark, at: Timestamp) {
        match (self.0.get_mut(meter), mark) {
            (Some(Gauge::Amount(sum)), Mark::Amount(amount)) => sum.take_back(at, amount),
            (Some(Gauge::Values(seen)), Mark::Value(value)) => seen.take_back(at, value),
            (Some(Gauge::Amount(_) | Gauge::Values(_)) | None, Mark::Amount(_) | Mark::Value(_)) => {}
        }
    }
}

impl Gauge {
    fn of(meter: &Meter) -> Self {
        match meter.measure {
            Measure::Count | Measure::Sum(_) => Self::Amount(Sliding::over(meter.per_ms)),
            Measure::Distinct(_) => Self::Values(Distinct::over(meter.per_ms)),
        }
    }

    fn reading(&self, now: Timestamp) -> u64 {
        match self {
            Self::Amount(sum) => sum.total(now),
            Self::Values(seen) => seen.count(now),
        }
    }
}
