//! Rollbacks of random histories, walked to their end whatever tools and people do: each effect is undone at most once,
//! last first within its run, fenced runs admit nothing, and every rollback comes to rest, closed or with people.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{care::undone_by, world::*};
use crate::{
    ActionId, ActionStatus, CanonicalJson, Command, Event, Exchange, Level, Money, Outcome, RunId, ToolFault,
    command::{Asked, Resolve, Settle},
    event::Settlement,
    rollback::{Expected, ParkedWhy, Selection, UndoCall, Verify},
    state::Turn,
    switch::Scope,
};

/// Longest that a walk may take; one round is one look at every step.
const ROUNDS: u32 = 400;

#[derive(Clone, Debug)]
struct Story {
    /// In which run each payment is made, and whether its reply is lost.
    paid: Vec<(u128, bool)>,
    /// What becomes of each call on the way back, in turn.
    fates: Vec<u8>,
    independent: bool,
    verified: bool,
    /// After so many calls a person pauses it, and resumes it later.
    pause: Option<usize>,
}

fn story() -> impl Strategy<Value = Story> {
    let paid = prop::collection::vec((1_u128..4, prop::bool::weighted(0.2)), 1..9);
    let fates = prop::collection::vec(0_u8..8, 1..20);
    (paid, fates, any::<bool>(), any::<bool>(), prop::option::of(0_usize..6)).prop_map(
        |(paid, fates, independent, verified, pause)| Story { paid, fates, independent, verified, pause },
    )
}

