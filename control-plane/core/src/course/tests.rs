//! Circles as a naive search finds them; progress; worth.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers; an overflow fails the test")]

use proptest::prelude::*;

use super::{worth::NotWorth, *};
use crate::terms::{Pace, Share, Worth};

const TOOLS: [&str; 3] = ["a", "b", "c"];

fn deed(call: u8) -> (ToolName, Digest) {
    let tool = TOOLS[usize::from(call) % TOOLS.len()];
    (tool.into(), Digest::of(&[call]))
}

/// The shortest length of 2 or more, at most `length`, such that the history ends in one text repeated `repeats` times.
fn naive(history: &[u8], cycle: Cycle) -> Option<usize> {
    (2..=usize::from(cycle.length)).find(|length| {
        let Some(from) = history.len().checked_sub(length * usize::from(cycle.repeats)) else { return false };
        let (tail, block) = (&history[from..], &history[history.len() - length..]);
        tail == block.repeat(usize::from(cycle.repeats))
    })
}

proptest! {
    #[test]
    fn a_circle_is_found_by_the_call_that_closes_it(
        history in prop::collection::vec(0_u8..4, 1..60), length in 2_u8..=8, repeats in 2_u8..=5,
    ) {
        let cycle = Cycle { length, repeats };
        let limits = CourseLimits { cycle: Some(cycle), ..CourseLimits::default() };
        let mut course = Course::default();
        for (count, call) in history.iter().enumerate() {
            let (tool, digest) = deed(*call);
            let found = course.circle(cycle, &tool, digest);
            let until = &history[..=count];
            prop_assert_eq!(found.as_ref().map(Vec::len), naive(until, cycle), "{:?}", until);
            if let Some(tools) = found {
                let last: Vec<ToolName> = until[until.len() - tools.len()..].iter().map(|call| deed(*call).0).collect();
                prop_assert_eq!(tools, last);
            }
            course.called(&limits, &tool, digest);
            prop_assert!(course.calls.len() <= cycle.reach());
        }
    }

    #[test]
    fn idle_calls_are_those_since_the_last_news(results in prop::collection::vec(prop::option::of(0_u8..3), 0..40)) {
        let limits = CourseLimits { no_progress: Some(3), ..CourseLimits::default() };
        let mut course = Course::default();
        for (count, result) in results.iter().enumerate() {
            let result = result.map(|number| CanonicalJson::parse(&number.to_string()).unwrap().0);
            let tool = "a".into();
            course.ended(&limits, Ended { tool: &tool, result: result.as_ref(), is_effect: false, cost: Money::ZERO });
            let past = &results[..=count];
            let is_news = |at: &usize| past[*at].is_some() && !past[..*at].contains(&past[*at]);
            let news = (0..past.len()).rev().find(is_news);
            let idle = news.map_or(past.len(), |at| past.len() - 1 - at);
            prop_assert_eq!(usize::try_from(course.idle().0).unwrap(), idle, "{:?}", past);
        }
    }
}

fn ended<'a>(tool: &'a ToolName, result: Option<&'a CanonicalJson>, is_effect: bool, cost: u64) -> Ended<'a> {
    Ended { tool, result, is_effect, cost: Money::from_micros(cost) }
}

fn worth(at_stake: Stake) -> CourseLimits {
    let pace = Pace { window: 3, stop_below: Share(1_000_000) };
    let worth = Worth { at_stake, at_most: Some(Share(500_000)), pace: Some(pace) };
    CourseLimits { worth: Some(worth), ..CourseLimits::default() }
}

#[test]
fn an_effect_that_succeeds_is_news_whatever_it_answers() {
    let limits = CourseLimits { no_progress: Some(3), ..CourseLimits::default() };
    let (tool, ok) = ("pay".into(), CanonicalJson::parse("true").unwrap().0);
    let mut course = Course::default();
    for (result, is_effect, idle) in
        [(true, true, 0), (true, true, 0), (false, true, 1), (true, false, 2), (true, true, 0)]
    {
        course.ended(&limits, ended(&tool, result.then_some(&ok), is_effect, 0));
        assert_eq!(course.idle().0, idle);
    }
}

#[test]
fn the_share_is_of_what_is_at_stake() {
    let limits = worth(Stake::Fixed(Money::from_micros(100)));
    let course = Course::default();
    for (spend, stops) in [(0, false), (50, false), (51, true), (u64::MAX, true)] {
        let why = course.not_worth(limits.worth.as_ref().unwrap(), Money::from_micros(spend), true);
        let expected = NotWorth::Share { most: Money::from_micros(50), at_stake: Money::from_micros(100) };
        assert_eq!(why, stops.then_some(expected), "{spend}");
    }
}

#[test]
fn what_is_at_stake_is_what_the_tool_reported_last() {
    let stake =
        Stake::Reported { tool: "read".into(), pointer: "/amount".to_owned(), unit: Money::from_micros(10) };
    let limits = worth(stake.clone());
    let worth = limits.worth.as_ref().unwrap();
    let mut course = Course::default();
    assert_eq!(course.not_worth(worth, Money::ZERO, false), None, "whoever reads finds out");
    assert_eq!(course.not_worth(worth, Money::ZERO, true), Some(NotWorth::Unknown));
    // What reports nothing sensible changes nothing, and neither does another tool.
    for (tool, result, micros) in [
        ("read", r#"{"amount":"7"}"#, None),
        ("read", r#"{"amount":-7}"#, None),
        ("other", r#"{"amount":9}"#, None),
        ("read", r#"{"amount":7}"#, Some(70)),
        ("read", r#"{"amount":7.5}"#, Some(70)),
        ("read", r#"{"amount":3}"#, Some(30)),
    ] {
        let result = CanonicalJson::parse(result).unwrap().0;
        course.ended(&limits, ended(&tool.into(), Some(&result), false, 0));
        assert_eq!(course.at_stake(&stake), micros.map(Money::from_micros), "{tool} {}", result.as_str());
    }
}

#[test]
fn a_run_earns_its_value_once() {
    let limits = worth(Stake::Fixed(Money::from_micros(100)));
    let (tool, ok) = ("pay".into(), CanonicalJson::parse("true").unwrap().0);
    let mut course = Course::default();
    let pace = |course: &Course| course.not_worth(limits.worth.as_ref().unwrap(), Money::ZERO, true);
    let too_slow = |cost, earned| {
        Some(NotWorth::Pace { cost: Money::from_micros(cost), earned: Money::from_micros(earned) })
    };
    // Over the last three calls: result, effect, cost; then what is said.
    for (result, is_effect, cost, said) in [
        (false, true, 30, None),
        (true, false, 30, None),
        (true, true, 40, None),
        (true, true, 30, None),
        (true, false, 31, too_slow(101, 100)),
        (true, true, 10, too_slow(71, 0)),
        (true, false, 0, too_slow(41, 0)),
        (true, false, 0, too_slow(10, 0)),
        (true, false, 0, None),
    ] {
        course.ended(&limits, ended(&tool, result.then_some(&ok), is_effect, cost));
        assert_eq!(pace(&course), said, "after {cost}");
    }
}

#[test]
fn nothing_is_kept_that_no_limit_asks_about() {
    let (tool, ok) = ("pay".into(), CanonicalJson::parse("true").unwrap().0);
    let (mut course, none) = (Course::default(), CourseLimits::default());
    course.called(&none, &tool, Digest::of(b"it"));
    course.refused(&none, &tool);
    course.ended(&none, ended(&tool, Some(&ok), true, 7));
    assert_eq!(course, Course::default());
}
