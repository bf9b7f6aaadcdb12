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

    /// A bucket of `count` tokens that fills evenly and of which each call takes one, in exact fractions.
    #[test]
    fn a_call_conforms_when_a_token_is_there(count in 1_u32..9, step_ms in 1_i64..50, gaps in prop::collection::vec(0_i64..60_000, 1..80)) {
        let rate = Rate { count, per_ms: (i64::from(count) * step_ms).unsigned_abs() };
        let (mut arrival, mut now, mut passed) = (None, 0_i64, Vec::new());
        for gap in gaps {
            now += gap;
            let answer = conform(rate, arrival, Timestamp::from_micros(now));
            prop_assert_eq!(answer.is_ok(), has_token(rate, &passed, now), "at {} after {:?}", now, passed);
            match answer {
                Ok(next) => {
                    arrival = Some(next);
                    passed.push(now);
                }
                Err(wait_ms) => {
                    let then = now + i64::try_from(wait_ms).unwrap() * 1_000;
                    prop_assert!(has_token(rate, &passed, then), "{} ms are too few", wait_ms);
                    prop_assert!(!has_token(rate, &passed, then - 1_000), "{} ms are too many", wait_ms);
                }
            }
        }
    }
}

/// Counted anew from all the calls that have passed; a token is worth as many parts as its rate has microseconds.
fn has_token(rate: Rate, passed: &[i64], now: i64) -> bool {
    let (count, token) = (i128::from(rate.count), i128::from(rate.per_ms) * 1_000);
    let (mut parts, mut since) = (count * token, 0);
    for at in passed {
        parts = (parts + count * i128::from(at - since)).min(count * token) - token;
        since = *at;
    }
    token <= (parts + count * i128::from(now - since)).min(count * token)
}
