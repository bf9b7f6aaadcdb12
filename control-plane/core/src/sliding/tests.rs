//! Windows against a list of everything that ever was, looked through again for each question.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers")]

use proptest::prelude::*;

use super::*;

fn at(ms: u64) -> Timestamp {
    Timestamp::from_micros(0).plus_ms(ms)
}

fn value(number: u8) -> Digest {
    Digest::of(&[number])
}

/// What happened: when, how much or what, and whether it was taken back.
#[derive(Clone, Debug)]
struct Deed {
    at: u64,
    amount: u64,
    value: u8,
    taken_back: bool,
}

/// A wait, an amount, a value, and which deed is taken back after it.
type Step = (u64, u64, u8, Option<usize>);

/// The length of a window, and what happens.
fn histories() -> impl Strategy<Value = (u64, Vec<Step>)> {
    let waits = prop_oneof![4 => 0_u64..50, 2 => 50_u64..2_000, 1 => 2_000_u64..200_000];
    let step = (waits, 1_u64..100, 0_u8..6, proptest::option::weighted(0.3, 0_usize..40));
    (
        prop_oneof![Just(1_u64), Just(61), Just(1_000), Just(3_600), 2_u64..100_000],
        prop::collection::vec(step, 1..60),
    )
}

/// Deeds that are at most so old at that moment.
fn recent(deeds: &[Deed], now: u64, age: u64) -> impl Iterator<Item = &Deed> {
    deeds.iter().filter(move |deed| !deed.taken_back && now - deed.at <= age)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn never_less_is_counted_than_there_was_and_hardly_more((per, steps) in histories()) {
        let (mut sum, mut distinct) = (Sliding::over(per), Distinct::over(per));
        let (mut deeds, mut now) = (Vec::<Deed>::new(), 0);
        for (wait, amount, number, back) in steps {
            now += wait;
            sum.add(at(now), amount);
            distinct.see(at(now), value(number));
            deeds.push(Deed { at: now, amount, value: number, taken_back: false });
            if let Some(deed) = back.and_then(|back| deeds.get_mut(back)).filter(|it| !it.taken_back) {
                deed.taken_back = true;
                sum.take_back(at(deed.at), deed.amount);
                distinct.take_back(at(deed.at), value(deed.value));
            }
            // Younger than the window all count; older than a window and a slot, none does.
            let more = per + per / SLOTS + 2;
            for moment in [now, now + per / 2, now + per] {
                let amounts = |age| recent(&deeds, moment, age).map(|deed| deed.amount).sum::<u64>();
                let counted = sum.total(at(moment));
                prop_assert!((amounts(per)..=amounts(more)).contains(&counted), "{counted} at {moment}");
                let values = |age| recent(&deeds, moment, age).map(|deed| deed.value).collect::<BTreeSet<_>>();
                let (least, most, counted) = (values(per), values(more), distinct.count(at(moment)));
                prop_assert!((least.len() as u64..=most.len() as u64).contains(&counted), "{counted} at {moment}");
                for number in 0..6 {
                    let knows = distinct.knows(at(moment), &value(number));
                    prop_assert!(knows || !least.contains(&number));
                    prop_assert!(!knows || most.contains(&number));
                }
            }
            prop_assert!(sum.slots.len() as u64 <= SLOTS + 2, "memory is bounded");
            prop_assert!(distinct.values.len() <= 6 && distinct.latest.len() == distinct.values.len());
        }
    }
}

#[test]
fn windows_are_called_as_people_call_them() {
    for (ms, words) in [
        (1_000, "second"),
        (60_000, "minute"),
        (600_000, "10 minutes"),
        (86_400_000, "day"),
        (5_400_000, "90 minutes"),
        (1_500, "1500 ms"),
    ] {
        assert_eq!(lasting(ms), words);
    }
}
