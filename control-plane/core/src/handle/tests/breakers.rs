//! Breakers through commands: what fails is left alone, and an effect is never the probe.

use super::world::*;
use crate::{
    ActionId, Clause, Command, Exchange, Outcome, Reason, command::Settle, event::Settlement,
    fault::ToolFault, terms::Breaker,
};

const OPEN_MS: u64 = 5_000;

fn world() -> World {
    let mut terms = terms();
    terms.run.same_call = None;
    terms.run.calls = 50;
    let breaker = |probe: Option<&str>| {
        Some(Breaker { failures: 2, of: 3, open_for_ms: OPEN_MS, probe: probe.map(Into::into) })
    };
    for (tool, probe) in [("look", None), ("pay", Some("look"))] {
        if let Some(tool) = terms.tools.get_mut(tool) {
            tool.breaker = breaker(probe);
        }
    }
    terms.tools.get_mut("pay").unwrap().price = crate::Money::ZERO;
    World::under(terms)
}

fn ends(world: &mut World, action: ActionId, fault: Option<ToolFault>) {
    let settlement = match fault {
        None => succeeded(),
        Some(_) => Settlement::Failed { note: "it did not work".to_owned() },
    };
    let settle = Settle {
        action,
        settlement,
        cost: crate::Money::ZERO,
        evidence: Vec::new(),
        undo: None,
        exchange: Exchange { fault, ..Exchange::default() },
        tokens: 0,
    };
    world.command(Command::Settle(Box::new(settle))).unwrap();
}

fn call(tool: &str, number: u32) -> Call {
    Call::new(tool, &number.to_string())
}

#[test]
fn an_effect_is_tried_again_once_its_read_has_succeeded() {
    let mut world = world();
    for number in 0..2 {
        let pay = world.admit(call("pay", number));
        ends(&mut world, pay, Some(ToolFault::Unreachable));
    }
    let waits = |world: &mut World, reason| {
        world.expect(call("pay", 9), Outcome::Throttle, Clause::Tooling, reason);
    };
    waits(&mut world, Reason::BreakerOpen);
    // Too early: the read works, and says nothing about later.
    let look = world.admit(call("look", 1));
    ends(&mut world, look, None);
    world.later(OPEN_MS);
    waits(&mut world, Reason::ProbeNeeded);
    let look = world.admit(call("look", 2));
    ends(&mut world, look, Some(ToolFault::Late));
    waits(&mut world, Reason::BreakerOpen);
    world.later(OPEN_MS);
    let look = world.admit(call("look", 3));
    waits(&mut world, Reason::ProbeNeeded);
    ends(&mut world, look, None);
    world.admit(call("pay", 9));
}

#[test]
fn a_read_probes_for_itself_one_call_at_a_time() {
    let mut world = world();
    for number in 0..2 {
        let look = world.admit(call("look", number));
        ends(&mut world, look, Some(ToolFault::Broken));
    }
    world.expect(call("look", 2), Outcome::Throttle, Clause::Tooling, Reason::BreakerOpen);
    world.later(OPEN_MS);
    let probe = world.admit(call("look", 3));
    world.expect(call("look", 4), Outcome::Throttle, Clause::Tooling, Reason::BreakerOpen);
    ends(&mut world, probe, None);
    world.admit(call("look", 4));
}

#[test]
fn refusals_and_denials_of_ours_open_nothing() {
    let mut world = world();
    for number in 0..4 {
        let look = world.admit(call("look", number));
        ends(&mut world, look, Some(ToolFault::Refused));
        world.expect(Call::new("bulk", "{}"), Outcome::Deny, Clause::Scope, Reason::ForbiddenAction);
    }
    world.admit(call("look", 5));
}
