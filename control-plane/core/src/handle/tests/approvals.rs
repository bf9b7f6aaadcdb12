//! Where approvals are required, no folder decides any more: for good, and also what it activated before.

use super::{
    versions::{activate, alive, approve, propose, version},
    world::*,
};
use crate::{Clause, Command, Event, Outcome, Reason, Refusal, State, Terms};

fn require() -> Command {
    Command::RequireApprovals { by: "remitd".to_owned() }
}

fn folder(terms: Terms) -> Command {
    Command::ActivateContract { terms: Box::new(terms), by: "remitd".to_owned() }
}

#[track_caller]
fn conflict(world: &mut World, command: Command, words: &str) {
    match world.command(command) {
        Err(Refusal::Conflict(text)) => assert!(text.contains(words), "{text}"),
        other => panic!("{other:?} instead of {words}"),
    }
}

#[test]
fn what_came_from_a_folder_decides_nothing_where_approvals_are_required() {
    let mut world = World::new();
    let held = world.hold(Call::new("pay", "{}").ask(ask("large", "risk", 1)));
    let events = world.command(require()).unwrap();
    assert!(matches!(events[0], Event::ApprovalsRequired { .. }));
    assert_eq!(world.status(held), crate::ActionStatus::Denied);
    world.expect(Call::new("look", "{}"), Outcome::Deny, Clause::Identity, Reason::ContractUnapproved);
    let refusal = world.start(2, "case-2").unwrap_err();
    assert!(
        refusal.to_string().contains("version 1.0.0 of `refunds` became active from a folder"),
        "{refusal}"
    );
    assert_eq!(world.command(require()), Ok(Vec::new()), "it is required already");
    alive(&mut world, 1, false);
    world.start(2, "case-1").unwrap();
    assert_eq!(world.command(require()), Ok(Vec::new()), "what people approved goes on");
    assert_eq!(State::replay("payments".into(), &world.history), world.state);
}

#[test]
fn no_folder_becomes_active_again_once_people_approve() {
    let next = || Terms { version: "1.1.0".to_owned(), digest: crate::Digest::of(b"1.1.0"), ..terms() };
    let mut world = World::new();
    world.command(require()).unwrap();
    conflict(&mut world, folder(next()), "people approve the versions of domain `payments`");
    // An approval alone says so too: a journal may be older than the requirement.
    let mut world = World::new();
    world.command(propose(1, "bob")).unwrap();
    world.command(folder(next())).unwrap();
    let approve = approve(&world.state, 1, "rita");
    world.command(approve).unwrap();
    conflict(&mut world, folder(terms()), "people approve the versions of domain `payments`");
    world.command(propose(1, "bob")).unwrap();
    conflict(&mut world, folder(terms()), "people approve");
}

#[test]
fn what_a_folder_activated_is_proposed_and_approved_as_it_is_and_in_full() {
    let mut world = World::under(version(1));
    let before = approve(&world.state, 1, "rita");
    world.command(require()).unwrap();
    world.command(propose(1, "bob")).unwrap();
    conflict(&mut world, before, "another version became active");
    let first = approve(&world.state, 1, "rita");
    assert!(matches!(&first, Command::ApproveVersion { seal, .. } if seal.base.is_none()));
    world.command(first).unwrap();
    world.command(activate(1, "olga", false)).unwrap();
    world.start(2, "case-2").unwrap();
}

/// A journal in which a folder took over what people had approved.
#[test]
fn what_a_folder_took_over_is_nobodys_approval() {
    let mut world = World::new();
    world.command(propose(1, "bob")).unwrap();
    let approve = approve(&world.state, 1, "rita");
    world.command(approve).unwrap();
    let taken = Event::ContractActivated { terms: Box::new(version(1)), by: "remitd".to_owned() };
    world.state.apply(&taken, world.now);
    assert!(!world.state.is_by_people(&version(1).digest));
    world.command(require()).unwrap();
    let refusal = world.start(2, "case-2").unwrap_err();
    assert!(refusal.to_string().contains("nobody approved it"), "{refusal}");
    conflict(&mut world, activate(1, "olga", false), "a version that is superseded cannot be activated");
}
