//! An approved action goes only on facts that were read again, and that have not moved.

use super::world::*;
use crate::{
    ActionStatus, Assessment, Clause, Command, Event, EvidenceUse, Level, Moved, Objection, Outcome, Permit,
    PolicyVerdict, Reason, Refusal,
    command::{Look, ReadAgain},
    escalation::{EscalationStatus, digest_of},
};

const SEEN: &str = r#"{"amount":500}"#;
const MOVED: &str = r#"{"amount":400}"#;

/// A payment that rests on the record, held for risk and approved by rita.
fn approved() -> (World, crate::ActionId) {
    let mut world = World::new();
    let seen = world.look(SEEN);
    let pay = Call::new("pay", "{}").effect("refund:1").ask(ask("large", "risk", 1));
    let held = world.hold(pay.with(|_, it| it.evidence.push(seen)));
    let events = world.later(5_000).answer(held, &person("rita", &["risk"]), true).unwrap();
    assert_eq!(events.len(), 2, "nothing goes before the facts are read again: {events:?}");
    (world, held)
}

fn released(events: &[Event]) -> (Outcome, Reason) {
    match events {
        [Event::ActionReleased { decision, .. }] => (decision.outcome, decision.deciding().reason),
        other => panic!("{other:?} instead of a release"),
    }
}

#[test]
fn facts_that_stand_let_it_go_however_old_the_question_is() {
    let (mut world, held) = approved();
    assert_eq!(world.status(held), ActionStatus::Held);
    let again = world.look_again(held, SEEN).unwrap();
    let events = world.later(900_000).release_on(held, again).unwrap();
    assert_eq!(released(&events), (Outcome::Admit, Reason::WithinContract));
    assert_eq!(world.status(held), ActionStatus::Approved);
    let twice = world.release(held, Look::Unread { why: String::new() });
    assert!(matches!(twice, Err(Refusal::Conflict(_))), "{twice:?}");
}

#[test]
fn what_the_contract_does_not_look_at_may_move() {
    let facts = |it: EvidenceUse| EvidenceUse { facts: Some(crate::Digest::of(b"amount")), ..it };
    let mut world = World::new();
    let seen = facts(world.look(SEEN));
    let held =
        world.hold(Call::new("pay", "{}").ask(ask("large", "risk", 1)).with(|_, it| it.evidence.push(seen)));
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    let again = facts(world.look_again(held, MOVED).unwrap());
    let events = world.release_on(held, again).unwrap();
    assert_eq!(released(&events).0, Outcome::Admit);
}

