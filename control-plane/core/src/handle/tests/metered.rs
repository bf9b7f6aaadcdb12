//! Metered calls: what they use at most is reserved, what they used is settled, and what cuts them off.

use super::world::*;
use crate::{Clause, Command, Level, Money, Outcome, Reason, Usage};

/// A read that uses at most so much.
fn metered(cost: u64, tokens: u64) -> Call {
    Call::new("look", "{}").with(|_, it| it.most = Some(Usage { cost: Money::from_micros(cost), tokens }))
}

fn world(tokens: u64) -> World {
    let mut terms = terms();
    terms.run.tokens = Some(tokens);
    terms.run.same_call = None;
    World::under(terms)
}

fn tokens(world: &World) -> (u64, u64) {
    let tokens = world.state.runs[&run(1)].tokens;
    (tokens.held(), tokens.spent())
}

#[test]
fn what_a_call_uses_at_most_is_reserved_and_what_it_used_is_settled() {
    // settlement, tokens used, held and spent after it, and money spent of 30 that were reserved
    let table = [
        (succeeded(), 40, (0, 40), (0, 7)),
        (failed(), 40, (0, 40), (0, 7)),
        (failed(), 0, (0, 0), (0, 7)),
        // Of a read whose reply is lost nobody knows what it used.
        (in_doubt(), 40, (0, 100), (0, 30)),
        // More than it said: nothing of it is hidden.
        (succeeded(), 150, (0, 150), (0, 7)),
    ];
    for (settlement, used, after, money) in table {
        let mut world = world(120);
        let action = world.admit(metered(30, 100));
        assert_eq!((tokens(&world), world.money()), ((100, 0), (30, 0)));
        world.expect(metered(1, 21), Outcome::Deny, Clause::Cost, Reason::TokensExhausted);
        world.tokens = used;
        world.settle(action, settlement).unwrap();
        assert_eq!((tokens(&world), world.money()), (after, money));
        let left = 120_u64.saturating_sub(after.1);
        world.expect(metered(1, left + 1), Outcome::Deny, Clause::Cost, Reason::TokensExhausted);
        world.admit(metered(1, left));
    }
}

#[test]
fn a_call_whose_money_is_not_there_reserves_no_tokens() {
    let mut world = world(120);
    world.expect(metered(501, 100), Outcome::Deny, Clause::Cost, Reason::SpendExhausted);
    assert_eq!((tokens(&world), world.money()), ((0, 0), (0, 0)));
    // Where nobody counts tokens, they cost only what they cost.
    World::new().admit(metered(500, u64::MAX));
    // A call that is denied by people gives all of it back.
    let held = world.hold(metered(30, 100).ask(ask("large", "risk", 1)));
    assert_eq!(tokens(&world), (100, 0));
    let person = person("rita", &["risk"]);
    world.answer(held, &person, false).unwrap();
    assert_eq!((tokens(&world), world.money()), ((0, 0), (0, 0)));
}

#[test]
fn after_a_restart_what_had_started_counts_in_full() {
    for (starts, after) in [(true, (0, 100)), (false, (0, 0))] {
        let mut world = world(120);
        let action = world.admit(metered(30, 100));
        if starts {
            world.command(Command::Start { action }).unwrap();
        }
        world.command(Command::Recover).unwrap();
        assert_eq!(tokens(&world), after);
    }
}

#[test]
fn what_cuts_off_a_call_that_is_under_way() {
    type Change = fn(&mut World);
    let table: [(&str, Change, Option<Reason>); 6] = [
        ("nothing", |_| {}, None),
        (
            "a stop",
            |world| drop(world.set_switch(1, "service:refunds", Level::None).unwrap()),
            Some(Reason::Stopped),
        ),
        (
            "a ceiling above it",
            |world| drop(world.set_switch(1, "service:refunds", Level::Draft).unwrap()),
            None,
        ),
        ("its run's end", |world| drop(world.end().unwrap()), Some(Reason::RunEnded)),
        ("the last moment", |world| _ = world.later(600_000), None),
        ("its run's time", |world| _ = world.later(600_001), Some(Reason::WallTimeExhausted)),
    ];
    for (what, change, reason) in table {
        let mut world = World::new();
        let action = world.admit(metered(30, 100));
        world.command(Command::Start { action }).unwrap();
        change(&mut world);
        let cut = world.state.cut_off(action, world.now).map(|objection| objection.reason);
        assert_eq!(cut, reason, "{what}");
    }
}
