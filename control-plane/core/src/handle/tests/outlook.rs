//! What a question would lead to is what it leads to when somebody answers at that very moment.

use super::world::*;
use crate::{
    ActionId, ActionStatus, Level, Reason,
    outlook::{Bound, Outlook},
    radius::{Edge, Measure, Meter, Radius},
};

fn outlook(world: &World, held: ActionId) -> Option<Outlook> {
    let question = world.state.actions.get(&held)?.escalation?;
    world.state.outlook(question, world.now)
}

fn large() -> Call {
    Call::new("pay", "{}").ask(ask("large", "risk", 1))
}

#[test]
fn it_says_what_an_answer_leads_to() {
    type When = fn(&mut World) -> ActionId;
    let table: [(&str, When, bool); 5] = [
        ("enough with one", |w| w.hold(large()), true),
        ("two are wanted", |w| w.hold(Call::new("pay", "{}").ask(ask("vip", "risk", 2))), false),
        (
            "the second of two",
            |w| {
                let held = w.hold(Call::new("pay", "{}").ask(ask("vip", "risk", 2)));
                w.answer(held, &person("rob", &["risk"]), true).unwrap();
                held
            },
            true,
        ),
        (
            "the delegation has ended",
            |w| {
                let held = w.hold(Call::new("pay", "{}").with(|_, found| {
                    found.asks.push(crate::Ask { within_ms: 20_000_000, ..ask("large", "risk", 1) });
                }));
                w.later(10_000_001);
                held
            },
            false,
        ),
        (
            "a ceiling that is no hindrance",
            |w| {
                let held = w.hold(large());
                w.set_switch(1, "tool:refunds/look", Level::None).unwrap();
                held
            },
            true,
        ),
    ];
    for (name, when, goes) in table {
        let mut world = World::new();
        let held = when(&mut world);
        let found = outlook(&world, held).unwrap();
        assert_eq!(found.goes(), goes, "{name}: {found:?}");
        world.answer(held, &person("rita", &["risk"]), true).unwrap();
        assert_eq!(world.status(held) == ActionStatus::Approved, goes, "{name}: {}", world.status(held));
        assert_eq!(outlook(&world, held).is_some(), world.status(held) == ActionStatus::Held, "{name}");
    }
}

#[test]
fn it_says_how_far_each_limit_is_used() {
    let mut terms = terms();
    let meter =
        Meter { action: Some("pay".into()), measure: Measure::Sum("/amount".into()), per_ms: 3_600_000 };
    terms.blast_radius = vec![Radius { meter, max: 50, then: Edge::Escalate }];
    let mut world = World::under(terms);
    world.admit(Call::new("look", "{}"));
    world.admit(Call::new("pay", r#"{"amount":30}"#));
    let held = world.hold(Call::new("pay", r#"{"amount":40}"#));
    let found = outlook(&world, held).unwrap();
    let money = Bound { place: "this run".to_owned(), without: 117, with: 227, limit: 500, is_money: true };
    let reach = Bound {
        place: "recovery.blast_radius.pay.sum".to_owned(),
        without: 30,
        with: 70,
        limit: 50,
        is_money: false,
    };
    assert_eq!(found.bounds, [money, reach]);
}

#[test]
fn facts_that_are_read_again_first_are_not_too_old() {
    let mut world = World::new();
    let seen = world.look("{}");
    let held = world.hold(large().with(|_, found| found.evidence = vec![seen]));
    world.later(5_000);
    let found = outlook(&world, held).unwrap();
    assert_eq!((found.rereads, found.goes()), (1, true), "{found:?}");
    assert!(found.decision.findings.iter().all(|finding| finding.reason != Reason::EvidenceStale));
}
