//! What a service says itself is part of the call: of what is joined, of what people approve, of no fact.

use super::world::*;
use crate::{Assertion, Clause, Event, Outcome, Reason, escalation::digest_of};

/// A payment with this ticket.
fn pay(ticket: &str) -> Call {
    let said = Assertion {
        item: "ticket".into(),
        source: "https://desk.example/tickets/7".parse().unwrap(),
        content: json(ticket),
    };
    Call::new("pay", "{}").with(|proposal, _| proposal.asserted.push(said))
}

fn is_told_apart(world: &mut World, first: Call, other: Call) {
    let known = world.admit(first.clone());
    assert!(
        matches!(world.propose(first), Err(crate::Refusal::Joins(id)) if id == known),
        "the same is joined"
    );
    let decision = world.expect(other, Outcome::Deny, Clause::Tooling, Reason::KeyReused);
    let detail = &decision.deciding().detail;
    assert!(detail.contains(&known.to_string()), "{detail}");
}

#[test]
fn another_assertion_neither_joins_nor_makes_a_second_effect() {
    let table = [(pay(r#"{"n":1}"#), pay(r#"{"n":2}"#)), (pay("{}"), Call::new("pay", "{}"))];
    for (first, other) in table {
        is_told_apart(&mut World::new(), first.clone(), other.clone());
        is_told_apart(&mut World::new(), first.key("k"), other.key("k"));
    }
}

#[test]
fn a_call_that_came_to_nothing_may_be_made_with_other_words() {
    let mut world = World::new();
    let first = world.admit(pay(r#"{"n":1}"#));
    world.command(crate::Command::Start { action: first }).unwrap();
    world.settle(first, failed()).unwrap();
    world.admit(pay(r#"{"n":2}"#));
}

#[test]
fn other_words_do_not_hide_a_loop() {
    let mut world = World::new();
    for number in 0..3 {
        world.admit(pay(&format!("{{\"n\":{number}}}")).key(&number.to_string()));
    }
    world.expect(pay(r#"{"n":3}"#).key("3"), Outcome::Stop, Clause::Cost, Reason::LoopDetected);
}

#[test]
fn an_approval_binds_what_was_said() {
    let digest = |call: Call| {
        let mut world = World::new();
        let decided = world.decided(call.ask(ask("large", "risk", 1)));
        let digest = decided.question.as_ref().unwrap().digest;
        assert_eq!(digest, digest_of(&decided));
        digest
    };
    let other_source = pay("{}").with(|it, _| it.asserted[0].source = "urn:ticket:8".parse().unwrap());
    let digests = [digest(Call::new("pay", "{}")), digest(pay("{}")), digest(other_source)];
    assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[0] != digests[2]);
    assert_ne!(digest(pay("{}")), digest(pay(r#"{"n":2}"#)));
}

#[test]
fn what_was_said_is_named_and_becomes_no_evidence() {
    let mut world = World::new();
    let decided = world.decided(pay(r#"{"n":1}"#));
    let finding = decided.decision.findings.iter().find(|it| it.clause == Clause::Evidence).unwrap();
    let digest = json(r#"{"n":1}"#).digest().to_string();
    let begins: String = digest.chars().take(8).collect();
    let expect = format!(
        "ticket (said by the service, https://desk.example/tickets/7, {begins}) (`evidence.needs.pay`)"
    );
    assert_eq!(finding.detail, expect);
    world.command(crate::Command::Start { action: decided.proposal.action }).unwrap();
    world.settle(decided.proposal.action, succeeded()).unwrap();
    let known = world.state.runs[&run(1)].evidence.keys().map(|(item, _)| item.as_str().to_owned());
    assert!(!known.collect::<Vec<_>>().contains(&"ticket".to_owned()));
    assert!(matches!(&world.history[2].1, Event::ActionDecided(it) if it.proposal.asserted.len() == 1));
}
