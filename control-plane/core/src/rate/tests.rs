//! A burst, then the steady rate; never more than the rate over a long time.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers; an overflow fails the test")]

use proptest::prelude::*;

use super::*;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_micros(ms.saturating_mul(1_000))
}

#[test]
fn burst_then_steady() {
    let rate = Rate { count: 2, per_ms: 1_000 };
    let first = conform(rate, None, at(0)).unwrap();
    let second = conform(rate, Some(first), at(0)).unwrap();
    assert_eq!(conform(rate, Some(second), at(0)), Err(500));
    assert_eq!(conform(rate, Some(second), at(499)), Err(1));
    assert!(conform(rate, Some(second), at(500)).is_ok());
}

proptest! {
    #[test]
    fn never_more_than_burst_plus_rate(count in 1_u32..20, per_ms in 1_u64..5_000, gaps in prop::collection::vec(0_i64..400, 1..200)) {
        let rate = Rate { count, per_ms };
        let (mut arrival, mut now, mut passed) = (None, 0_i64, 0_u64);
        for gap in gaps {
            now += gap;
            if let Ok(next) = conform(rate, arrival, at(now)) {
                arrival = Some(next);
                passed += 1;
            }
        }
        let most = u64::from(count) + now.unsigned_abs() * u64::from(count) / per_ms + 1;
        prop_assert!(passed <= most, "{passed} > {most}");
    }
}
