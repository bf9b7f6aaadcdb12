//! What stands in for a read: an action of its own, only for a read that its tool did not answer, and only once.

use super::world::*;
use crate::{
    ActionId, ActionStatus, Clause, Command, Exchange, Outcome, Reason, command::Settle, event::Settlement,
    fault::ToolFault, state::Another, terms::Breaker,
};

/// `look` is answered by `busy` when its tool is down, and that by nothing.
fn world() -> World {
    let mut terms = terms();
    let look = terms.tools.get_mut("look").unwrap();
    look.fallback = Some("busy".into());
    look.breaker = Some(Breaker { failures: 2, of: 2, open_for_ms: 5_000, probe: None });
    terms.tools.get_mut("busy").unwrap().rate = None;
    terms.tools.get_mut("pay").unwrap().fallback = Some("busy".into());
    terms.run.same_call = None;
    World::under(terms)
}

fn ends(world: &mut World, action: ActionId, fault: Option<ToolFault>) {
    let settlement = Settlement::Failed { note: "it did not work".to_owned() };
    let exchange = Exchange { fault, ..Exchange::default() };
    let (cost, evidence) = (crate::Money::ZERO, Vec::new());
    let settle = Settle { action, settlement, cost, evidence, undo: None, exchange, tokens: 0 };
    world.command(Command::Settle(Box::new(settle))).unwrap();
}

/// A read that has failed so.
fn lost(world: &mut World, fault: ToolFault) -> ActionId {
    let look = world.admit(Call::new("look", "{}"));
    ends(world, look, Some(fault));
    look
}

fn instead_of(target: ActionId, tool: &str) -> Call {
    Call::new(tool, "{}").with(|proposal, _| proposal.stands_in = Some(target))
}

#[test]
fn only_what_its_tool_did_not_answer() {
    for fault in ToolFault::ALL {
        let mut world = world();
        let look = lost(&mut world, fault);
        let other = Another::Of("busy".into());
        let expected = (fault != ToolFault::Refused).then_some(other);
        assert_eq!(world.state.another(look), expected, "{fault}");
    }
    let mut world = world();
    // No fault of its tool: a stop kept it back.
    let look = world.admit(Call::new("look", "{}"));
    assert_eq!(world.state.another(look), None, "under way");
    ends(&mut world, look, None);
    assert_eq!(world.state.another(look), None);
    // What has an effect may have happened.
    let pay = world.admit(Call::new("pay", "1"));
    ends(&mut world, pay, Some(ToolFault::Unreachable));
    assert_eq!(world.state.another(pay), None);
    let look = world.admit(Call::new("look", "2"));
    world.settle(look, succeeded()).unwrap();
    assert_eq!(world.state.another(look), None);
}

#[test]
fn a_tool_that_is_left_alone_is_stood_in_for() {
    let mut world = world();
    lost(&mut world, ToolFault::Late);
    lost(&mut world, ToolFault::Late);
    world.expect(Call::new("look", "{}"), Outcome::Throttle, Clause::Tooling, Reason::BreakerOpen);
    let refused = action(world.drawn);
    assert_eq!(world.state.another(refused), Some(Another::Of("busy".into())));
    world.admit(instead_of(refused, "busy"));
}

#[test]
fn it_is_decided_counted_and_says_for_what_it_stands_in() {
    let mut world = world();
    let look = lost(&mut world, ToolFault::Late);
    let before = (world.state.runs[&run(1)].calls, world.money());
    let decided = world.decided(instead_of(look, "busy"));
    assert_eq!(decided.decision.outcome, Outcome::Admit);
    let detail = &decided.decision.findings[1].detail;
    assert!(detail.ends_with(&format!("stands in for {look} of `look`: late")), "{detail}");
    let other = decided.proposal.action;
    assert_eq!(world.state.another(look), Some(Another::Proposed(other)));
    world.settle(other, succeeded()).unwrap();
    let after = (world.state.runs[&run(1)].calls, world.money());
    assert_eq!(after, (before.0 + 1, (before.1.0, before.1.1 + 7)));
    assert_eq!(world.status(look), ActionStatus::Failed, "the first read has failed for good");
    // What has nothing that stands in for it stays as it is.
    assert_eq!(world.state.another(other), None);
}

#[test]
fn nothing_else_stands_in_and_nothing_twice() {
    let mut world = world();
    let look = lost(&mut world, ToolFault::Late);
    let no = |world: &mut World, target, tool: &str| {
        world.expect(instead_of(target, tool), Outcome::Deny, Clause::Scope, Reason::NotInScope);
    };
    no(&mut world, look, "look");
    no(&mut world, action(999), "busy");
    let fine = world.admit(Call::new("look", "3"));
    no(&mut world, fine, "busy");
    world.admit(instead_of(look, "busy"));
    no(&mut world, look, "busy");
    // Of another run.
    let lost = lost(&mut world, ToolFault::Late);
    world.start(2, "case-2").unwrap();
    let elsewhere = instead_of(lost, "busy").with(|proposal, _| proposal.run = run(2));
    world.expect(elsewhere, Outcome::Deny, Clause::Scope, Reason::NotInScope);
}

#[test]
fn nobody_is_asked_in_its_name() {
    let mut world = world();
    let look = lost(&mut world, ToolFault::Broken);
    let call = instead_of(look, "busy").ask(ask("large", "risk", 1));
    world.expect(call, Outcome::Deny, Clause::Scope, Reason::NeedsApproval);
    assert!(world.state.escalations.is_empty());
}
