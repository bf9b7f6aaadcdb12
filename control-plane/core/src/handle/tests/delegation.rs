//! A delegation that ends stops the service: its running runs, what waits for people, and new runs.

use super::world::*;
use crate::{ActionStatus, Clause, Outcome, Reason, Refusal, Terms, terms::Delegation};

/// The first moment after the delegation, in milliseconds from the start.
const UNTIL: u64 = 50_000;

fn until() -> Terms {
    let delegation =
        Delegation { enabled_by: "lee".to_owned(), on: START.plus_ms(10), until: START.plus_ms(UNTIL) };
    Terms { delegation, ..terms() }
}

fn begun() -> World {
    let mut world = World::before(until());
    world.later(10);
    world.start(1, "case-1").unwrap();
    world
}

#[test]
fn a_running_run_is_stopped_by_the_end_of_the_delegation() {
    let mut world = begun();
    world.later(UNTIL - 11);
    world.admit(Call::new("look", "1"));
    world.later(1);
    let decision =
        world.expect(Call::new("look", "2"), Outcome::Deny, Clause::Identity, Reason::DelegationEnded);
    assert!(decision.findings[0].detail.starts_with("lee enabled it until "), "{decision:?}");
}

#[test]
fn an_approval_after_the_end_releases_nothing() {
    let mut world = begun();
    world.later(UNTIL - 20);
    let held = world.hold(Call::new("pay", "1").ask(ask("large", "risk", 1)));
    world.later(20);
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    assert_eq!(world.status(held), ActionStatus::Denied);
    assert_eq!(world.state.actions[&held].reason, Reason::DelegationEnded);
}

#[test]
fn no_run_starts_outside_of_the_delegation() {
    let table = [
        (9, Some(Reason::DelegationNotBegun)),
        (10, None),
        (UNTIL - 1, None),
        (UNTIL, Some(Reason::DelegationEnded)),
    ];
    for (ms, problem) in table {
        let mut world = World::before(until());
        world.later(ms);
        match (world.start(1, "case-1"), problem) {
            (Ok(_), None) => {}
            (Err(refused @ Refusal::Withheld { reason, .. }), Some(problem)) if reason == problem => {
                assert!(refused.to_string().contains("lee enabled it"), "{refused}");
                assert_eq!(refused.hint(), problem.hint());
            }
            (other, _) => panic!("after {ms} ms: {other:?}"),
        }
    }
}
