//! What trips, with what words; that it trips once and lets nothing go after it; and all of it against a plain look
//! through the history.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::world::*;
use crate::{
    ActionId, Backtest, Command, DomainSettings, Event, Level, Money, Outcome, Reason, State, Timestamp,
    Tripped,
    command::SwitchTarget,
    event::Settlement,
    terms::{Breaker, RunLimits},
    tripwire::{Comparison, Over, Signal, Then, Tripwire, When},
};

const MINUTE: u64 = 60_000;

fn wire(signal: Signal, is: Comparison, limit: u64, over: Over, then: Then) -> Tripwire {
    Tripwire { when: When { signal, is, limit }, over, then }
}

fn at_least(signal: Signal, limit: u64, over: Over) -> Tripwire {
    wire(signal, Comparison::AtLeast, limit, over, Then::Lower(Level::None))
}

fn more_than(signal: Signal, limit: u64, over: Over) -> Tripwire {
    wire(signal, Comparison::MoreThan, limit, over, Then::Lower(Level::None))
}

/// A world with room for many calls, under these wires of the service.
fn world(wires: &[Tripwire]) -> World {
    let mut terms = terms();
    let (spend, calls) = (Money::from_micros(1_000_000_000), 10_000);
    terms.run = RunLimits { spend, calls, tools: [].into(), wall_time_ms: None, ..terms.run };
    terms.run.same_call = None;
    terms.delegation.until = START.plus_ms(1_000_000 * MINUTE);
    terms.tripwires = wires.to_vec();
    let breaker = Breaker { failures: 1, of: 1, open_for_ms: 10, probe: Some("look".into()) };
    if let Some(pay) = terms.tools.get_mut("pay") {
        pay.breaker = Some(breaker);
    }
    if let Some(look) = terms.tools.get_mut("look") {
        look.price = Money::from_micros(10_000);
    }
    World::under(terms)
}

fn pay(number: usize) -> Call {
    Call::new("pay", &number.to_string())
}

fn tripped(events: &[Event]) -> Vec<&Tripped> {
    let tripped = events.iter().filter_map(|event| match event {
        Event::TripwireTripped(tripped) => Some(&**tripped),
        _ => None,
    });
    tripped.collect()
}

/// Sends a read and settles it after so long.
fn call(world: &mut World, number: usize, ms: u64) -> Vec<Event> {
    let read = world.admit(Call::new("look", &number.to_string()));
    world.command(Command::Start { action: read }).unwrap();
    world.later(ms);
    world.settle(read, succeeded()).unwrap()
}

/// Its tool broke.
fn broken(world: &mut World, action: ActionId) -> Vec<Event> {
    let exchange =
        crate::Exchange { fault: Some(crate::ToolFault::Unreachable), ..crate::Exchange::default() };
    let settle = crate::command::Settle {
        action,
        settlement: failed(),
        cost: Money::ZERO,
        evidence: Vec::new(),
        undo: None,
        exchange,
        tokens: 0,
    };
    world.command(Command::Settle(Box::new(settle))).unwrap()
}

fn denied(world: &mut World, number: usize) -> Vec<Event> {
    world.propose(Call::new("careless", &number.to_string())).unwrap()
}

