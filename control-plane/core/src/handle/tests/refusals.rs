//! Commands that leave no trace, each with its refusal; what is sent twice happens once.

use super::world::*;
use crate::{Command, Declared, Digest, Reach, Refusal, Terms, event::Holder, proposal::Channel};

fn credential(number: u128) -> crate::CredentialId {
    crate::CredentialId::new(uuid::Uuid::from_u128(number))
}

fn activate(change: impl FnOnce(&mut Terms)) -> Command {
    let mut terms = terms();
    change(&mut terms);
    Command::ActivateContract { terms: Box::new(terms), by: "lee".to_owned() }
}

fn start(number: u128, name: &str, service: &str, principal: &str) -> Command {
    Command::StartRun {
        run: run(number),
        name: name.to_owned(),
        service: service.into(),
        principal: principal.to_owned(),
        channel: Channel::Grpc,
        declared: Declared::default(),
    }
}

fn issue(number: u128, name: &str) -> Command {
    let holder = Holder::Service { name: name.into(), reach: Reach::Full };
    Command::IssueCredential {
        credential: credential(number),
        holder,
        hash: Digest::of(b"s"),
        by: "root".to_owned(),
    }
}

fn person_named(number: u128, name: &str) -> Command {
    let holder = Holder::Operator { person: person(name, &["risk"]) };
    let (credential, hash) = (credential(number), Digest::of(b"s"));
    Command::IssueCredential { credential, holder, hash, by: "root".to_owned() }
}

#[test]
fn refused_commands() {
    let long = "x".repeat(129);
    let revoke = Command::RevokeCredential { credential: credential(9), by: "root".to_owned() };
    let plan_unknown = Command::PlanRollback {
        plan: plan(1),
        asked: Box::new(crate::rollback::Selection::run(run(9)).into()),
        by: oncall(),
    };
    let end_unknown = Command::EndRun { run: run(9), reason: None, note: String::new() };
    let compensate = Command::Compensate { plan: plan(9), target: action(1), action: action(2) };
    let table = [
        (activate(|it| it.domain = "other".into()), "invalid"),
        (activate(|it| it.digest = Digest::of(b"edited")), "conflict"),
        (start(2, "", "refunds", "refunds"), "invalid"),
        (start(2, &long, "refunds", "refunds"), "invalid"),
        (start(2, "case-2", "other", "refunds"), "not found"),
        (start(2, "case-2", "refunds", "other"), "not permitted"),
        (start(2, "case-1", "refunds", "refunds"), "joins run"),
        (start(1, "case-2", "refunds", "refunds"), "conflict"),
        (Command::Start { action: action(9) }, "not found"),
        (end_unknown, "not found"),
        (plan_unknown, "not found"),
        (compensate, "not found"),
        (Command::CloseRollback { plan: plan(9) }, "not found"),
        (revoke, "not found"),
        (issue(1, " "), "invalid"),
        (issue(1, "refund desk"), "invalid"),
        (person_named(1, "rita "), "invalid"),
        (person_named(1, "ri\u{200b}ta"), "invalid"),
        (person_named(1, "remitd"), "invalid"),
        (person_named(1, "Rita"), "conflict"),
        (issue(1, "a\u{1b}b"), "invalid"),
        (issue(7, "refunds"), "conflict"),
    ];
    let mut world = World::new();
    world.command(issue(7, "refunds")).unwrap();
    world.command(person_named(8, "rita")).unwrap();
    let before = world.state.clone();
    for (command, expect) in table {
        let refusal = world.command(command.clone()).unwrap_err();
        let kind = match &refusal {
            Refusal::Joins(_) => "joins",
            Refusal::JoinsRun(_) => "joins run",
            Refusal::NotFound { .. } => "not found",
            Refusal::NotPermitted { .. } => "not permitted",
            Refusal::Withheld { .. } => "withheld",
            Refusal::Conflict(_) => "conflict",
            Refusal::Invalid(_) => "invalid",
            Refusal::Illegal(_) => "illegal",
        };
        assert_eq!(kind, expect, "{command:?}: {refusal}");
        assert!(!refusal.to_string().is_empty() && refusal.hint().ends_with('.'));
    }
    assert_eq!(world.state, before);
}

#[test]
fn what_is_sent_twice_happens_once() {
    let mut world = World::new();
    assert_eq!(world.command(activate(|_| ())), Ok(Vec::new()));
    world.command(issue(1, "refunds")).unwrap();
    let revoke = || Command::RevokeCredential { credential: credential(1), by: "root".to_owned() };
    assert_eq!(world.command(revoke()).unwrap().len(), 1);
    assert_eq!(world.command(revoke()), Ok(Vec::new()));
    world.end().unwrap();
    assert_eq!(world.end(), Ok(Vec::new()));
}

#[test]
fn an_id_is_used_once() {
    let mut world = World::new();
    world.hold(Call::new("mail", "{}"));
    world.drawn = 0;
    assert!(matches!(world.propose(Call::new("look", "{}")), Err(Refusal::Conflict(_))));
}

#[test]
fn a_published_version_never_changes_also_when_another_is_active() {
    let mut world = World::new();
    let second = |it: &mut Terms| (it.version, it.digest) = ("2".to_owned(), Digest::of(b"2"));
    world.command(activate(second)).unwrap();
    let edited = world.command(activate(|it| it.digest = Digest::of(b"edited")));
    assert!(matches!(edited, Err(Refusal::Conflict(_))));
    assert_eq!(world.command(activate(|_| ())).unwrap().len(), 1, "going back to a version is allowed");
}
