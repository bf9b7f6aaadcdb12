//! Counts fall into the minute and the buckets that they belong to, and old ones fall out.

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(1_000_000))
}

#[test]
fn the_last_minute_and_the_series() {
    let mut pulse = Pulse::default();
    pulse.beat(at(1_000), Outcome::Admit);
    pulse.beat(at(1_001), Outcome::Deny);
    pulse.beat(at(1_030), Outcome::Stop);
    pulse.beat(at(1_031), Outcome::Escalate);
    assert_eq!(pulse.per_minute(at(1_031)), [1, 2, 1]);
    assert_eq!(pulse.per_minute(at(1_070)), [0, 1, 1]);
    let series = pulse.series(at(1_031));
    assert_eq!((series.len(), series[23], series[17], series.iter().sum::<u32>()), (24, 2, 2, 4));
    assert_eq!(pulse.series(at(9_999)).iter().sum::<u32>(), 0);
    // The ring comes round: an old bucket does not leak into a new one.
    pulse.beat(at(1_000 + 120), Outcome::Admit);
    assert_eq!(pulse.per_minute(at(1_120)), [1, 0, 0]);
}