#[test]
fn a_moved_fact_voids_the_approval_and_asks_again() {
    let (mut world, held) = approved();
    let question = world.state.held[&held].question.clone();
    let money = world.money();
    let again = world.look_again(held, MOVED).unwrap();
    let events = world.release_on(held, again.clone()).unwrap();
    let [Event::ActionReturned(returned)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(returned.note, "`record` has moved since people were asked");
    let finding = &returned.held.decision.findings[2];
    assert_eq!(
        (finding.clause, finding.outcome, finding.reason),
        (Clause::Evidence, Outcome::Escalate, Reason::FactMoved)
    );

    let new = world.state.held[&held].question.clone();
    assert_eq!((new.asks.clone(), new.groups.clone()), (question.asks.clone(), question.groups.clone()));
    assert_eq!(new.deadline, world.now.plus_ms(60_000), "people have their whole time again");
    assert_ne!(new.digest, question.digest, "an approval of the old facts is none of the new ones");
    let (old, asked) = (&world.state.escalations[&question.id], &world.state.escalations[&new.id]);
    assert_eq!((old.status, old.replaced_by), (EscalationStatus::Voided, Some(new.id)));
    assert_eq!(
        (asked.status, asked.replaces, asked.votes.len()),
        (EscalationStatus::Pending, Some(question.id), 0)
    );
    assert_eq!((world.status(held), world.money().0), (ActionStatus::Held, money.0));

    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    let stale = world.release_on(held, again).unwrap();
    assert!(matches!(stale[..], [Event::ActionReturned(_)]), "read before the second approval: {stale:?}");
    world.later(1).answer(held, &person("rita", &["risk"]), true).unwrap();
    let again = world.look_again(held, MOVED).unwrap();
    let events = world.release_on(held, again).unwrap();
    assert_eq!(released(&events).0, Outcome::Admit);
}

#[test]
fn the_permit_is_for_what_was_approved_last() {
    let (mut world, held) = approved();
    let first = world.history.iter().find_map(|(_, event)| match event {
        Event::ActionDecided(decided) if decided.question.is_some() => Some((**decided).clone()),
        _ => None,
    });
    let again = world.look_again(held, MOVED).unwrap();
    let events = world.release_on(held, again).unwrap();
    let [Event::ActionReturned(returned)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(returned.held.question.as_ref().unwrap().digest, digest_of(&returned.held));
    assert_eq!(returned.held.proposal, first.unwrap().proposal);
    assert_eq!((returned.held.hold.as_micros(), returned.held.undo_hold.as_micros()), (100, 10));
    world.later(1).answer(held, &person("rita", &["risk"]), true).unwrap();
    let again = world.look_again(held, MOVED).unwrap();
    let events = world.release_on(held, again).unwrap();
    let permit = Permit::of_released(&returned.held, &events[0]).unwrap();
    assert_eq!(permit.params(), &returned.held.proposal.params);
}

#[test]
fn what_cannot_be_shown_to_be_read_again_goes_back_to_people() {
    type Try = fn(&mut World, crate::ActionId) -> Result<Vec<Event>, Refusal>;
    let table: [(&str, Try); 4] = [
        ("no connection", |w, it| w.release(it, Look::Unread { why: "no connection".to_owned() })),
        ("the facts of before", |w, it| {
            let old = w.state.held[&it].assessment.evidence[0].clone();
            w.release_on(it, old)
        }),
        ("the service's own read", |w, it| {
            let look = w.look(SEEN);
            w.release_on(it, look)
        }),
        ("a read that failed", |w, it| {
            let (source, read) = (action(1), action(77));
            let params = json("{}");
            w.command(Command::ReadAgain(Box::new(ReadAgain { held: it, source, params, action: read })))?;
            w.settle(read, failed())?;
            let cited = w.cite(read, SEEN);
            w.release_on(it, cited)
        }),
    ];
    for (name, attempt) in table {
        let (mut world, held) = approved();
        let events = attempt(&mut world, held).unwrap();
        let returned = events.iter().find_map(|event| match event {
            Event::ActionReturned(returned) => Some(returned),
            _ => None,
        });
        let finding = &returned.unwrap_or_else(|| panic!("{name}: {events:?}")).held.decision.findings[2];
        assert_eq!(finding.reason, Reason::EvidenceUnread, "{name}: {finding:?}");
        assert_eq!(world.status(held), ActionStatus::Held, "{name}");
    }
}

#[test]
fn the_second_look_sees_what_changed_meanwhile() {
    type Change = fn(&mut World) -> usize;
    let table: [(&str, Change, Reason); 3] = [
        ("stopped", |w| w.set_switch(1, "all", Level::None).unwrap().len(), Reason::Stopped),
        ("ended", |w| w.end().unwrap().len(), Reason::RunEnded),
        ("delegation", |w| w.later(10_000_000).history.len(), Reason::DelegationEnded),
    ];
    for (name, change, reason) in table {
        let (mut world, held) = approved();
        change(&mut world);
        let events = world.release(held, Look::Unread { why: "nobody reads now".to_owned() }).unwrap();
        assert_eq!(released(&events), (Outcome::Deny, reason), "{name}");
        assert_eq!(world.status(held), ActionStatus::Denied, "{name}");
    }
}

#[test]
fn what_the_contract_denies_on_the_new_facts_nobody_is_asked_about_but_told() {
    let (mut world, held) = approved();
    let question = world.state.held[&held].question.id;
    let again = world.look_again(held, MOVED).unwrap();
    let moved = vec![Moved {
        item: "record".into(),
        pointer: "/amount".to_owned(),
        was: "500".to_owned(),
        is: "400".to_owned(),
    }];
    let look = seeing(&world, held, moved.clone(), |it| {
        it.evidence = vec![again.clone()];
        it.policy = PolicyVerdict::Object(Objection::new(Reason::PolicyForbids, "more than was paid"));
    });
    let events = world.release(held, look).unwrap();
    assert_eq!(released(&events), (Outcome::Deny, Reason::PolicyForbids));
    let [Event::ActionReleased { evidence, moved: told, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((evidence, told), (&vec![again], &moved), "what it was decided on, and what had moved");
    let asked = &world.state.escalations[&question];
    assert_eq!((asked.status, &asked.moved), (EscalationStatus::Approved, &moved));
    assert_eq!(asked.note, "approved, but by now: A policy forbids it.");
}

/// A second look with other findings than before.
fn seeing(
    world: &World,
    held: crate::ActionId,
    moved: Vec<Moved>,
    change: impl FnOnce(&mut Assessment),
) -> Look {
    let mut assessment = world.state.held[&held].assessment.clone();
    change(&mut assessment);
    Look::Read { assessment: Box::new(assessment), moved }
}

#[test]
fn a_rule_that_asks_only_now_returns_the_action_to_people() {
    type Change = fn(&mut Assessment);
    let foreign = |it: &mut Assessment| {
        it.origin_objection = Some(Objection::new(Reason::OriginUnknown, "no record names the account"));
    };
    let table: [(&str, Change, &str); 5] = [
        ("an origin", |it| it.asks.push(ask("origin:/account", "fraud", 1)), "rule `origin:/account`"),
        ("an origin that names no rule", foreign, "no record names the account"),
        (
            "a policy",
            |it| {
                let (policies, asks) = (vec!["vip".to_owned()], vec![ask("vip", "risk", 1)]);
                it.policy = PolicyVerdict::Escalate { policies, asks };
            },
            "rule `vip`",
        ),
        (
            "a value that became new",
            |it| {
                let value = crate::Digest::of(b"DE1");
                it.novelties.push(crate::Novelty { ask: ask("first", "risk", 1), value, within_ms: 1 });
            },
            "rule `first`",
        ),
        (
            "the same rule about something else",
            |it| {
                it.asks = vec![crate::Ask {
                    because: "a person must look (b)".to_owned(),
                    ..ask("large", "risk", 1)
                }];
            },
            "rule `large`: a person must look (b)",
        ),
    ];
    for (name, change, told) in table {
        let (mut world, held) = approved();
        let before = world.state.held[&held].question.clone();
        let again = world.look_again(held, SEEN).unwrap();
        let look = seeing(&world, held, Vec::new(), |it| {
            it.evidence = vec![again];
            change(it);
        });
        let events = world.release(held, look).unwrap();
        let [Event::ActionReturned(returned)] = &events[..] else { panic!("{name}: {events:?}") };
        assert!(returned.note.contains(told), "{name}: {}", returned.note);
        let finding = &returned.held.decision.findings[1];
        assert_eq!((finding.outcome, finding.reason), (Outcome::Escalate, Reason::RuleAsksNow), "{name}");
        let asked = world.state.held[&held].question.clone();
        assert_ne!(asked.id, before.id, "{name}");

        // What people have been asked about, they can allow.
        world.later(1);
        for by in ["rita", "frank"] {
            drop(world.answer(held, &person(by, &["risk", "fraud"]), true));
        }
        let again = world.look_again(held, SEEN).unwrap();
        let events = world.release_on(held, again).unwrap();
        assert_eq!(released(&events).0, Outcome::Admit, "{name}");
        if name == "an origin that names no rule" {
            let Event::ActionReleased { decision, .. } = &events[0] else { panic!("{events:?}") };
            assert_eq!(decision.findings[2].reason, Reason::Approved, "{:?}", decision.findings[2]);
        }
    }
}

#[test]
fn a_value_that_became_new_while_people_thought_is_asked_about_also_without_facts() {
    let mut world = World::new();
    let novel = || crate::Novelty {
        ask: ask("first", "risk", 1),
        value: crate::Digest::of(b"DE1"),
        within_ms: 10_000,
    };
    let known = world.hold(Call::new("pay", "{}").with(|_, it| it.novelties.push(novel())));
    world.answer(known, &person("rita", &["risk"]), true).unwrap();
    world.settle(known, succeeded()).unwrap();
    let large = Call::new("pay", r#"{"n":2}"#).ask(ask("large", "risk", 1));
    let held = world.hold(large.with(|_, it| it.novelties.push(novel())));
    assert_eq!(world.state.held[&held].question.asks.len(), 1, "the value is familiar");
    let events = world.later(20_000).answer(held, &person("rita", &["risk"]), true).unwrap();
    assert_eq!(events.len(), 2, "nothing goes: {events:?}");
    let look = seeing(&world, held, Vec::new(), |_| ());
    let events = world.release(held, look).unwrap();
    let [Event::ActionReturned(returned)] = &events[..] else { panic!("{events:?}") };
    assert!(returned.note.contains("rule `first`"), "{}", returned.note);
    world.later(1).answer(held, &person("rita", &["risk"]), true).unwrap();
    assert_eq!(world.status(held), ActionStatus::Approved, "nothing new asks");
}

#[test]
fn an_answer_that_says_itself_that_it_is_old_is_old_also_after_an_approval() {
    for (behind, expect) in [
        (0, (Outcome::Admit, Reason::WithinContract)),
        (1_000, (Outcome::Admit, Reason::WithinContract)),
        (1_001, (Outcome::Deny, Reason::EvidenceStale)),
    ] {
        let (mut world, held) = approved();
        world.later(900_000);
        let mut again = world.look_again(held, SEEN).unwrap();
        let own = world.now.as_micros().saturating_sub(behind * 1_000);
        again.as_of = Some(crate::Timestamp::from_micros(own));
        let events = world.release_on(held, again).unwrap();
        assert_eq!(released(&events), expect, "{behind} ms behind");
    }
    // What could not be read again is a matter for people, however old it is by now.
    let mut world = World::new();
    let mut seen = world.look(SEEN);
    seen.as_of = Some(crate::Timestamp::from_micros(world.now.as_micros().saturating_sub(500_000)));
    let held =
        world.hold(Call::new("pay", "{}").ask(ask("large", "risk", 1)).with(|_, it| it.evidence.push(seen)));
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    let events = world.later(900_000).release(held, Look::Unread { why: "no answer".to_owned() }).unwrap();
    assert!(matches!(events[..], [Event::ActionReturned(_)]), "{events:?}");
}

#[test]
fn several_people_approved_and_several_facts_moved() {
    let mut world = World::new();
    let first = world.look(SEEN);
    let second = EvidenceUse { item: "other".into(), ..first.clone() };
    let pay = Call::new("pay", "{}").ask(ask("large", "risk", 2));
    world
        .state
        .runs
        .get_mut(&run(1))
        .unwrap()
        .evidence
        .insert(("other".into(), first.action), (first.digest, first.observed_at));
    let held = world.hold(pay.with(|_, it| it.evidence.extend([first, second])));
    let question = world.state.held[&held].question.id;
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    assert!(world.state.awaits_release(held).is_none(), "one of two");
    world.later(1).answer(held, &person("sam", &["risk"]), true).unwrap();

    let again = world.look_again(held, MOVED).unwrap();
    let other = EvidenceUse { item: "other".into(), ..again.clone() };
    world
        .state
        .runs
        .get_mut(&run(1))
        .unwrap()
        .evidence
        .insert(("other".into(), again.action), (again.digest, again.observed_at));
    let moved = ["record", "other"].map(|item| Moved {
        item: item.into(),
        pointer: "/amount".to_owned(),
        was: "500".to_owned(),
        is: "400".to_owned(),
    });
    let look = seeing(&world, held, moved.to_vec(), |it| it.evidence = vec![again, other]);
    let events = world.release(held, look).unwrap();
    let [Event::ActionReturned(returned)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(returned.note, "`other`, `record` have moved since people were asked");
    let new = world.state.held[&held].question.id;
    let (old, asked) = (&world.state.escalations[&question], &world.state.escalations[&new]);
    assert_eq!((old.votes.len(), asked.votes.len()), (2, 0), "both must decide anew");
    assert_eq!((&old.moved[..], &asked.moved[..]), (&moved[..], &moved[..]));
    world.later(1).answer(held, &person("rita", &["risk"]), true).unwrap();
    assert!(world.state.awaits_release(held).is_none(), "the old approvals count no more");
    world.later(1).answer(held, &person("sam", &["risk"]), true).unwrap();
    assert!(world.state.awaits_release(held).is_some());
}

#[test]
fn reading_again_is_not_the_services_call() {
    let (mut world, held) = approved();
    let before = world.state.runs[&run(1)].clone();
    for _ in 0..20 {
        world.look_again(held, SEEN).unwrap();
    }
    let after = &world.state.runs[&run(1)];
    assert_eq!(
        (after.calls, &after.tool_calls, &after.same_calls),
        (before.calls, &before.tool_calls, &before.same_calls)
    );
    assert_eq!((after.denied, &after.keys), (before.denied, &before.keys));
    assert_eq!(after.budget.spent().as_micros(), 7 + 20 * 7, "its cost is told");
}

#[test]
fn only_what_an_approved_action_rests_on_is_read_again() {
    let read = |held, source, params: &str, number| {
        let (params, action) = (json(params), action(number));
        Command::ReadAgain(Box::new(ReadAgain { held, source, params, action }))
    };
    let (mut world, held) = approved();
    for (name, command) in [
        ("other parameters", read(held, action(1), r#"{"id":2}"#, 50)),
        ("an action that it does not rest on", read(held, held, "{}", 50)),
        ("an id that is taken", read(held, action(1), "{}", 1)),
        ("an action that waits for nothing", read(action(1), action(1), "{}", 50)),
    ] {
        assert!(world.command(command).is_err(), "{name}");
    }
    world.set_switch(1, "all", Level::None).unwrap();
    assert!(world.command(read(held, action(1), "{}", 50)).is_err(), "under a stop nothing is read");

    let mut world = World::new();
    let seen = world.look(SEEN);
    let held =
        world.hold(Call::new("pay", "{}").ask(ask("large", "risk", 1)).with(|_, it| it.evidence.push(seen)));
    assert!(world.command(read(held, action(1), "{}", 50)).is_err(), "nobody has approved yet");
}

#[test]
fn questions_of_before_are_forgotten_with_their_run() {
    let (mut world, held) = approved();
    for _ in 0..3 {
        world.release(held, Look::Unread { why: "no connection".to_owned() }).unwrap();
        world.answer(held, &person("rita", &["risk"]), true).unwrap();
    }
    assert_eq!(world.state.escalations.len(), 4);
    world.end().unwrap();
    world.release(held, Look::Unread { why: "ended".to_owned() }).unwrap();
    world.start(2, "case-2").unwrap();
    assert!(world.state.escalations.is_empty(), "{:?}", world.state.escalations);
}
