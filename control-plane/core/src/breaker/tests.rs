//! The breaker against a naive reading of its history.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers; an overflow fails the test")]

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const OPEN_MS: u64 = 100;

fn at(ms: u64) -> Timestamp {
    Timestamp::from_micros(0).plus_ms(ms)
}

fn action(number: usize) -> ActionId {
    ActionId::new(Uuid::from_u128(u128::try_from(number).unwrap()))
}

/// One call after another, each admitted where the breaker lets it: when each of them failed, and how long after the one
/// before. The reference keeps the whole history and looks for the last thing that changed the state.
fn naive(history: &[(u64, bool)], breaker: &Breaker, now: u64) -> Stand {
    let mut opened: Option<u64> = None;
    let mut since = 0;
    for (index, (time, failed)) in history.iter().enumerate() {
        match opened {
            Some(_) if *failed => opened = Some(*time),
            Some(_) => (opened, since) = (None, index + 1),
            None => {
                let from = since.max((index + 1).saturating_sub(usize::try_from(breaker.of).unwrap()));
                let failures = history[from..=index].iter().filter(|(_, failed)| *failed).count();
                if failures >= usize::try_from(breaker.failures).unwrap() {
                    opened = Some(*time);
                }
            }
        }
    }
    match opened {
        None => Stand::Closed,
        Some(opened) if now < opened + breaker.open_for_ms => Stand::Open(opened + breaker.open_for_ms - now),
        Some(_) => Stand::HalfOpen(false),
    }
}

proptest! {
    #[test]
    fn it_opens_and_closes_as_its_history_says(
        calls in prop::collection::vec((0_u64..80, any::<bool>()), 1..60), of in 1_u32..6, failures in 1_u32..6,
    ) {
        let breaker = Breaker { failures: failures.min(of), of, open_for_ms: OPEN_MS, probe: None };
        let (mut state, mut history, mut now) = (BreakerState::default(), Vec::new(), 0);
        for (number, (gap, failed)) in calls.into_iter().enumerate() {
            now += gap;
            prop_assert_eq!(state.stand(&breaker, at(now)), naive(&history, &breaker, now), "{:?}", history);
            if matches!(state.stand(&breaker, at(now)), Stand::Open(_)) {
                continue;
            }
            state.admitted(&breaker, action(number), at(now));
            state.ended(&breaker, action(number), Some(failed), at(now));
            history.push((now, failed));
        }
    }
}

fn opened() -> (Breaker, BreakerState) {
    let breaker = Breaker { failures: 2, of: 3, open_for_ms: OPEN_MS, probe: None };
    let mut state = BreakerState::default();
    for number in 1..=2 {
        state.admitted(&breaker, action(number), at(0));
        state.ended(&breaker, action(number), Some(true), at(0));
    }
    (breaker, state)
}

#[test]
fn one_call_probes_at_a_time() {
    let (breaker, mut state) = opened();
    assert_eq!(state.stand(&breaker, at(99)), Stand::Open(1));
    assert_eq!(state.stand(&breaker, at(100)), Stand::HalfOpen(false));
    state.admitted(&breaker, action(3), at(100));
    assert_eq!(state.stand(&breaker, at(101)), Stand::HalfOpen(true));
    // Another's end is not the probe's.
    state.ended(&breaker, action(9), Some(false), at(102));
    assert_eq!(state.stand(&breaker, at(102)), Stand::HalfOpen(true));
    // The probe never reached the tool, so the next call tries.
    state.ended(&breaker, action(3), None, at(103));
    assert_eq!(state.stand(&breaker, at(103)), Stand::HalfOpen(false));
}

#[test]
fn an_effect_waits_for_its_read() {
    let (mut breaker, state) = opened();
    breaker.probe = Some("look".into());
    for (failed, then) in
        [(Some(true), Stand::Open(OPEN_MS)), (Some(false), Stand::Closed), (None, Stand::HalfOpen(false))]
    {
        let mut state = state.clone();
        state.read_ended(&breaker, failed, at(50));
        assert_eq!(state.stand(&breaker, at(50)), Stand::Open(50), "too early to say anything");
        state.read_ended(&breaker, failed, at(200));
        assert_eq!(state.stand(&breaker, at(200)), then, "{failed:?}");
    }
}

#[test]
fn only_what_the_tool_did_counts() {
    for fault in ToolFault::ALL {
        assert_eq!(counts(false, Some(fault)), Some(fault.is_of_the_tool()));
    }
    assert_eq!((counts(true, None), counts(false, None)), (Some(false), None));
}
