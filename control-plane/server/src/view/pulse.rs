//! Decisions over the last two minutes, in buckets of five seconds.

use remit_core::{Outcome, Timestamp};

const BUCKET_MS: u64 = 5_000;
const BUCKETS: usize = 24;

/// Counts by outcome class: admitted, denied, escalated.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    index: u64,
    counts: [u32; 3],
}

/// A ring of buckets.
#[derive(Debug, Clone)]
pub(crate) struct Pulse([Bucket; BUCKETS]);

impl Default for Pulse {
    fn default() -> Self {
        Self([Bucket::default(); BUCKETS])
    }
}

impl Pulse {
    /// Counts one decision.
    pub(crate) fn beat(&mut self, at: Timestamp, outcome: Outcome) {
        let index = index(at);
        let bucket = slot(index).and_then(|slot| self.0.get_mut(slot));
        let Some(bucket) = bucket else { return };
        if bucket.index != index {
            *bucket = Bucket { index, counts: [0; 3] };
        }
        let [admitted, denied, escalated] = &mut bucket.counts;
        let count = match outcome {
            Outcome::Admit => admitted,
            Outcome::Escalate => escalated,
            Outcome::Throttle | Outcome::Deny | Outcome::Stop => denied,
        };
        *count = count.saturating_add(1);
    }

    /// Admitted, denied, escalated in the last minute.
    pub(crate) fn per_minute(&self, now: Timestamp) -> [u32; 3] {
        let last = index(now);
        let first = last.saturating_sub(11);
        let mut sums = [0_u32; 3];
        for bucket in self.0.iter().filter(|bucket| (first..=last).contains(&bucket.index)) {
            for (sum, count) in sums.iter_mut().zip(bucket.counts) {
                *sum = sum.saturating_add(count);
            }
        }
        sums
    }

    /// Decisions of each bucket, oldest first.
    pub(crate) fn series(&self, now: Timestamp) -> Vec<u32> {
        let last = index(now);
        let first = last.saturating_sub(u64::try_from(BUCKETS).unwrap_or(0).saturating_sub(1));
        (first..=last)
            .map(|index| {
                let bucket = slot(index).and_then(|slot| self.0.get(slot));
                bucket.filter(|bucket| bucket.index == index).map_or(0, |bucket| {
                    bucket.counts.iter().fold(0, |sum: u32, count| sum.saturating_add(*count))
                })
            })
            .collect()
    }
}

fn index(at: Timestamp) -> u64 {
    at.since_ms(Timestamp::from_micros(0)) / BUCKET_MS
}

fn slot(index: u64) -> Option<usize> {
    usize::try_from(index).ok().and_then(|index| index.checked_rem(BUCKETS))
}

#[cfg(test)]
mod tests;
