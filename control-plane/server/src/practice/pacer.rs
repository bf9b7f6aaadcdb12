//! When the next practice question is due: one among so many real ones, at a place that nobody can foresee.

use remit_core::{Timestamp, practice::Cadence};

/// A question that is due is put off for at most so long, in milliseconds, after the real one that made it due.
const LONGEST_MS: u64 = 60_000;

/// Counts the real questions of a domain.
#[derive(Debug)]
pub(super) struct Pacer {
    cadence: Cadence,
    /// Real questions since the last round began.
    asked: u32,
    /// The how-manieth of a round makes one due.
    place: u32,
    last: Option<Timestamp>,
    /// From when on one may be put.
    due: Option<Timestamp>,
}

impl Pacer {
    /// Begins a round; `draw` gives a number below the one that it is given.
    pub(super) fn new(cadence: Cadence, draw: impl FnOnce(u64) -> u64) -> Self {
        Self { cadence, asked: 0, place: place(cadence, draw), last: None, due: None }
    }

    /// A real question was asked. One that is due waits a while, as long as between two real ones at most: put in the
    /// same moment, it would be known by that.
    pub(super) fn asked(&mut self, at: Timestamp, draw: impl Fn(u64) -> u64) {
        if self.asked == self.place && self.due.is_none() {
            let pause = self.last.map_or(0, |last| at.since_ms(last)).min(LONGEST_MS);
            self.due = Some(at.plus_ms(draw(pause.saturating_add(1))));
        }
        self.last = Some(at);
        self.asked = self.asked.saturating_add(1);
        if self.cadence.one_in <= self.asked {
            (self.asked, self.place) = (0, place(self.cadence, draw));
        }
    }

    /// True where one may be put now: it is due, and of the real ones so few wait, for so short a time, that people have
    /// the leisure. How many wait and how long the first has is looked up only then.
    pub(super) fn is_due(&self, now: Timestamp, waiting: impl FnOnce() -> (u32, u64)) -> bool {
        self.due.is_some_and(|due| due <= now) && {
            let (waiting, oldest_ms) = waiting();
            self.cadence.is_calm(waiting, oldest_ms)
        }
    }

    /// One was put.
    pub(super) const fn put(&mut self) {
        self.due = None;
    }
}

fn place(cadence: Cadence, draw: impl FnOnce(u64) -> u64) -> u32 {
    u32::try_from(draw(u64::from(cadence.one_in))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use remit_core::{Timestamp, practice::Cadence};

    use super::{LONGEST_MS, Pacer};

    const CADENCE: Cadence = Cadence { one_in: 10, most_waiting: 3, longest_wait_ms: 60_000 };

    fn at(second: u64) -> Timestamp {
        Timestamp::from_micros(0).plus_ms(second.saturating_mul(1_000))
    }

    /// How many were put among so many real questions, one a second, and after which of them.
    fn put_among(many: u64, draw: impl Fn(u64) -> u64 + Copy) -> Vec<u64> {
        let mut pacer = Pacer::new(CADENCE, draw);
        let mut put = Vec::new();
        for second in 1..=many {
            pacer.asked(at(second), draw);
            if pacer.is_due(at(second.saturating_add(1)), || (0, 0)) {
                pacer.put();
                put.push(second);
            }
        }
        put
    }

    #[test]
    fn each_round_of_real_questions_has_one_wherever_it_is() {
        for (name, draw) in [
            ("first", (|_| 0) as fn(u64) -> u64),
            ("last", |below| below.saturating_sub(1)),
            ("middle", |below| below / 2),
        ] {
            let put = put_among(100, draw);
            assert_eq!(put.len(), 10, "{name}: {put:?}");
            let rounds: Vec<u64> = put.iter().map(|second| second.saturating_sub(1) / 10).collect();
            assert_eq!(rounds, (0..10).collect::<Vec<_>>(), "{name}: {put:?}");
        }
    }

    #[test]
    fn none_while_people_are_busy_and_only_one_afterwards() {
        for (waiting, oldest_ms, is_put) in
            [(3, 59_999, true), (4, 0, false), (0, 60_000, false), (4, 60_000, false)]
        {
            let mut pacer = Pacer::new(CADENCE, |_| 0);
            pacer.asked(at(1), |_| 0);
            assert_eq!(pacer.is_due(at(2), || (waiting, oldest_ms)), is_put, "{waiting} {oldest_ms}");
        }
        let mut pacer = Pacer::new(CADENCE, |_| 0);
        (1..=40).for_each(|second| pacer.asked(at(second), |_| 0));
        assert!(pacer.is_due(at(50), || (0, 0)));
        pacer.put();
        assert!(!pacer.is_due(at(60), || (0, 0)), "what was missed is not made up for");
    }

    #[test]
    fn it_comes_some_time_after_the_real_one_and_never_much_later() {
        for (pause, latest_ms) in [(5, 5_000), (3_600, LONGEST_MS)] {
            let mut pacer = Pacer::new(CADENCE, |below| 1.min(below.saturating_sub(1)));
            pacer.asked(at(1), |_| 0);
            let second = 1_u64.saturating_add(pause);
            pacer.asked(at(second), |below| below.saturating_sub(1));
            let last = at(second).plus_ms(latest_ms);
            assert!(pacer.is_due(last, || (0, 0)), "{pause}");
            let before = Timestamp::from_micros(last.as_micros().saturating_sub(1));
            assert!(!pacer.is_due(before, || (0, 0)), "{pause}");
        }
    }
}