#[test]
fn what_trips_a_wire_stops_the_service_in_the_same_batch() {
    let mut world = world(&[at_least(Signal::InDoubt, 2, Over::Time(10 * MINUTE))]);
    let waits = world.hold(pay(0).ask(ask("large", "risk", 1)));
    let (first, second) = (world.admit(pay(1)), world.admit(pay(2)));
    assert_eq!(world.settle(first, in_doubt()).unwrap().len(), 1);
    world.later(9 * MINUTE);
    let events = world.settle(second, in_doubt()).unwrap();
    let [
        Event::ActionSettled(_),
        Event::TripwireTripped(tripped),
        Event::SwitchSet(set),
        Event::EscalationClosed { .. },
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(tripped.scope.to_string(), "service:refunds");
    assert_eq!(tripped.wire.to_string(), "in_doubt >= 2 over 10m");
    assert_eq!(tripped.figures, "2 came into doubt in the last 10 minutes");
    assert_eq!(tripped.switch, Some(set.id));
    let position = |wanted: ActionId| {
        let is = |event: &Event| matches!(event, Event::ActionSettled(it) if it.action == wanted);
        world.history.iter().position(|(_, event)| is(event)).unwrap() as u64 + 1
    };
    assert_eq!(tripped.events, [position(first), position(second)], "the events that count, by position");
    assert_eq!(
        (set.scope.to_string().as_str(), set.ceiling, set.by.as_str()),
        ("service:refunds", Level::None, "remitd")
    );
    assert_eq!(set.reason, "tripwire `in_doubt >= 2 over 10m`: 2 came into doubt in the last 10 minutes");
    assert_eq!(world.status(waits), crate::ActionStatus::Denied);
    world.expect(pay(3), Outcome::Deny, crate::Clause::Scope, Reason::Stopped);
}

#[test]
fn each_trips_once_until_its_switch_is_lifted_and_begins_anew_then() {
    let mut world = world(&[more_than(Signal::DeniedRatio, 500_000, Over::Actions(4))]);
    for number in 0..3 {
        assert!(tripped(&denied(&mut world, number)).is_empty(), "four are looked at");
    }
    let events = denied(&mut world, 3);
    let [once] = &tripped(&events)[..] else { panic!("{events:?}") };
    assert_eq!(once.figures, "4 of 4 were denied in the last 4");
    let set = once.switch.unwrap();
    for number in 4..20 {
        assert!(tripped(&denied(&mut world, number)).is_empty());
    }
    let (target, reason) = (SwitchTarget::Id(set), "the agent was mended".to_owned());
    world.command(Command::ReleaseSwitch { target, by: oncall(), reason }).unwrap();
    for number in 20..23 {
        assert!(tripped(&denied(&mut world, number)).is_empty(), "what was before is no ground for another");
    }
    assert_eq!(tripped(&denied(&mut world, 23)).len(), 1);
    assert_eq!(State::replay("payments".into(), &world.history), world.state);
}

#[test]
fn what_only_observes_is_armed_again_after_a_calm_window() {
    let observed = wire(Signal::DeniedRatio, Comparison::AtLeast, 500_000, Over::Actions(4), Then::Observe);
    let mut world = world(&[observed]);
    let mut story = Vec::new();
    for (number, bad) in [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0].into_iter().enumerate() {
        let events = if bad == 1 {
            denied(&mut world, number)
        } else {
            world.propose(Call::new("look", &number.to_string())).unwrap()
        };
        assert!(events.iter().all(|event| !matches!(event, Event::SwitchSet(_))));
        story.push(tripped(&events).len());
    }
    // Four of four; then below half from the eighth on, four of those are a calm window; then two of four.
    assert_eq!(story, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
}

#[test]
fn figures_of_every_signal() {
    let over = Over::Time(MINUTE);
    let quick = || Over::Actions(10);
    let mut story = String::new();
    let mut tell = |events: Vec<Event>| {
        let tripped = tripped(&events);
        assert_eq!(tripped.len(), 1, "{events:?}");
        story.push_str(&format!("{}: {}\n", tripped[0].wire, tripped[0].figures));
    };

    let mut it = world(&[at_least(Signal::ForbiddenAttempts, 2, over)]);
    it.propose(Call::new("bulk", "1")).unwrap();
    tell(it.propose(Call::new("bulk", "2")).unwrap());

    let mut it = world(&[at_least(Signal::BreakerOpens, 1, over)]);
    let paid = it.admit(pay(1));
    tell(broken(&mut it, paid));

    let mut it = world(&[more_than(Signal::UndoRate, 400_000, Over::Actions(2))]);
    for number in 1..3 {
        let paid = it.admit(pay(number));
        it.settle(paid, succeeded()).unwrap();
    }
    it.plan(1, 1, oncall()).unwrap();
    let digest = it.state.rollbacks[&plan(1)].plan.digest;
    it.command(Command::StartRollback { plan: plan(1), digest, by: oncall(), reason: "undo".to_owned() })
        .unwrap();
    it.command(Command::Compensate { plan: plan(1), target: action(2), action: action(90) }).unwrap();
    tell(it.settle(action(90), succeeded()).unwrap());

    let held = |number: usize| pay(number).ask(ask("limit", "oncall", 1));
    let mut it = world(&[more_than(Signal::QueueWaiting, 2, over)]);
    it.hold(held(1));
    let second = it.hold(held(2));
    it.answer(second, &oncall(), false).unwrap();
    it.hold(held(3));
    tell(it.propose(held(4)).unwrap());

    let mut it = world(&[at_least(Signal::QueueOldest, 500, over)]);
    it.hold(held(1));
    it.later(499);
    it.hold(held(2));
    it.later(1);
    tell(it.propose(held(3)).unwrap());

    let mut it = world(&[more_than(Signal::LatencyMean, 100, quick())]);
    (0..9).for_each(|number| assert!(tripped(&call(&mut it, number, 100)).is_empty()));
    tell(call(&mut it, 9, 110));

    let mut it = world(&[more_than(Signal::Latency { percent: 90 }, 2_000, over)]);
    (0..11).for_each(|number| assert!(tripped(&call(&mut it, number, 1)).is_empty()));
    assert!(tripped(&call(&mut it, 20, 2_001)).is_empty(), "one of twelve is less than a tenth");
    tell(call(&mut it, 21, 2_001));

    let rate = Signal::SpendRate { baseline_ms: 10 * MINUTE };
    let mut it = world(&[more_than(rate, 3_000_000, over)]);
    it.cost = 1_000;
    for minute in 0..11 {
        assert!(tripped(&call(&mut it, minute, 0)).is_empty(), "nothing is usual yet, or this is");
        it.later(MINUTE);
    }
    it.cost = 4_200;
    tell(call(&mut it, 20, 0));
    assert_eq!(
        story.lines().collect::<Vec<_>>(),
        [
            "forbidden_attempts >= 2 over 1m: 2 attempts at what is forbidden in the last minute",
            "breaker_opens >= 1 over 1m: breakers opened 1 times in the last minute",
            "undo_rate > 0.4 over 2 actions: 1 were undone and 2 done in the last 2",
            "queue_waiting > 2 over 1m: 1 of 4 questions in the last minute found more than 2 waiting, themselves with them",
            "queue_oldest >= 500ms over 1m: 1 of 3 questions in the last minute came after one that had waited at least 500ms",
            "latency_mean > 100ms over 10 actions: 10 calls took 101 ms on average in the last 10",
            "latency_p90 > 2s over 1m: 2 of 13 calls took more than 2s in the last minute",
            "spend_rate > 3 over 1m, baseline 10m: 0.005200 were spent in the last minute, 5.2 times of what was usual in the 10 minutes before",
        ]
    );
}

#[test]
fn a_domains_wire_takes_all_its_services_and_lowers_the_domain() {
    let mut world = world(&[]);
    let rule = wire(Signal::InDoubt, Comparison::AtLeast, 1, Over::Actions(10), Then::Lower(Level::Draft));
    let settings = DomainSettings { tripwires: vec![rule], ..DomainSettings::of("USD", Backtest::None) };
    world.command(Command::ConfigureDomain { settings, by: "remitd".to_owned() }).unwrap();
    let paid = world.admit(pay(1));
    let events = world.settle(paid, in_doubt()).unwrap();
    let [Event::ActionSettled(_), Event::TripwireTripped(_), Event::SwitchSet(set)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((set.scope.to_string().as_str(), set.ceiling), ("domain:payments", Level::Draft));
}

#[test]
fn a_stranger_trips_nothing() {
    let wires = [
        at_least(Signal::ForbiddenAttempts, 1, Over::Actions(5)),
        at_least(Signal::DeniedRatio, 0, Over::Actions(1)),
    ];
    let mut world = world(&wires);
    let stranger = |call: Call| call.with(|it, _| it.principal = "other".to_owned());
    let events = world.propose(stranger(Call::new("bulk", "1"))).unwrap();
    assert!(tripped(&events).is_empty(), "{events:?}");
    let events = world.propose(Call::new("bulk", "1")).unwrap();
    assert_eq!(tripped(&events).len(), 2);
}

#[derive(Clone, Debug)]
enum Step {
    Read,
    Denied,
    Stranger,
    Pay,
    Start(usize),
    Settle(usize, u8),
    Release,
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Read),
        3 => Just(Step::Denied),
        1 => Just(Step::Stranger),
        4 => Just(Step::Pay),
        3 => any::<usize>().prop_map(Step::Start),
        5 => (any::<usize>(), 0_u8..3).prop_map(|(which, how)| Step::Settle(which, how)),
        2 => Just(Step::Release),
        4 => prop_oneof![3 => 0_u64..20, 1 => 20_u64..200].prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..120)
}

/// What counts of one event for one signal, by a plain look at the history before it.
fn counts(signal: Signal, history: &[(Timestamp, Event)], at: Timestamp, event: &Event) -> Option<u64> {
    match (signal, event) {
        (Signal::DeniedRatio, Event::ActionDecided(it)) if it.proposal.principal == "refunds" => {
            let held_back = matches!(it.decision.deciding().reason, Reason::Stopped | Reason::AboveCeiling);
            (!held_back).then_some(u64::from(it.decision.outcome == Outcome::Deny))
        }
        (Signal::InDoubt | Signal::Latency { .. }, Event::ActionSettled(it)) => {
            let earlier = |(_, event): &&(Timestamp, Event)| matches!(event, Event::ActionSettled(other) if other.action == it.action);
            if history.iter().find(earlier).is_some() {
                return None;
            }
            if signal == Signal::InDoubt {
                return Some(u64::from(matches!(it.settlement, Settlement::InDoubt { .. })));
            }
            let started = |(_, event): &&(Timestamp, Event)| matches!(event, Event::ActionStarted { action, .. } if *action == it.action);
            history.iter().find(started).map(|(sent, _)| u64::from(at.since_ms(*sent) > 10))
        }
        _ => None,
    }
}

/// The turns at which a wire must trip, by its plain words.
fn expected(rule: &Tripwire, turns: &[Vec<(Timestamp, Event)>]) -> Vec<usize> {
    let (mut history, mut fired, mut samples) = (Vec::new(), Vec::new(), Vec::<(Timestamp, u64)>::new());
    let mut set = None;
    for (number, turn) in turns.iter().enumerate() {
        let mut trips = None;
        for (at, event) in turn {
            samples.extend(counts(rule.when.signal, &history, *at, event).map(|hits| (*at, hits)));
            match event {
                Event::SwitchReleased { switch, .. } if Some(*switch) == set => {
                    (set, samples) = (None, Vec::new());
                }
                Event::TripwireTripped(it) if it.wire == *rule => trips = it.switch,
                _ => {}
            }
            history.push((*at, event.clone()));
        }
        let Some((now, _)) = turn.iter().rfind(|(_, event)| event.run().is_some()) else { continue };
        let window: Vec<u64> = match rule.over {
            Over::Actions(many) => samples.iter().rev().take(many as usize).map(|(_, hits)| *hits).collect(),
            Over::Time(ms) => {
                samples.iter().filter(|(at, _)| now.since_ms(*at) <= ms).map(|(_, hits)| *hits).collect()
            }
        };
        let (hits, of) = (window.iter().sum::<u64>(), window.len() as u64);
        let full = !matches!(rule.over, Over::Actions(many) if of < u64::from(many));
        let holds = match rule.when.signal {
            Signal::InDoubt => hits >= rule.when.limit,
            // More than half.
            Signal::DeniedRatio => full && hits.saturating_mul(2) > of,
            // Sorted, what stands at the place of the median.
            _ => {
                full && {
                    let mut sorted = window.clone();
                    sorted.sort_unstable();
                    sorted.iter().take(window.len().div_ceil(2)).next_back() == Some(&1)
                }
            }
        };
        if holds && set.is_none() {
            fired.push(number);
        }
        set = trips.or(set);
    }
    fired
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn invariant_a_wire_trips_exactly_when_its_words_say_and_replay_agrees(steps in steps()) {
        // A sixtieth of each window is whole milliseconds, so that the slots are exact.
        let wires = [
            more_than(Signal::DeniedRatio, 500_000, Over::Actions(5)),
            at_least(Signal::InDoubt, 2, Over::Time(60)),
            more_than(Signal::Latency { percent: 50 }, 10, Over::Actions(3)),
        ];
        let mut world = world(&wires);
        let mut turns: Vec<Vec<(Timestamp, Event)>> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            let known: Vec<ActionId> = world.state.actions.keys().copied().collect();
            let pick = |which: usize| which.checked_rem(known.len()).map_or(action(0), |index| known[index]);
            let from = world.history.len();
            let stopped = world.state.switches.values().next().map(|switch| switch.id);
            match step {
                Step::Read => drop(world.propose(Call::new("look", &number.to_string()))),
                Step::Denied => drop(denied(&mut world, number)),
                Step::Stranger => {
                    let call = Call::new("careless", "1").with(|it, _| it.principal = "other".to_owned());
                    drop(world.propose(call));
                }
                Step::Pay => drop(world.propose(Call::new("mail", &number.to_string()).with(|it, _| it.tool = "pay".into()))),
                Step::Start(which) => drop(world.command(Command::Start { action: pick(which) })),
                Step::Settle(which, how) => {
                    let settlement = [succeeded(), failed(), in_doubt()][usize::from(how)].clone();
                    drop(world.settle(pick(which), settlement));
                }
                Step::Release => {
                    if let Some(id) = stopped {
                        let (target, reason) = (SwitchTarget::Id(id), "looked at it, goes on".to_owned());
                        world.command(Command::ReleaseSwitch { target, by: oncall(), reason }).unwrap();
                    }
                }
                Step::Wait(ms) => drop(world.later(ms)),
            }
            let turn = world.history[from..].to_vec();
            // After the event of a wire nothing of its batch admits, and until it is lifted nothing at all.
            let admits = |(_, event): &(Timestamp, Event)| {
                matches!(event, Event::ActionDecided(it) if it.decision.outcome == Outcome::Admit)
            };
            prop_assert!(stopped.is_none() || !turn.iter().any(admits));
            if !turn.is_empty() {
                turns.push(turn);
            }
        }
        for rule in &wires {
            let fired: Vec<usize> = turns
                .iter()
                .enumerate()
                .filter(|(_, turn)| turn.iter().any(|(_, it)| matches!(it, Event::TripwireTripped(it) if it.wire == *rule)))
                .map(|(number, _)| number)
                .collect();
            prop_assert_eq!(&fired, &expected(rule, &turns), "{}", rule);
        }
        let switches: Vec<_> = turns.iter().flatten().filter_map(|(_, event)| match event {
            Event::SwitchSet(set) => Some(set.id),
            _ => None,
        }).collect();
        prop_assert_eq!(switches.iter().collect::<BTreeSet<_>>().len(), switches.len());
        prop_assert_eq!(State::replay("payments".into(), &world.history), world.state);
    }
}