fn begin(story: &Story) -> World {
    let mut terms = undone_by(|verify, independent, within| {
        *verify = story.verified.then(|| "look".into());
        *independent = story.independent;
        *within = 100_000_000;
    });
    (terms.run.calls, terms.run.same_call) = (50, None);
    terms.run.spend = Money::from_micros(100_000);
    terms.run.tools.clear();
    let mut world = World::under(terms);
    let expect = vec![Expected { at: "/status".to_owned(), is: json(r#""reversed""#) }];
    let verify = Verify { tool: "look".into(), params: json("{}"), expect };
    world.verify = story.verified.then(|| Box::new(verify));
    world.start(2, "case-2").unwrap();
    world.start(3, "case-3").unwrap();
    for (index, (number, lost)) in story.paid.iter().enumerate() {
        let call = Call::new("pay", &index.to_string()).effect(&index.to_string());
        let id = world.admit(call.with(|it, _| it.run = run(*number)));
        world.command(Command::Start { action: id }).unwrap();
        if *lost {
            world.settle(id, in_doubt()).unwrap();
        } else {
            settle(&mut world, id, succeeded(), None);
        }
    }
    world
}

fn settle(world: &mut World, id: ActionId, settlement: Settlement, fault: Option<ToolFault>) {
    let known = &world.state.actions[&id];
    let pays = known.tool.as_str() == "pay" && matches!(settlement, Settlement::Succeeded { .. });
    let undo = pays.then(|| UndoCall {
        tool: "reverse".into(),
        params: CanonicalJson::null(),
        until: world.now.plus_ms(100_000_000),
        returns: None,
        verify: world.verify.clone(),
    });
    let exchange = Exchange { fault, ..Exchange::default() };
    let (cost, evidence) = (Money::ZERO, Vec::new());
    let settle = Settle { action: id, settlement, cost, evidence, undo, exchange, tokens: 0 };
    world.command(Command::Settle(Box::new(settle))).unwrap();
}

/// Walks the plan as the control plane does, one step after the other, until it rests or people have all of it.
fn walk(world: &mut World, story: &Story) {
    let mut fates = story.fates.iter().copied().cycle();
    let mut calls = 0_usize;
    for _ in 0..ROUNDS {
        let targets: Vec<ActionId> =
            world.state.rollbacks[&plan(1)].plan.steps.iter().map(|step| step.target).collect();
        for target in targets {
            let turn = world.state.turn(plan(1), target, world.now);
            world.drawn = world.drawn.saturating_add(1);
            let by = action(world.drawn.saturating_add(1_000));
            let Ok(taken) = world.command(Command::Compensate { plan: plan(1), target, action: by }) else {
                assert!(matches!(turn, Turn::Wait(_) | Turn::Over), "{turn:?} was refused");
                continue;
            };
            fenced(world);
            if matches!(taken[0], Event::ActionDecided(_)) {
                calls = calls.saturating_add(1);
                if story.pause == Some(calls) {
                    let (by, reason) = (oncall(), "why".to_owned());
                    world.command(Command::PauseRollback { plan: plan(1), by, reason }).unwrap();
                }
                if fates.next() == Some(7) && turn == Turn::Compensate {
                    world.command(Command::Recover).unwrap();
                } else {
                    answer(world, by, fates.next().unwrap(), turn == Turn::Verify);
                }
            }
            ordered(world, story);
        }
        drop(world.command(Command::CloseRollback { plan: plan(1) }));
        let rollback = &world.state.rollbacks[&plan(1)];
        if rollback.is_closed() {
            return;
        }
        let (by, reason) = (oncall(), "why".to_owned());
        if rollback.paused.is_some() {
            world.command(Command::ResumeRollback { plan: plan(1), by, reason }).unwrap();
        } else if world.state.rests(rollback, world.now) {
            return;
        }
        world.later(60_000);
        doubts_end(world, fates.next().unwrap());
    }
    panic!("it does not come to rest: {:?}", world.state.rollbacks[&plan(1)]);
}

/// What a tool makes of a call on the way back.
fn answer(world: &mut World, by: ActionId, fate: u8, reads: bool) {
    let says = |text: &str| Settlement::Succeeded { result: json(text) };
    match (fate, reads) {
        (0, true) => settle(world, by, says(r#"{"status":"pending"}"#), None),
        (1, true) => settle(world, by, failed(), Some(ToolFault::Late)),
        (_, true) => settle(world, by, says(r#"{"status":"reversed"}"#), None),
        (0, false) => settle(world, by, failed(), Some(ToolFault::Refused)),
        (1, false) => settle(world, by, failed(), Some(ToolFault::Unreachable)),
        (2, false) => settle(world, by, in_doubt(), Some(ToolFault::Late)),
        (_, false) => settle(world, by, succeeded(), None),
    }
}

/// Some of what is in doubt becomes known; the rest runs into its deadline.
fn doubts_end(world: &mut World, fate: u8) {
    let Some(id) = world.state.doubts.first().copied() else { return };
    match fate {
        0 | 1 => settle(world, id, failed(), Some(ToolFault::Refused)),
        2 | 3 => settle(world, id, succeeded(), None),
        _ => {}
    }
}

/// Nothing new is admitted in a run that is being undone.
fn fenced(world: &World) {
    for run in world.state.rollbacks[&plan(1)].plan.runs() {
        let mut other = world.clone();
        let decided = other.decided(Call::new("look", "{}").with(|it, _| it.run = run));
        assert_ne!(decided.decision.outcome, Outcome::Admit, "{run} admits");
    }
}

/// In the order of the journal: at most one compensation of an effect that can have worked; and none begins while a
/// later effect of its run may still be undone, unless that one was left to people or does not matter to it.
fn ordered(world: &World, story: &Story) {
    let came_to_nothing: BTreeSet<ActionId> = world
        .history
        .iter()
        .filter_map(|(_, event)| match event {
            Event::ActionSettled(settled) if matches!(settled.settlement, Settlement::Failed { .. }) => {
                Some(settled.action)
            }
            _ => None,
        })
        .collect();
    let (mut places, mut live) = (BTreeMap::new(), BTreeSet::new());
    let mut gone: BTreeMap<RunId, Vec<usize>> = BTreeMap::new();
    for (place, (_, event)) in world.history.iter().enumerate() {
        let Event::ActionDecided(decided) = event else { continue };
        let (id, run) = (decided.proposal.action, decided.proposal.run);
        places.insert(id, place);
        let Some((target, _)) = decided.undoes else { continue };
        if !came_to_nothing.contains(&id) {
            assert!(live.insert(target), "{target} is undone twice");
            gone.entry(run).or_default().push(places[&target]);
        }
    }
    let parked = world.history.iter().any(|(_, event)| matches!(event, Event::StepParked(_)));
    if !story.independent && !parked && story.paid.iter().all(|(_, lost)| !lost) {
        for orders in gone.values() {
            assert!(orders.windows(2).all(|pair| pair[1] < pair[0]), "not last first: {orders:?}");
        }
    }
}

/// A closed rollback leaves no effect that is neither undone nor on somebody's list, now or later.
fn nothing_is_left_over(world: &World) {
    let rollback = &world.state.rollbacks[&plan(1)];
    for step in &rollback.plan.steps {
        let fate = rollback.fate(step.target);
        // What is let go is undone, or never was.
        let Some(action) = world.state.actions.get(&step.target) else { continue };
        let exists = matches!(action.status, ActionStatus::Succeeded | ActionStatus::InDoubt);
        let waits = !rollback.runs[&action.run].closed;
        assert!(!exists || fate.parked.is_some() || fate.skipped || waits, "{step:?} is left over");
        if fate.parked.is_some_and(|why| why != ParkedWhy::Irreversible) && exists {
            assert!(world.state.parked.contains_key(&step.target), "{step:?} is on no list");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_rollback_comes_to_rest_and_undoes_nothing_twice(story in story()) {
        let mut world = begin(&story);
        world.set_switch(1, "all", Level::None).unwrap();
        let targets: Vec<ActionId> = world.state.actions.keys().copied().collect();
        let selection = Selection::of(Scope::Domain("payments".into()));
        let asked = Box::new(Asked { selection, targets, left_out: Vec::new() });
        world.command(Command::PlanRollback { plan: plan(1), asked, by: oncall() }).unwrap();
        let (digest, reason) = (world.state.rollbacks[&plan(1)].plan.digest, "why".to_owned());
        world.command(Command::StartRollback { plan: plan(1), digest, by: oncall(), reason }).unwrap();
        walk(&mut world, &story);
        nothing_is_left_over(&world);
        // What was never known turns out to have happened: its run opens again, and that is undone too.
        let lost: Vec<ActionId> = world.state.doubts.iter().copied().filter(|id| world.state.actions[id].undoes.is_none()).collect();
        for action in lost {
            let undo = Some(UndoCall { tool: "reverse".into(), params: json("{}"), until: world.now.plus_ms(100_000_000), returns: None, verify: world.verify.clone() });
            let (by, reason) = (oncall(), "it is there".to_owned());
            world.command(Command::Resolve(Box::new(Resolve { action, by, happened: true, reason, result: None, undo }))).unwrap();
        }
        walk(&mut world, &story);
        nothing_is_left_over(&world);
        let text = serde_json::to_string(&world.history).unwrap();
        let history: Vec<(crate::Timestamp, Event)> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(crate::State::replay("payments".into(), &history), world.state);
    }
}
