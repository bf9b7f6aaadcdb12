//! Alerts: what is one and since when, who may acknowledge it, and that one that begins anew is acknowledged by nobody.

use super::world::*;
use crate::{
    AlertId, Command, Event, Level, Person, Refusal, State, Terms,
    alert::{Alert, Condition, LAPSES_SOON_MS},
    command::{Acknowledge, SwitchTarget},
    switch::{REASON_MS, REVIEW_MS},
    tripwire::{Comparison, Over, Signal, Then, Tripwire, When},
};

pub(super) fn acknowledge(world: &mut World, alert: AlertId, by: &Person) -> Result<Vec<Event>, Refusal> {
    let (by, reason) = (by.clone(), "called the bank".to_owned());
    world.command(Command::Acknowledge(Box::new(Acknowledge { alert, by, reason })))
}

fn standing(world: &World) -> Vec<(Condition, String)> {
    world.state.alerts(world.now).into_iter().map(|it| (it.condition, it.scope.to_string())).collect()
}

/// The only alert.
#[track_caller]
fn only(world: &World) -> Alert {
    let [alert] = world.state.alerts(world.now).try_into().unwrap();
    alert
}

#[track_caller]
fn known_by(world: &World, alert: &Alert) -> Option<String> {
    world.state.acknowledgements.get(&alert.id()).map(|it| it.by.clone())
}

/// A payment in doubt.
fn lost(world: &mut World, number: u32) -> crate::ActionId {
    let action = world.admit(Call::new("pay", &number.to_string()));
    world.command(Command::Start { action }).unwrap();
    world.settle(action, in_doubt()).unwrap();
    action
}

fn wire(limit: u64, then: Then) -> Tripwire {
    Tripwire {
        when: When { signal: Signal::InDoubt, is: Comparison::AtLeast, limit },
        over: Over::Time(60_000),
        then,
    }
}

#[test]
fn each_condition_is_an_alert_since_it_holds_and_as_long() {
    let refunds = || "service:refunds".to_owned();
    let mut world = World::under(Terms { tripwires: vec![wire(1, Then::Observe)], ..terms() });
    assert_eq!(standing(&world), []);
    let pay = lost(&mut world, 1);
    assert_eq!(standing(&world), [(Condition::Tripwire, refunds()), (Condition::InDoubt, refunds())]);
    world.settle(pay, succeeded()).unwrap();
    assert_eq!(standing(&world), [(Condition::Tripwire, refunds())], "it stays tripped until it is calm");

    let mut world = World::new();
    world.hold(Call::new("pay", "2").ask(ask("large", "risk", 1)));
    let lapsing = only(&world);
    // It was asked later than five minutes before its end.
    assert_eq!((lapsing.condition, lapsing.since, lapsing.critical), (Condition::LapsesSoon, START, false));
    world.later(60_000);
    assert_eq!(standing(&world), [], "what has lapsed by now is no alert");

    let mut world = World::new();
    let long = crate::Ask { within_ms: 2 * LAPSES_SOON_MS, ..ask("large", "risk", 1) };
    world.hold(Call::new("pay", "3").ask(long));
    world.later(LAPSES_SOON_MS - 1);
    assert_eq!(standing(&world), []);
    world.later(1);
    assert_eq!(only(&world).since, world.now);
}

#[test]
fn a_switch_owes_a_reason_and_then_it_is_late_which_is_another_alert() {
    let mut world = World::new();
    world.set_switch(1, "service:refunds", Level::None).unwrap();
    let owed = only(&world);
    assert_eq!((owed.condition, owed.since, owed.critical), (Condition::ReasonOwed, START, false));
    acknowledge(&mut world, owed.id(), &oncall()).unwrap();
    world.later(REASON_MS - 1);
    assert_eq!(only(&world).id(), owed.id(), "time alone makes no other alert of it");
    world.later(1);
    let late = only(&world);
    assert_eq!((late.condition, late.since, late.critical), (Condition::ReasonLate, world.now, true));
    assert_eq!(known_by(&world, &late), None, "what got worse was acknowledged by nobody");
    world.explain(SwitchTarget::Id(switch(1)), "doubled payouts").unwrap();
    assert_eq!(standing(&world), []);
    world.later(REVIEW_MS - REASON_MS);
    let review = only(&world);
    assert_eq!((review.condition, review.since), (Condition::ReviewOverdue, START.plus_ms(REVIEW_MS)));
}

