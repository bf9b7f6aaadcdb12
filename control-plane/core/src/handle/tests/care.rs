//! A rollback under way: what is parked, what waits behind it, pause, resume and skip, the read-back, a late success.

use super::{
    rollbacks::{conflict, paid_twice},
    world::*,
};
use crate::{
    ActionId, ActionStatus, Command, Event, Exchange, Money, Refusal, Terms, Timestamp, ToolFault,
    command::{Asked, Resolve, Settle},
    event::Settlement,
    rollback::{Expected, LeftOut, MOST_TRIES, ParkedWhy, SETTLES_WITHIN_MS, Selection, StepKind, Verify},
    state::{Phase, Retention, Turn, Wait},
    switch::Scope,
    terms::Undo,
};

/// The terms where `pay` is undone as this says.
pub(super) fn undone_by(change: impl Fn(&mut Option<crate::ToolName>, &mut bool, &mut u64)) -> Terms {
    let mut terms = terms();
    for tool in terms.tools.values_mut() {
        if let Undo::By { verify, independent, within_ms, .. } = &mut tool.undo {
            change(verify, independent, within_ms);
        }
    }
    terms
}

/// Run 1 with two payments under these terms.
fn paid_under(terms: Terms) -> World {
    let mut world = World::under(terms);
    for params in ["1", "2"] {
        let action = world.admit(Call::new("pay", params).effect(params));
        world.settle(action, succeeded()).unwrap();
    }
    world
}

