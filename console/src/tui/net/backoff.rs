//! How long to wait before the next try: doubling, bounded, with full jitter so that consoles do not return as one.

use std::time::Duration;

/// The shortest upper bound.
const FIRST_MS: u64 = 500;
/// The longest.
const LAST_MS: u64 = 30_000;

/// Counts tries in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    attempt: u32,
}

impl Backoff {
    /// The connection works: the next break starts over.
    pub(super) fn reset(&mut self) {
        self.attempt = 0;
    }

    /// One more try failed: which one it was, and how long to wait. `chance` is in `0.0..1.0`.
    pub(super) fn next(&mut self, chance: f64) -> (u32, Duration) {
        let bound = FIRST_MS.saturating_mul(1_u64 << self.attempt.min(10)).min(LAST_MS);
        self.attempt = self.attempt.saturating_add(1);
        // A wait of nothing would turn a refused connection into a busy loop.
        let wait =
            Duration::from_millis(bound).mul_f64(chance.clamp(0.0, 1.0)).max(Duration::from_millis(50));
        (self.attempt, wait)
    }
}
