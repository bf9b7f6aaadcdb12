//! Values that are new to a service: a person is asked until an effect has succeeded with them, and again later.

use super::world::*;
use crate::{Command, Digest, Event, Level, Novelty, Outcome, State, Terms, event::Settlement};

const WITHIN: u64 = 100_000;

/// A payment to an account, and a rule that asks about new ones.
fn pay(account: &str) -> Call {
    let novelty = Novelty {
        ask: ask("new-account", "risk", 1),
        value: Digest::of(account.as_bytes()),
        within_ms: WITHIN,
    };
    Call::new("pay", &format!("\"{account}\"")).with(|it, assessment| {
        it.key = Some(format!("{account} again"));
        assessment.novelties.push(novelty);
    })
}

fn roomy() -> Terms {
    let mut terms = terms();
    terms.run.same_call = None;
    terms.run.wall_time_ms = None;
    terms
}

/// Pays to `a`; a person approves; it ends so.
fn paid(settlement: Option<Settlement>) -> World {
    let mut world = World::under(roomy());
    let held = world.hold(pay("a"));
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    if let Some(settlement) = settlement {
        world.settle(held, settlement).unwrap();
    }
    world
}

fn again(world: &mut World, account: &str) -> Outcome {
    world.decided(pay(account).key("another")).decision.outcome
}

#[test]
fn a_value_is_familiar_once_an_effect_has_succeeded_with_it() {
    use Outcome::{Admit, Escalate};
    let table: [(&str, Option<Settlement>, u64, &str, Outcome); 7] = [
        ("at once", Some(succeeded()), 0, "a", Admit),
        ("as long as the rule says", Some(succeeded()), WITHIN, "a", Admit),
        ("no longer", Some(succeeded()), WITHIN + 1, "a", Escalate),
        ("another account", Some(succeeded()), 0, "b", Escalate),
        ("it failed", Some(failed()), 0, "a", Escalate),
        ("it is in doubt", Some(in_doubt()), 0, "a", Escalate),
        ("it is under way", None, 0, "a", Escalate),
    ];
    for (name, settlement, ms, account, expect) in table {
        let mut world = paid(settlement);
        world.later(ms);
        assert_eq!(again(&mut world, account), expect, "{name}");
        assert_eq!(State::replay("payments".into(), &world.history), world.state, "{name}");
    }
}

/// Run 1 is undone; run 2 pays next.
fn undone(mut world: World, how: Settlement) -> World {
    let by = oncall();
    world.plan(1, 1, by.clone()).unwrap();
    let digest = world.state.rollbacks[&plan(1)].plan.digest;
    let reason = "the account was a fraud's".to_owned();
    world.command(Command::StartRollback { plan: plan(1), digest, by, reason }).unwrap();
    let undo = Command::Compensate { plan: plan(1), target: action(1), action: action(101) };
    world.command(undo).unwrap();
    world.settle(action(101), how).unwrap();
    // Where it was refused, a person takes it over.
    drop(world.command(Command::Compensate { plan: plan(1), target: action(1), action: action(102) }));
    world.command(Command::CloseRollback { plan: plan(1) }).unwrap();
    world
}

#[test]
fn what_was_taken_back_is_not_familiar_any_more() {
    for (how, expect) in [(succeeded(), Outcome::Escalate), (failed(), Outcome::Admit)] {
        let mut world = paid(Some(succeeded()));
        // Another run has paid there as well, only because of the first.
        world.start(2, "case-2").unwrap();
        let in_run_2 = |call: Call| call.with(|it, _| it.run = run(2));
        let second = world.admit(in_run_2(pay("a")));
        world.settle(second, succeeded()).unwrap();
        let mut world = undone(world, how);
        assert_eq!(world.decided(in_run_2(pay("a").key("another"))).decision.outcome, expect);
        assert_eq!(State::replay("payments".into(), &world.history), world.state);
    }
}

#[test]
fn what_is_familiar_outlives_the_run_and_the_version() {
    let mut world = paid(Some(succeeded()));
    let next = Terms { version: "1.1.0".to_owned(), digest: Digest::of(b"1.1.0"), ..roomy() };
    world.command(Command::ActivateContract { terms: Box::new(next), by: "lee".to_owned() }).unwrap();
    world.end().unwrap();
    world.start(2, "case-2").unwrap();
    let call = pay("a").with(|it, assessment| {
        it.run = run(2);
        assessment.contract = Digest::of(b"1.1.0");
    });
    world.admit(call);
}

#[test]
fn the_question_and_the_finding_name_the_rule() {
    let mut world = World::under(roomy());
    let decided = world.decided(pay("a").ask(ask("large", "legal", 2)));
    let detail = &decided.decision.findings[1].detail;
    assert_eq!(detail, "rule `large`: a person must look; rule `new-account`: a person must look");
    let question = decided.question.unwrap();
    assert_eq!((question.asks.len(), question.quorum), (2, 2));
}

/// A stop keeps the value from being asked about at all: restriction comes first.
#[test]
fn a_ceiling_comes_before_a_new_value() {
    let mut world = World::under(roomy());
    world.set_switch(1, "all", Level::Read).unwrap();
    assert_eq!(again(&mut world, "a"), Outcome::Deny);
    assert!(world.history.iter().all(|(_, event)| !matches!(event, Event::ActionSettled(_))));
}