#[test]
fn an_acknowledgement_takes_nothing_away_and_counts_for_this_time_alone() {
    let mut world = World::under(Terms { tripwires: vec![wire(1, Then::Lower(Level::Draft))], ..terms() });
    let pay = lost(&mut world, 1);
    let of = |world: &World, condition| {
        let found = world.state.alerts(world.now).into_iter().find(|it| it.condition == condition);
        found.unwrap()
    };
    let tripped = of(&world, Condition::Tripwire);
    assert!(tripped.critical, "it lowers a ceiling");
    let before = world.state.alerts(world.now);
    let [event] = acknowledge(&mut world, tripped.id(), &oncall()).unwrap().try_into().unwrap();
    let Event::AlertAcknowledged(told) = event else { panic!("{event:?}") };
    assert_eq!((told.about.as_str(), told.since), ("in_doubt >= 1 over 1m", START));
    assert_eq!(world.state.alerts(world.now), before, "all of it stands as before");
    assert_eq!(known_by(&world, &tripped).as_deref(), Some("olga"));
    // The same person again, and another one.
    assert_eq!(acknowledge(&mut world, tripped.id(), &oncall()), Ok(Vec::new()));
    let other = acknowledge(&mut world, tripped.id(), &person("oscar", &["oncall"]));
    assert_eq!(other, Err(Refusal::Conflict("olga looks at it already".to_owned())));
    // It ends, and trips once more: nobody has acknowledged that.
    world.settle(pay, succeeded()).unwrap();
    let (target, reason) =
        (SwitchTarget::Scope("service:refunds".parse().unwrap()), "the bank is back".to_owned());
    world.later(120_000).command(Command::ReleaseSwitch { target, by: oncall(), reason }).unwrap();
    assert_eq!(standing(&world), []);
    lost(&mut world, 2);
    let again = of(&world, Condition::Tripwire);
    assert_eq!((&again.about, again.since), (&tripped.about, world.now));
    assert_eq!(known_by(&world, &again), None);
    assert!(matches!(acknowledge(&mut world, tripped.id(), &oncall()), Err(Refusal::NotFound { .. })));
    // What ended is forgotten with the next one.
    acknowledge(&mut world, again.id(), &oncall()).unwrap();
    assert_eq!(world.state.acknowledgements.keys().collect::<Vec<_>>(), [&again.id()]);
    assert_eq!(State::replay("payments".into(), &world.history), world.state);
}

#[test]
fn whoever_may_stop_there_or_answer_may_acknowledge() {
    let table = [
        (person("olga", &["oncall"]), [true, true]),
        (person("root", &["remit-admins"]), [true, true]),
        (person("rita", &["risk"]), [false, true]),
        (person("otto", &["desk"]), [false, false]),
    ];
    for (who, may) in table {
        let mut doubt = World::new();
        lost(&mut doubt, 1);
        let mut question = World::new();
        question.hold(Call::new("pay", "2").ask(ask("large", "risk", 1)));
        for (mut world, may) in [doubt, question].into_iter().zip(may) {
            let alert = only(&world);
            let done = acknowledge(&mut world, alert.id(), &who);
            assert_eq!(done.is_ok(), may, "{}: {done:?}", who.name);
            assert!(may || matches!(done, Err(Refusal::NotPermitted { .. })), "{done:?}");
        }
    }
    // Not without a word.
    let mut world = World::new();
    lost(&mut world, 1);
    let alert = only(&world).id();
    for reason in [" ".to_owned(), "x".repeat(2_001)] {
        let asked = Acknowledge { alert, by: oncall(), reason };
        let refused = world.command(Command::Acknowledge(Box::new(asked)));
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "{refused:?}");
    }
}

#[test]
fn what_is_alike_elsewhere_is_another_alert() {
    let mut world = World::new();
    world.set_switch(1, "all", Level::None).unwrap();
    world.set_switch(2, "all", Level::Draft).unwrap();
    let ids: std::collections::BTreeSet<_> = world.state.alerts(world.now).iter().map(|it| it.id()).collect();
    assert_eq!(ids.len(), 2);
    let other = State { domain: "sales".into(), ..world.state.clone() };
    assert!(other.alerts(world.now).iter().all(|it| !ids.contains(&it.id())), "each domain has its own");
}
