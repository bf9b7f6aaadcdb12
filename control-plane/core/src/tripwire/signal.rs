//! What each signal counts of an event, when it is too much, and how that is said.

use std::fmt;

use super::{Comparison, LEAST, Notice, Over, Signal, Tripwire, When};
use crate::{
    Money,
    sliding::{lasting, short},
};

/// What a window holds: how much of it counts, and of how much.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Tally {
    /// Denied, in doubt, slow, undone, milliseconds, millionths of money.
    pub(super) hits: u64,
    /// Decided, ended, succeeded.
    pub(super) of: u64,
    /// For a rate: the same before the window.
    pub(super) before: u64,
}

/// A millionth.
const WHOLE: u128 = 1_000_000;

impl When {
    /// What an event adds; `None` where the signal is not about it.
    pub(super) fn tally(&self, notice: &Notice) -> Option<Tally> {
        let one = |hits: u64| Tally { hits, of: 1, before: 0 };
        match self.signal {
            Signal::DeniedRatio => notice.decided.map(|(denied, _)| one(u64::from(denied))),
            Signal::ForbiddenAttempts => notice.decided.map(|(_, forbidden)| one(u64::from(forbidden))),
            Signal::InDoubt => notice.ended.map(|ended| one(u64::from(ended.in_doubt))),
            Signal::BreakerOpens => notice.ended.map(|_| one(notice.opened)),
            Signal::SpendRate { .. } => (notice.cost > Money::ZERO).then(|| one(notice.cost.as_micros())),
            Signal::UndoRate if notice.undone => Some(Tally { hits: 1, of: 0, before: 0 }),
            Signal::UndoRate => notice.effect.then(|| one(0)),
            Signal::LatencyMean => notice.ended.and_then(|ended| ended.took_ms).map(one),
            Signal::Latency { .. } => {
                let took = notice.ended.and_then(|ended| ended.took_ms);
                took.map(|ms| one(u64::from(self.is.holds(u128::from(ms), u128::from(self.limit)))))
            }
            Signal::QueueWaiting => notice.asked.map(|(waiting, _)| one(self.beyond(waiting))),
            Signal::QueueOldest => notice.asked.map(|(_, oldest)| one(self.beyond(oldest))),
        }
    }

    /// One where a measure is too much.
    fn beyond(&self, measure: u64) -> u64 {
        u64::from(self.is.holds(u128::from(measure), u128::from(self.limit)))
    }

    /// True when there is too much of it.
    pub(super) fn holds(&self, over: Over, seen: Tally) -> bool {
        let (hits, of, limit) = (u128::from(seen.hits), u128::from(seen.of), u128::from(self.limit));
        let enough = match over {
            Over::Actions(many) => seen.of >= u64::from(many),
            Over::Time(_) => seen.of >= LEAST,
        };
        match self.signal {
            Signal::InDoubt | Signal::BreakerOpens | Signal::ForbiddenAttempts => self.is.holds(hits, limit),
            Signal::DeniedRatio | Signal::UndoRate => {
                enough && self.is.holds(hits.saturating_mul(WHOLE), limit.saturating_mul(of))
            }
            Signal::QueueWaiting | Signal::QueueOldest => hits > 0,
            Signal::LatencyMean => enough && self.is.holds(hits, limit.saturating_mul(of)),
            // So many percent need at most the limit exactly when no more than the rest need longer.
            Signal::Latency { percent } => {
                let rest = u128::from(100_u8.saturating_sub(percent));
                enough && hits.saturating_mul(100) > rest.saturating_mul(of)
            }
            Signal::SpendRate { baseline_ms } => {
                let Over::Time(window_ms) = over else { return false };
                let (window, baseline) = (u128::from(window_ms), u128::from(baseline_ms));
                let rate = hits.saturating_mul(baseline).saturating_mul(WHOLE);
                let usual = u128::from(seen.before).saturating_mul(window).saturating_mul(limit);
                seen.before > 0 && self.is.holds(rate, usual)
            }
        }
    }
}

impl Comparison {
    const fn holds(self, left: u128, right: u128) -> bool {
        match self {
            Self::MoreThan => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MoreThan => "more than",
            Self::AtLeast => "at least",
        })
    }
}

impl Signal {
    /// A limit as people write it.
    pub(super) fn shown(self, limit: u64) -> String {
        match self {
            Self::InDoubt | Self::BreakerOpens | Self::ForbiddenAttempts | Self::QueueWaiting => {
                limit.to_string()
            }
            Self::DeniedRatio | Self::UndoRate | Self::SpendRate { .. } => millionths(u128::from(limit)),
            Self::LatencyMean | Self::Latency { .. } | Self::QueueOldest => short(limit),
        }
    }
}

impl Tripwire {
    /// What was seen, in words.
    pub(super) fn figures(&self, seen: Tally) -> String {
        let Tally { hits, of, before } = seen;
        let share = |of: u128| u128::from(hits).saturating_mul(WHOLE).checked_div(of).unwrap_or_default();
        let last = match self.over {
            Over::Actions(_) => format!("the last {of}"),
            Over::Time(ms) => format!("the last {}", lasting(ms)),
        };
        let of_all = format!("{hits} of {of}");
        match self.when.signal {
            Signal::DeniedRatio => format!("{of_all} were denied in {last}"),
            Signal::InDoubt => format!("{hits} came into doubt in {last}"),
            Signal::BreakerOpens => format!("breakers opened {hits} times in {last}"),
            Signal::ForbiddenAttempts => format!("{hits} attempts at what is forbidden in {last}"),
            Signal::UndoRate => format!("{hits} were undone and {of} done in {last}"),
            Signal::LatencyMean => {
                let mean = hits.checked_div(of).unwrap_or_default();
                format!("{of} calls took {mean} ms on average in {last}")
            }
            Signal::Latency { .. } => {
                let limit = self.when.signal.shown(self.when.limit);
                format!("{of_all} calls took {} {limit} in {last}", self.when.is)
            }
            Signal::QueueWaiting => {
                format!(
                    "{of_all} questions in {last} found {} {} waiting, themselves with them",
                    self.when.is, self.when.limit
                )
            }
            Signal::QueueOldest => {
                let limit = self.when.signal.shown(self.when.limit);
                format!(
                    "{of_all} questions in {last} came after one that had waited {} {limit}",
                    self.when.is
                )
            }
            Signal::SpendRate { baseline_ms } => {
                let Over::Time(ms) = self.over else { return String::new() };
                let usual = u128::from(before).saturating_mul(u128::from(ms));
                let usual = usual.checked_div(u128::from(baseline_ms)).unwrap_or_default();
                format!(
                    "{} were spent in {last}, {} times of what was usual in the {} before",
                    Money::from_micros(hits),
                    millionths(share(usual)),
                    lasting(baseline_ms)
                )
            }
        }
    }
}

/// `0.5`, without zeros at its end.
fn millionths(share: u128) -> String {
    let (whole, rest) = (share.checked_div(WHOLE).unwrap_or(0), share.checked_rem(WHOLE).unwrap_or(0));
    let decimals = format!("{rest:06}");
    let decimals = decimals.trim_end_matches('0');
    if decimals.is_empty() { whole.to_string() } else { format!("{whole}.{decimals}") }
}
