//! People answer: every way for a question to end, and who may answer it.

use super::world::*;
use crate::{
    ActionStatus, Command, Digest, Event, Level, Outcome, Permit, Reason, Refusal,
    command::Answer,
    escalation::{EscalationStatus, digest_of},
};

fn large() -> Call {
    Call::new("pay", "{}").effect("refund:1").ask(ask("large", "risk", 1))
}

#[test]
fn every_end_of_a_question() {
    use EscalationStatus as E;
    type When = fn(&mut World, crate::ActionId) -> Result<Vec<Event>, Refusal>;
    let table: [(&str, When, E, ActionStatus, Reason); 7] = [
        (
            "yes",
            |w, it| w.answer(it, &person("rita", &["risk"]), true),
            E::Approved,
            ActionStatus::Approved,
            Reason::WithinContract,
        ),
        (
            "no",
            |w, it| w.answer(it, &person("rita", &["risk"]), false),
            E::Denied,
            ActionStatus::Denied,
            Reason::EscalationDenied,
        ),
        (
            "yes, too late",
            |w, it| w.later(60_000).answer(it, &person("rita", &["risk"]), true),
            E::Lapsed,
            ActionStatus::Lapsed,
            Reason::EscalationLapsed,
        ),
        (
            "silence",
            |w, _| w.later(60_000).command(Command::Lapse),
            E::Lapsed,
            ActionStatus::Lapsed,
            Reason::EscalationLapsed,
        ),
        (
            "stopped",
            |w, _| w.set_switch(1, "all", Level::None),
            E::Voided,
            ActionStatus::Denied,
            Reason::EscalationVoided,
        ),
        (
            "safe mode",
            |w, _| w.set_switch(1, "tool:refunds/pay", Level::Draft),
            E::Voided,
            ActionStatus::Denied,
            Reason::EscalationVoided,
        ),
        ("run ended", |w, _| w.end(), E::Voided, ActionStatus::Denied, Reason::EscalationVoided),
    ];
    for (name, when, status, action_status, reason) in table {
        let mut world = World::new();
        let held = world.hold(large());
        // Something in flight keeps the run in memory.
        world.admit(Call::new("look", "{}"));
        assert_eq!(world.money(), (117, 0));
        when(&mut world, held).unwrap();
        assert_eq!(world.state.escalations[&escalation(1)].status, status, "{name}");
        let action = &world.state.actions[&held];
        assert_eq!((action.status, action.reason), (action_status, reason), "{name}");
        assert!(world.state.held.is_empty(), "{name}");
        let goes = status == E::Approved;
        assert_eq!(world.money().0, if goes { 117 } else { 7 }, "{name}");
        assert_eq!(world.state.holder("refund:1").is_some(), goes, "{name}");
    }
}

#[test]
fn a_switch_that_is_no_hindrance_leaves_the_question_open() {
    for (scope, ceiling) in [("all", Level::Execute), ("tool:refunds/look", Level::None)] {
        let mut world = World::new();
        let held = world.hold(large());
        world.set_switch(1, scope, ceiling).unwrap();
        assert_eq!(world.status(held), ActionStatus::Held);
    }
}

#[test]
fn two_distinct_people_make_a_quorum_of_two() {
    let mut world = World::new();
    let held = world.hold(Call::new("pay", "{}").ask(ask("vip", "risk", 2)));
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    assert_eq!(world.status(held), ActionStatus::Held);
    let twice = world.answer(held, &person("rita", &["risk"]), true);
    assert_eq!(twice, Err(Refusal::Conflict("rita has answered already".to_owned())));
    world.answer(held, &person("rob", &["risk"]), true).unwrap();
    assert_eq!(world.status(held), ActionStatus::Approved);
    let late = world.answer(held, &person("rolf", &["risk"]), true);
    assert_eq!(late, Err(Refusal::Conflict("it is approved already".to_owned())));
}

#[test]
fn every_rule_that_asked_has_to_be_satisfied() {
    let mut world = World::new();
    let held = world.hold(large().ask(ask("abroad", "legal", 1)));
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    world.answer(held, &person("rob", &["risk"]), true).unwrap();
    assert_eq!(world.status(held), ActionStatus::Held, "legal was asked and has not answered");
    world.answer(held, &person("lea", &["legal"]), true).unwrap();
    assert_eq!(world.status(held), ActionStatus::Approved);
    // The groups of one rule are alternatives: anybody who runs the service.
    let mut terms = terms();
    terms.run_duty.insert("night".into());
    let mut world = World::under(terms);
    let held = world.hold(Call::new("mail", "{}"));
    world.answer(held, &person("nora", &["night"]), true).unwrap();
    assert_eq!(world.status(held), ActionStatus::Approved);
}