/// Payments are looked at again after they were called back.
fn verifying() -> World {
    let mut world = World::under(undone_by(|verify, _, within| {
        *verify = Some("look".into());
        *within = 10 * SETTLES_WITHIN_MS;
    }));
    let expect = vec![Expected { at: "/status".to_owned(), is: json(r#""reversed""#) }];
    world.verify = Some(Box::new(Verify { tool: "look".into(), params: json("{}"), expect }));
    let action = world.admit(Call::new("pay", "1").effect("1"));
    world.settle(action, succeeded()).unwrap();
    world
}

impl World {
    fn take(&mut self, target: u128, by: u128) -> Result<Vec<Event>, Refusal> {
        self.command(Command::Compensate { plan: plan(1), target: action(target), action: action(by) })
    }

    fn turn(&self, target: u128) -> Turn {
        self.state.turn(plan(1), action(target), self.now)
    }

    fn park(&mut self, target: u128) -> ParkedWhy {
        match &self.take(target, 900).unwrap()[..] {
            [Event::StepParked(parked)] => parked.why,
            other => panic!("{other:?}"),
        }
    }

    fn skip(&mut self, target: u128) -> Result<Vec<Event>, Refusal> {
        let reason = "done by hand".to_owned();
        self.command(Command::SkipStep { plan: plan(1), target: action(target), by: oncall(), reason })
    }

    fn pause(&mut self) -> Result<Vec<Event>, Refusal> {
        let reason = "looking".to_owned();
        self.command(Command::PauseRollback { plan: plan(1), by: oncall(), reason })
    }

    fn resume(&mut self) -> Result<Vec<Event>, Refusal> {
        let reason = "looked".to_owned();
        self.command(Command::ResumeRollback { plan: plan(1), by: oncall(), reason })
    }

    fn fails(&mut self, by: u128, fault: ToolFault) {
        self.command(Command::Settle(Box::new(Settle {
            action: action(by),
            settlement: failed(),
            cost: Money::ZERO,
            evidence: Vec::new(),
            undo: None,
            exchange: Exchange::faulty(fault),
            tokens: 0,
        })))
        .unwrap();
    }

    fn says(&mut self, target: u128, happened: bool) -> Result<Vec<Event>, Refusal> {
        let reason = "it is on the statement".to_owned();
        let undo = happened.then(|| crate::rollback::UndoCall {
            tool: "reverse".into(),
            params: json("{}"),
            until: self.now.plus_ms(60_000),
            returns: None,
            verify: None,
        });
        let says = Resolve { action: action(target), by: oncall(), happened, reason, result: None, undo };
        self.command(Command::Resolve(Box::new(says)))
    }
}

fn closed(events: &[Event]) -> (u32, u32, u32) {
    match events {
        [Event::RollbackClosed { undone, parked, skipped, .. }] => (*undone, *parked, *skipped),
        other => panic!("{other:?}"),
    }
}

/// Each kind of fact that a rollback leaves, beside plan, start and end.
pub(super) fn everything_that_befalls_a_rollback() -> Vec<(Timestamp, Event)> {
    let mut world = verifying();
    let lost = world.admit(Call::new("pay", "2").effect("2"));
    world.settle(lost, in_doubt()).unwrap();
    world.roll_back(1).unwrap();
    world.pause().unwrap();
    world.resume().unwrap();
    world.skip(2).unwrap();
    world.take(1, 101).unwrap();
    world.settle(action(101), succeeded()).unwrap();
    world.take(1, 102).unwrap();
    world.settle(action(102), Settlement::Succeeded { result: json(r#"{"status":"reversed"}"#) }).unwrap();
    world.close(1).unwrap();
    world.verify = None;
    world.settle(lost, failed()).unwrap();
    let mut late = paid_twice();
    late.roll_back(1).unwrap();
    late.take(2, 101).unwrap();
    late.fails(101, ToolFault::Refused);
    late.park(2);
    let mut happened = World::new();
    let lost = happened.admit(Call::new("pay", "1"));
    happened.settle(lost, in_doubt()).unwrap();
    happened.roll_back(1).unwrap();
    happened.skip(1).unwrap();
    happened.close(1).unwrap();
    happened.says(1, true).unwrap();
    [world.history, late.history, happened.history].concat()
}

#[test]
fn what_is_refused_is_parked_and_holds_up_what_may_rest_on_it() {
    let mut world = paid_twice();
    world.roll_back(1).unwrap();
    world.take(2, 101).unwrap();
    world.fails(101, ToolFault::Refused);
    assert_eq!(world.park(2), ParkedWhy::Refused);
    assert_eq!(world.turn(1), Turn::Wait(Wait::Parked(action(2))));
    conflict(world.take(1, 102), "is parked");
    conflict(world.close(1), "still under way");
    assert!(world.state.rests(&world.state.rollbacks[&plan(1)], world.now), "it waits for people");
    assert_eq!(world.state.runs[&run(1)].phase, Phase::RollingBack);
    world.skip(2).unwrap();
    conflict(world.skip(2), "skipped already");
    assert!(world.state.parked.is_empty(), "somebody has taken it over");
    world.take(1, 102).unwrap();
    conflict(world.skip(1), "at this moment");
    world.settle(action(102), succeeded()).unwrap();
    conflict(world.skip(1), "is undone");
    assert_eq!(closed(&world.close(1).unwrap()), (1, 0, 1));
}

#[test]
fn what_is_independent_goes_on_past_what_is_parked() {
    let mut world = paid_under(undone_by(|_, independent, _| *independent = true));
    world.roll_back(1).unwrap();
    assert_eq!(world.turn(1), Turn::Wait(Wait::Later(action(2))), "last effect first all the same");
    world.take(2, 101).unwrap();
    world.settle(action(101), in_doubt()).unwrap();
    assert_eq!(world.turn(1), Turn::Compensate, "nobody's outcome is waited for");
    world.settle(action(101), failed()).unwrap();
    world.park(2);
    world.take(1, 102).unwrap();
    world.settle(action(102), succeeded()).unwrap();
    assert_eq!(closed(&world.close(1).unwrap()), (1, 1, 0));
    world.later(60_001).start(2, "case-2").unwrap();
    world.start(3, "case-3").unwrap();
    assert_eq!(world.state.runs[&run(1)].retention, Retention::Needed, "what is parked is not forgotten");
    world.skip(2).unwrap();
    world.start(4, "case-4").unwrap();
    assert_eq!(world.state.runs[&run(1)].retention, Retention::Retired);
}

#[test]
fn to_resume_tries_again_what_was_refused() {
    let mut world = paid_twice();
    world.roll_back(1).unwrap();
    conflict(world.resume(), "neither paused");
    world.take(2, 101).unwrap();
    world.fails(101, ToolFault::Refused);
    world.park(2);
    world.resume().unwrap();
    assert!(world.state.parked.is_empty());
    world.take(2, 102).unwrap();
    world.settle(action(102), succeeded()).unwrap();
    assert_eq!(world.turn(1), Turn::Compensate);
}

#[test]
fn a_tool_that_was_not_there_is_tried_again_and_not_for_ever() {
    let mut world = paid_under(undone_by(|_, _, within| *within = SETTLES_WITHIN_MS));
    world.roll_back(1).unwrap();
    for times in 1..=u128::from(MOST_TRIES) {
        world.take(2, 100 + times).unwrap();
        world.fails(100 + times, ToolFault::Unreachable);
        if times < u128::from(MOST_TRIES) {
            conflict(world.take(2, 200), "tried again from");
            world.later(1_000 << (times - 1));
        }
    }
    assert_eq!(world.park(2), ParkedWhy::Refused);
}

#[test]
fn nothing_begins_while_it_is_paused() {
    let mut world = paid_twice();
    conflict(world.roll_back(1).and_then(|_| world.resume()), "neither");
    world.take(2, 101).unwrap();
    world.pause().unwrap();
    conflict(world.pause(), "already");
    world.settle(action(101), succeeded()).unwrap();
    conflict(world.take(1, 102), "olga paused the rollback: looking");
    assert!(world.state.rests(&world.state.rollbacks[&plan(1)], world.now));
    let mut first = paid_twice();
    first.roll_back(1).unwrap();
    first.pause().unwrap();
    assert!(
        first.state.rests(&first.state.rollbacks[&plan(1)], first.now),
        "what stands behind it rests too"
    );
    let sam = person("sam", &["risk"]);
    let refused = world.command(Command::ResumeRollback { plan: plan(1), by: sam, reason: "go".to_owned() });
    assert!(matches!(refused, Err(Refusal::NotPermitted { .. })));
    world.resume().unwrap();
    world.take(1, 102).unwrap();
}

#[test]
fn undone_is_what_a_read_back_has_shown() {
    let says = |status: &str| Settlement::Succeeded { result: json(&format!(r#"{{"status":"{status}"}}"#)) };
    let mut world = verifying();
    world.roll_back(1).unwrap();
    world.take(1, 101).unwrap();
    world.set_switch(1, "all", crate::Level::None).unwrap();
    world.settle(action(101), succeeded()).unwrap();
    assert_eq!((world.status(action(1)), world.turn(1)), (ActionStatus::Succeeded, Turn::Verify));
    assert!(world.state.holder("1").is_some(), "its effect may still exist");
    world.take(1, 102).unwrap();
    world.command(Command::Start { action: action(102) }).unwrap();
    let seen = world.settle(action(102), says("pending")).unwrap();
    assert!(
        matches!(&seen[1], Event::UndoVerified(seen) if !seen.holds && seen.note.contains("pending")),
        "{seen:?}"
    );
    conflict(world.take(1, 103), "tried again from");
    world.later(1_000);
    world.take(1, 103).unwrap();
    world.settle(action(103), says("reversed")).unwrap();
    assert_eq!((world.status(action(1)), world.turn(1)), (ActionStatus::Undone, Turn::Over));
    assert_eq!(world.state.actions[&action(1)].undone_by, Some(action(101)));
    assert_eq!(closed(&world.close(1).unwrap()), (1, 0, 0));

    let mut world = verifying();
    world.roll_back(1).unwrap();
    world.take(1, 101).unwrap();
    world.settle(action(101), succeeded()).unwrap();
    for times in 0..u128::from(MOST_TRIES) {
        world.take(1, 102 + times).unwrap();
        world.settle(action(102 + times), says("pending")).unwrap();
        world.later(1_000 << times);
    }
    assert_eq!(world.park(1), ParkedWhy::NotVerified);
    assert_eq!(closed(&world.close(1).unwrap()), (0, 1, 0));
    // Another plan looks again, and calls nothing back twice.
    world.roll_back(2).unwrap();
    assert_eq!(world.state.rollbacks[&plan(2)].plan.steps[0].kind, StepKind::InDoubt);
    let command = |by| Command::Compensate { plan: plan(2), target: action(1), action: action(by) };
    world.command(command(200)).unwrap();
    assert!(world.state.actions[&action(200)].verifies.is_some());
    world.settle(action(200), says("reversed")).unwrap();
    assert_eq!((world.status(action(1)), world.state.parked.len()), (ActionStatus::Undone, 0));
}

#[test]
fn a_late_success_opens_a_closed_run_again() {
    let mut world = World::new();
    let lost = world.admit(Call::new("pay", "1").effect("1"));
    world.settle(lost, in_doubt()).unwrap();
    world.roll_back(1).unwrap();
    conflict(world.take(1, 101), "its outcome is not known");
    world.later(SETTLES_WITHIN_MS);
    assert_eq!(world.park(1), ParkedWhy::InDoubt);
    assert_eq!(closed(&world.close(1).unwrap()), (0, 1, 0));
    let told = world.says(1, true).unwrap();
    assert!(
        matches!(told.last(), Some(Event::RollbackReopened { target, .. }) if *target == lost),
        "{told:?}"
    );
    assert_eq!(world.state.runs[&run(1)].phase, Phase::RollingBack);
    assert!(world.state.parked.is_empty());
    world.take(1, 101).unwrap();
    world.settle(action(101), succeeded()).unwrap();
    assert_eq!(closed(&world.close(1).unwrap()), (1, 0, 0));
    // What did not happen opens nothing.
    let mut world = World::new();
    let lost = world.admit(Call::new("pay", "1").effect("1"));
    world.settle(lost, in_doubt()).unwrap();
    world.roll_back(1).unwrap();
    world.skip(1).unwrap();
    world.close(1).unwrap();
    world.settle(lost, failed()).unwrap();
    assert_eq!(world.state.runs[&run(1)].phase, Phase::RolledBack);
}

#[test]
fn what_happened_after_all_is_undone_with_the_rest() {
    let mut world = World::new();
    let lost = world.admit(Call::new("pay", "1"));
    world.settle(lost, in_doubt()).unwrap();
    world.roll_back(1).unwrap();
    assert_eq!(world.state.rollbacks[&plan(1)].plan.steps[0].kind, StepKind::InDoubt);
    world.settle(lost, succeeded()).unwrap();
    world.take(1, 101).unwrap();
    world.settle(action(101), succeeded()).unwrap();
    assert_eq!(closed(&world.close(1).unwrap()), (1, 0, 0));
}

/// Two runs that pay in turn: 1, 2, 1.
fn crowd() -> (World, [ActionId; 3]) {
    let mut world = World::new();
    world.start(2, "case-2").unwrap();
    let paid = [(1, "1"), (2, "2"), (1, "3")].map(|(number, params)| {
        world.later(1_000);
        let id = world.admit(Call::new("pay", params).effect(params).with(|it, _| it.run = run(number)));
        world.settle(id, succeeded()).unwrap();
        id
    });
    (world, paid)
}

impl World {
    fn choose(&mut self, selection: Selection, targets: &[ActionId]) -> Result<Vec<Event>, Refusal> {
        let asked = Asked { selection, targets: targets.to_vec(), left_out: Vec::new() };
        self.command(Command::PlanRollback { plan: plan(1), asked: Box::new(asked), by: oncall() })
    }
}

#[test]
fn a_plan_over_several_runs_is_in_reverse_order_with_its_sums() {
    let (mut world, paid) = crowd();
    let service = Selection::of(Scope::Service("refunds".into()));
    world.choose(service, &paid).unwrap();
    let planned = world.state.rollbacks[&plan(1)].plan.clone();
    let targets: Vec<_> = planned.steps.iter().map(|step| step.target).collect();
    assert_eq!(targets, [paid[2], paid[1], paid[0]]);
    assert_eq!((planned.returns().as_micros(), planned.cost().as_micros()), (3_000, 30));
    assert_eq!((planned.run, planned.runs().len()), (None, 2));
    let start = Command::StartRollback {
        plan: plan(1),
        digest: planned.digest,
        by: oncall(),
        reason: "wrong payee".to_owned(),
    };
    assert_eq!(world.command(start).unwrap().len(), 2, "each run is fenced by a fact of its own");
    for number in [1, 2] {
        let call = Call::new("look", "{}").with(|it, _| it.run = run(number));
        world.expect(call, crate::Outcome::Deny, crate::Clause::Identity, crate::Reason::RunRollingBack);
    }
    // Each run closes by itself.
    world.take(2, 102).unwrap();
    world.settle(action(102), succeeded()).unwrap();
    assert_eq!(closed(&world.close(1).unwrap()), (1, 0, 0));
    assert_eq!(world.state.runs[&run(2)].phase, Phase::RolledBack);
    assert!(world.state.rollbacks[&plan(1)].is_under_way());
}

#[test]
fn a_choice_is_held_to_what_it_says() {
    let (mut world, paid) = crowd();
    let all = Selection::of(Scope::Domain("payments".into()));
    let since = Selection { since: Some(START.plus_ms(2_000)), ..all.clone() };
    let invalid = |refused: Result<Vec<Event>, Refusal>| assert!(matches!(refused, Err(Refusal::Invalid(_))));
    invalid(world.choose(since.clone(), &paid));
    invalid(world.choose(Selection { until: Some(START.plus_ms(2_000)), ..all.clone() }, &paid));
    invalid(world.choose(Selection { tool: Some("wire".into()), ..all.clone() }, &paid));
    invalid(world.choose(Selection::of(Scope::Service("other".into())), &paid));
    assert!(matches!(world.choose(all.clone(), &[action(77)]), Err(Refusal::NotFound { .. })));
    conflict(world.choose(all.clone(), &[]), "no effect");
    // Of a run only its first payment is chosen: the plan says that a later one stays.
    world.choose(Selection { actions: vec![paid[0]], ..all }, &paid[..1]).unwrap();
    let steps = &world.state.rollbacks[&plan(1)].plan.steps;
    assert_eq!((steps.len(), steps[0].later), (1, 1));
    // Runs that are being undone already are named and left out.
    let (mut world, paid) = crowd();
    world.roll_back(7).unwrap();
    world.choose(since, &paid[1..]).unwrap();
    let planned = &world.state.rollbacks[&plan(1)].plan;
    assert_eq!(planned.steps.iter().map(|step| step.target).collect::<Vec<_>>(), [paid[1]]);
    assert!(matches!(&planned.left_out[..], [LeftOut { run: left, .. }] if *left == run(1)));
}
