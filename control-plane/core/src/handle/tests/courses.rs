//! What ends a run by itself, through commands: circles, standstill, worth; and how many calls go at a time.

use super::world::*;
use crate::{
    Clause, Money, Outcome, Reason, Terms,
    state::Phase,
    terms::{CourseLimits, Cycle, Pace, Share, Stake, Worth},
};

fn under(course: CourseLimits) -> World {
    let mut terms = terms();
    terms.run.course = course;
    terms.run.calls = 50;
    terms.run.same_call = None;
    World::under(terms)
}

/// Reads something else than before, and gets this answer.
fn look(world: &mut World, params: &str, result: &str) {
    let id = world.admit(Call::new("look", params));
    world.settle(id, crate::event::Settlement::Succeeded { result: json(result) }).unwrap();
}

fn stops(world: &mut World, call: Call, reason: Reason, said: &str) {
    let decided = world.decided(call);
    let finding = decided.decision.deciding();
    assert_eq!((finding.outcome, finding.clause, finding.reason), (Outcome::Stop, Clause::Cost, reason));
    assert_eq!(finding.detail, said);
    assert_eq!(world.state.runs[&run(1)].phase, Phase::Stopped);
}

#[test]
fn calls_in_turn_are_a_circle_and_others_are_not() {
    let cycle = Some(Cycle { length: 4, repeats: 2 });
    let mut world = under(CourseLimits { cycle, ..CourseLimits::default() });
    for params in [r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":3}"#, r#"{"n":1}"#, r#"{"n":2}"#] {
        world.admit(Call::new("look", params));
    }
    // One step beside the circle, and it begins anew.
    for params in [r#"{"n":4}"#, r#"{"n":3}"#, r#"{"n":1}"#, r#"{"n":4}"#] {
        world.admit(Call::new("look", params));
    }
    let said = "`look`, `look`, `look`: the same calls in turn, 2 times";
    world.admit(Call::new("look", r#"{"n":3}"#));
    stops(&mut world, Call::new("look", r#"{"n":1}"#), Reason::CycleDetected, said);
}

#[test]
fn calls_that_bring_nothing_new_end_the_run() {
    let mut world = under(CourseLimits { no_progress: Some(3), ..CourseLimits::default() });
    look(&mut world, r#"{"n":1}"#, "1");
    look(&mut world, r#"{"n":2}"#, "1");
    look(&mut world, r#"{"n":3}"#, "2");
    look(&mut world, r#"{"n":4}"#, "2");
    let failing = world.admit(Call::new("look", r#"{"n":5}"#));
    world.settle(failing, failed()).unwrap();
    world.expect(Call::new("unknown", "{}"), Outcome::Deny, Clause::Scope, Reason::NotInScope);
    let said = "the last 3 calls brought nothing new, 3 are allowed: `look` 2 times, `unknown` 1 times";
    stops(&mut world, Call::new("look", r#"{"n":6}"#), Reason::NoProgress, said);
}

#[test]
fn what_waits_for_people_is_no_standstill() {
    let mut world = under(CourseLimits { no_progress: Some(1), ..CourseLimits::default() });
    world.hold(Call::new("mail", r#"{"n":1}"#));
    world.hold(Call::new("mail", r#"{"n":2}"#));
    world.admit(Call::new("look", "{}"));
}

fn worth(at_stake: Stake, at_most: Option<u64>, pace: Option<Pace>) -> CourseLimits {
    let worth = Worth { at_stake, at_most: at_most.map(Share), pace };
    CourseLimits { worth: Some(worth), ..CourseLimits::default() }
}

#[test]
fn a_run_may_cost_its_share_of_what_is_at_stake() {
    let stake =
        Stake::Reported { tool: "look".into(), pointer: "/at".to_owned(), unit: Money::from_micros(1) };
    let mut world = under(worth(stake, Some(1_000_000), None));
    world.expect(Call::new("pay", r#"{"n":1}"#), Outcome::Deny, Clause::Cost, Reason::WorthUnknown);
    look(&mut world, "{}", r#"{"at":120}"#);
    world.admit(Call::new("pay", r#"{"n":1}"#));
    let said = "with this call 0.000227 would be spent, at most 0.000120 may be for the 0.000120 at stake";
    stops(&mut world, Call::new("pay", r#"{"n":2}"#), Reason::NotWorthIt, said);
}

#[test]
fn a_run_that_earns_too_little_lately_ends() {
    let pace = Pace { window: 2, stop_below: Share(1_000_000) };
    let mut world = under(worth(Stake::Fixed(Money::from_micros(10)), None, Some(pace)));
    look(&mut world, r#"{"n":1}"#, "1");
    look(&mut world, r#"{"n":2}"#, "2");
    let said = "the last 2 calls cost 0.000014 and earned 0.00";
    stops(&mut world, Call::new("look", r#"{"n":3}"#), Reason::NotWorthIt, said);
}

fn narrow(most: u32) -> Terms {
    let mut terms = terms();
    terms.run.same_call = None;
    if let Some(look) = terms.tools.get_mut("look") {
        look.concurrency = Some(most);
    }
    terms
}

#[test]
fn only_so_many_calls_of_a_tool_are_under_way() {
    let mut world = World::under(narrow(2));
    let (first, second) = (world.admit(Call::new("look", "1")), world.admit(Call::new("look", "2")));
    let crowded = |world: &mut World| {
        let call = Call::new("look", "3");
        world.expect(call, Outcome::Throttle, Clause::Tooling, Reason::ConcurrencyExceeded);
    };
    crowded(&mut world);
    world.admit(Call::new("pay", "{}"));
    for (id, settlement) in [(first, failed()), (second, succeeded())] {
        world.settle(id, settlement).unwrap();
        world.admit(Call::new("look", "3"));
        crowded(&mut world);
    }
}
