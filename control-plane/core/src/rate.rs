//! Rates by the generic cell rate algorithm (ITU-T I.371), on the decision's own clock so that replay holds.

use crate::{Timestamp, terms::Rate};

/// Asks whether one more call conforms.
///
/// `arrival` is the theoretical arrival time left by the calls so far. A full burst of `count` is
/// allowed, then one call each `per_ms / count`.
///
/// # Errors
/// The milliseconds after which the call would conform.
pub(crate) fn conform(rate: Rate, arrival: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, u64> {
    let count = i64::from(rate.count.max(1));
    let per_us = i64::try_from(rate.per_ms).unwrap_or(i64::MAX).saturating_mul(1_000).max(1);
    let step = per_us.checked_div(count).unwrap_or(per_us).max(1);
    let burst = per_us.saturating_sub(step);
    let now_us = now.as_micros();
    let arrival = arrival.map_or(now_us, Timestamp::as_micros).max(now_us);
    let early = arrival.saturating_sub(now_us).saturating_sub(burst);
    if early > 0 {
        return Err(early.unsigned_abs().div_ceil(1_000));
    }
    Ok(Timestamp::from_micros(arrival.saturating_add(step)))
}

#[cfg(test)]
mod tests;