#[test]
fn who_may_answer() {
    let refused = [
        (person("sam", &[]), true),
        (person("sam", &["oncall"]), false),
        (person("dana", &["risk"]), true),
        (person("refunds", &["risk"]), true),
    ];
    for (by, approve) in refused {
        let mut world = World::new();
        let held = world.hold(large());
        let answer = world.answer(held, &by, approve);
        assert!(matches!(answer, Err(Refusal::NotPermitted { .. })), "{by:?}: {answer:?}");
    }
    for (by, approve) in [(person("dana", &["risk"]), false), (person("root", &["remit-admins"]), true)] {
        let mut world = World::new();
        let held = world.hold(large());
        world.answer(held, &by, approve).unwrap();
    }
}

#[test]
fn an_answer_shows_the_digest_and_a_reason() {
    for (digest, reason, expect) in [
        (
            Some(Digest::of(b"shown")),
            "ok",
            Refusal::Conflict("what was shown is not what would run".to_owned()),
        ),
        (None, " ", Refusal::Invalid("an answer needs a reason".to_owned())),
    ] {
        let mut world = World::new();
        world.hold(large());
        let digest = digest.unwrap_or(world.state.escalations[&escalation(1)].question.digest);
        let by = person("rita", &["risk"]);
        let answer = Answer {
            escalation: escalation(1),
            by,
            approve: true,
            reason: reason.to_owned(),
            digest,
            endorsed: None,
            opaque: false,
        };
        assert_eq!(world.command(Command::Decide(Box::new(answer))), Err(expect));
    }
}

#[test]
fn the_digest_binds_all_that_will_run() {
    let mut world = World::new();
    let decided = world.decided(large());
    assert_eq!(decided.question.as_ref().unwrap().digest, digest_of(&decided));
    type Change = fn(&mut crate::event::ActionDecided);
    let changes: [Change; 9] = [
        |it| it.proposal.action = action(9),
        |it| it.proposal.run = run(9),
        |it| it.proposal.tool = "look".into(),
        |it| it.proposal.params = json("[]"),
        |it| it.proposal.mode = crate::proposal::Mode::DecisionOnly,
        |it| it.assessment.contract = Digest::of(b"2"),
        |it| it.assessment.effect = None,
        |it| it.hold = crate::Money::from_micros(101),
        |it| it.undo_hold = crate::Money::ZERO,
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut changed = decided.clone();
        change(&mut changed);
        assert_ne!(digest_of(&changed), digest_of(&decided), "change {number}");
    }
    let released = world.answer(decided.proposal.action, &person("rita", &["risk"]), true).unwrap();
    assert!(Permit::of_admitted(&decided).is_none());
    assert!(Permit::of_released(&decided, &released[1]).is_none());
    assert_eq!(Permit::of_released(&decided, &released[2]).unwrap().params(), &decided.proposal.params);
    let mut forged = decided;
    forged.proposal.params = json(r#"{"amount":1000000}"#);
    assert!(Permit::of_released(&forged, &released[2]).is_none());
}

#[test]
fn the_second_look_sees_what_changed_meanwhile() {
    let mut terms = terms();
    terms.delegation.until = START.plus_ms(30_000);
    let mut world = World::under(terms);
    let held = world.hold(large());
    world.later(40_000);
    let events = world.answer(held, &person("rita", &["risk"]), true).unwrap();
    let Event::ActionReleased { decision, .. } = &events[2] else { panic!("{events:?}") };
    assert_eq!((decision.outcome, decision.deciding().reason), (Outcome::Deny, Reason::DelegationEnded));
    assert_eq!((world.status(held), world.money()), (ActionStatus::Denied, (0, 0)));
}

#[test]
fn a_persons_no_answers_the_same_call_again_and_silence_does_not() {
    let mut world = World::new();
    let held = world.hold(large());
    world.answer(held, &person("rita", &["risk"]), false).unwrap();
    assert_eq!(world.propose(large()), Err(Refusal::Joins(held)));

    let mut world = World::new();
    let held = world.hold(large());
    world.later(60_000).command(Command::Lapse).unwrap();
    assert_eq!(world.state.actions[&held].status, ActionStatus::Lapsed);
    assert_ne!(world.hold(large()), held);
}
