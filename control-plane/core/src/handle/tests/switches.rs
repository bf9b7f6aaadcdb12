//! Ceilings: who sets and lifts them, where, and that an acknowledged one is the one that was asked for.

use super::world::*;
use crate::{Command, Level, Reason, Refusal, Terms, command::SwitchTarget};

fn release(world: &mut World, number: u128, by: crate::Person, reason: &str) -> Result<usize, Refusal> {
    let target = SwitchTarget::Id(switch(number));
    world.command(Command::ReleaseSwitch { target, by, reason: reason.to_owned() }).map(|events| events.len())
}

#[test]
fn a_mistyped_scope_is_no_stop() {
    let mut world = World::new();
    let unknown = format!("run:{}", run(9));
    for scope in ["domain:other", "service:refund", "tool:refunds/payy", "tool:other/pay", unknown.as_str()] {
        assert!(matches!(world.set_switch(1, scope, Level::None), Err(Refusal::NotFound { .. })), "{scope}");
    }
    let known = format!("run:{}", run(1));
    for (number, scope) in
        ["all", "domain:payments", "service:refunds", "tool:refunds/pay", &known].iter().enumerate()
    {
        let number = u128::try_from(number).unwrap();
        assert_eq!(world.set_switch(number, scope, Level::Draft).unwrap().len(), 1, "{scope}");
    }
}

#[test]
fn what_is_acknowledged_is_what_was_asked_for() {
    let mut world = World::new();
    world.set_switch(1, "tool:refunds/pay", Level::Draft).unwrap();
    let set = &world.state.switches[&switch(1)];
    assert_eq!((set.by.as_str(), set.at), ("olga", START));
    assert_eq!(world.set_switch(1, "tool:refunds/pay", Level::Draft), Ok(Vec::new()));
    assert!(matches!(world.set_switch(1, "all", Level::None), Err(Refusal::Conflict(_))));
}

#[test]
fn a_tool_of_an_older_version_can_still_be_stopped() {
    let mut world = World::new();
    let mut next = Terms { version: "2.0.0".to_owned(), digest: crate::Digest::of(b"2"), ..terms() };
    next.tools.remove("pay");
    world.command(Command::ActivateContract { terms: Box::new(next), by: "lee".to_owned() }).unwrap();
    // The open run keeps its version.
    world.admit(Call::new("pay", "{}"));
    world.set_switch(1, "tool:refunds/pay", Level::None).unwrap();
}

#[test]
fn one_may_stop_all_but_letting_all_go_takes_the_duty_for_each() {
    let mut world = World::new();
    let mut other = Terms { service: "access".into(), ..terms() };
    other.run_duty = std::collections::BTreeSet::from(["desk".into()]);
    world.command(Command::ActivateContract { terms: Box::new(other), by: "lee".to_owned() }).unwrap();
    world.set_switch(1, "all", Level::None).unwrap();
    let why = "checked with payments";
    assert!(matches!(release(&mut world, 1, oncall(), why), Err(Refusal::NotPermitted { .. })));
    assert!(matches!(
        release(&mut world, 1, person("x", &["oncall", "desk"]), "short"),
        Err(Refusal::Invalid(_))
    ));
    assert_eq!(release(&mut world, 1, person("x", &["oncall", "desk"]), why), Ok(1));
    assert!(matches!(release(&mut world, 1, oncall(), why), Err(Refusal::NotFound { .. })));
    world.set_switch(2, "service:refunds", Level::None).unwrap();
    let target = SwitchTarget::Scope("service:refunds".parse().unwrap());
    let by = person("root", &["remit-admins"]);
    world.command(Command::ReleaseSwitch { target, by, reason: why.to_owned() }).unwrap();
    assert!(world.state.switches.is_empty());
}

#[test]
fn what_was_in_flight_is_listed() {
    let mut world = World::new();
    let paying = world.admit(Call::new("pay", "{}"));
    world.admit(Call::new("look", "{}"));
    let listed = world.state.in_flight(&"tool:refunds/pay".parse().unwrap());
    assert_eq!(listed.iter().map(|action| action.id).collect::<Vec<_>>(), [paying]);
}

#[test]
fn a_stop_between_admit_and_sending_keeps_it_from_being_sent() {
    let mut world = World::new();
    let pay = world.admit(Call::new("pay", "1"));
    let look = world.admit(Call::new("look", "{}"));
    let why = |refused: Result<_, Refusal>| match refused.map(|_: Vec<_>| ()) {
        Err(Refusal::Withheld { reason, .. }) => Some(reason),
        Err(_) | Ok(()) => None,
    };
    world.set_switch(1, "service:refunds", Level::Draft).unwrap();
    assert_eq!(why(world.command(Command::Start { action: pay })), Some(Reason::AboveCeiling));
    world.set_switch(2, "service:refunds", Level::None).unwrap();
    assert_eq!(why(world.command(Command::Start { action: look })), Some(Reason::Stopped));
    release(&mut world, 2, oncall(), "reads may go on").unwrap();
    release(&mut world, 1, oncall(), "all is well again").unwrap();
    world.command(Command::Start { action: look }).unwrap();
    world.command(Command::Start { action: pay }).unwrap();
}

#[test]
fn what_came_in_between_keeps_a_call_from_being_sent_again() {
    let sent = |world: &mut World| {
        let pay = world.admit(Call::new("pay", "1"));
        assert!(matches!(world.state.may_send_again(pay), Err(Refusal::Conflict(_))), "not sent yet");
        world.command(Command::Start { action: pay }).unwrap();
        world.state.may_send_again(pay).unwrap();
        pay
    };
    let refused = |world: &World, pay| world.state.may_send_again(pay).is_err();
    let mut world = World::new();
    let pay = sent(&mut world);
    world.set_switch(1, "service:refunds", Level::Draft).unwrap();
    assert!(refused(&world, pay));
    let mut world = World::new();
    let pay = sent(&mut world);
    world.settle(pay, in_doubt()).unwrap();
    assert!(refused(&world, pay));
    let mut world = World::new();
    let pay = sent(&mut world);
    let note = "done".to_owned();
    world.command(Command::EndRun { run: run(1), reason: None, note }).unwrap();
    assert!(refused(&world, pay));
}
