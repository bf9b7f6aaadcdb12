//! Undoing a run: as planned, last effect first, each effect at most once, also under a stop.

use super::world::*;
use crate::{
    ActionId, ActionStatus, Command, Digest, Event, Level, Refusal,
    rollback::{PARKED_FOR_MS, ParkedWhy, SETTLES_WITHIN_MS, StepKind},
    state::Phase,
};

/// Run 1 with two payments; the first by action 1, the second by action 2.
pub(super) fn paid_twice() -> World {
    let mut world = World::new();
    for params in ["1", "2"] {
        let action = world.admit(Call::new("pay", params).effect(params));
        world.settle(action, succeeded()).unwrap();
    }
    world
}

impl World {
    pub(super) fn roll_back(&mut self, number: u128) -> Result<Vec<Event>, Refusal> {
        self.plan(number, 1, oncall())?;
        let digest = self.state.rollbacks[&plan(number)].plan.digest;
        let reason = "wrong payee".to_owned();
        self.command(Command::StartRollback { plan: plan(number), digest, by: oncall(), reason })
    }

    pub(super) fn undo(&mut self, number: u128, target: u128, by: u128) -> Result<ActionId, Refusal> {
        let command = Command::Compensate { plan: plan(number), target: action(target), action: action(by) };
        self.command(command).map(|_| action(by))
    }

    pub(super) fn close(&mut self, number: u128) -> Result<Vec<Event>, Refusal> {
        self.command(Command::CloseRollback { plan: plan(number) })
    }

    /// Takes the step about an action, where the core says that it is parked.
    #[track_caller]
    fn parked(&mut self, number: u128, target: u128, why: ParkedWhy) {
        let command = Command::Compensate { plan: plan(number), target: action(target), action: action(999) };
        match &self.command(command).unwrap()[..] {
            [Event::StepParked(parked)] => {
                assert_eq!((parked.why, parked.owner.as_str()), (why, "dana"), "{}", parked.note);
                assert_eq!(parked.until, self.now.plus_ms(PARKED_FOR_MS));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(self.state.parked.get(&action(target)), Some(&plan(number)));
    }
}

#[track_caller]
pub(super) fn conflict<T: std::fmt::Debug>(refused: Result<T, Refusal>, part: &str) {
    match refused {
        Err(Refusal::Conflict(text)) => assert!(text.contains(part), "{text}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn last_effect_first_with_the_money_that_was_kept() {
    let mut world = paid_twice();
    world.set_switch(1, "all", Level::None).unwrap();
    assert_eq!(world.money(), (20, 14));
    world.roll_back(1).unwrap();
    conflict(world.undo(1, 1, 101), "is undone first");
    let second = world.undo(1, 2, 102).unwrap();
    assert_eq!(world.undo(1, 2, 103), Err(Refusal::Joins(second)));
    conflict(world.undo(1, 1, 101), "is undone first");
    conflict(world.close(1), "still under way");
    world.settle(second, succeeded()).unwrap();
    let first = world.undo(1, 1, 101).unwrap();
    world.settle(first, succeeded()).unwrap();
    assert_eq!(world.money(), (0, 28));
    assert!(world.state.effects.is_empty());
    let closed = world.close(1).unwrap();
    assert!(matches!(closed[0], Event::RollbackClosed { undone: 2, parked: 0, .. }));
    assert_eq!(world.state.runs[&run(1)].phase, Phase::RolledBack);
    assert_eq!(world.close(1), Ok(Vec::new()));
}

#[test]
fn a_lost_reply_of_a_compensation_is_never_answered_by_a_second_one() {
    let mut world = paid_twice();
    world.roll_back(1).unwrap();
    let second = world.undo(1, 2, 102).unwrap();
    world.settle(second, in_doubt()).unwrap();
    conflict(world.undo(1, 1, 101), "is undone first");
    assert_eq!(world.undo(1, 2, 103), Err(Refusal::Joins(second)));
    world.later(SETTLES_WITHIN_MS);
    world.parked(1, 2, ParkedWhy::UndoInDoubt);
    world.parked(1, 1, ParkedWhy::OutOfWindow);
    assert!(matches!(world.close(1).unwrap()[0], Event::RollbackClosed { undone: 0, parked: 2, .. }));
    world.roll_back(2).unwrap();
    let kinds: Vec<_> =
        world.state.rollbacks[&plan(2)].plan.steps.iter().map(|step| step.kind.clone()).collect();
    assert!(matches!(kinds[..], [StepKind::InDoubt, StepKind::OutOfWindow]), "{kinds:?}");
    conflict(world.undo(2, 2, 103), "may be undoing it");
    world.settle(second, succeeded()).unwrap();
    assert_eq!(world.status(action(2)), ActionStatus::Undone);
    assert_eq!(world.state.parked.keys().copied().collect::<Vec<_>>(), [action(1)]);
}

#[test]
fn what_happens_between_plan_and_start_asks_for_another_plan() {
    let mut world = paid_twice();
    world.plan(1, 1, oncall()).unwrap();
    let digest = world.state.rollbacks[&plan(1)].plan.digest;
    let start = |digest, reason: &str| Command::StartRollback {
        plan: plan(1),
        digest,
        by: oncall(),
        reason: reason.to_owned(),
    };
    conflict(world.command(start(Digest::of(b""), "why")), "digest");
    assert!(matches!(world.command(start(digest, " ")), Err(Refusal::Invalid(_))));
    world.admit(Call::new("pay", "3"));
    conflict(world.command(start(digest, "why")), "plan again");
    conflict(world.plan(1, 1, oncall()), "is taken");
    world.later(600_000);
    conflict(world.command(start(digest, "why")), "expired");
}

#[test]
fn every_kind_of_step() {
    let mut world = paid_twice();
    world.admit(Call::new("pay", "3"));
    world.hold(Call::new("mail", "4"));
    let mail = world.hold(Call::new("mail", "5"));
    world.answer(mail, &oncall(), true).unwrap();
    world.settle(mail, succeeded()).unwrap();
    world.admit(Call::new("look", "6"));
    world.plan(1, 1, oncall()).unwrap();
    let kind = |step: &crate::rollback::Step| match step.kind {
        StepKind::Compensate { .. } => "compensate",
        StepKind::Irreversible { .. } => "irreversible",
        StepKind::InDoubt => "in doubt",
        StepKind::OutOfWindow => "too late",
        StepKind::AlreadyUndone => "undone",
        StepKind::HeldVoided => "held",
    };
    let kinds = |world: &World, number| -> Vec<_> {
        world.state.rollbacks[&plan(number)].plan.steps.iter().map(kind).collect()
    };
    assert_eq!(kinds(&world, 1), ["irreversible", "held", "in doubt", "compensate", "compensate"]);
    world.later(60_000);
    world.plan(2, 1, oncall()).unwrap();
    assert_eq!(kinds(&world, 2), ["irreversible", "held", "in doubt", "too late", "too late"]);
}

#[test]
fn the_window_may_close_while_a_rollback_is_under_way() {
    let mut world = paid_twice();
    world.roll_back(1).unwrap();
    world.later(60_000);
    world.parked(1, 2, ParkedWhy::OutOfWindow);
    conflict(world.close(1), "still under way");
    world.parked(1, 1, ParkedWhy::OutOfWindow);
    assert!(matches!(world.close(1).unwrap()[0], Event::RollbackClosed { undone: 0, parked: 2, .. }));
}

#[test]
fn a_rollback_takes_back_what_waits_and_leaves_a_later_run_its_name() {
    let mut world = paid_twice();
    let held = world.hold(Call::new("mail", "{}"));
    world.end().unwrap();
    world.start(2, "case-1").unwrap();
    world.roll_back(1).unwrap();
    assert_eq!(world.status(held), ActionStatus::Denied);
    assert_eq!(world.start(3, "case-1"), Err(Refusal::JoinsRun(run(2))));
    conflict(world.roll_back(2), "already");
    let sam = person("sam", &["risk"]);
    let refused = world.plan(3, 1, sam);
    assert!(matches!(refused, Err(Refusal::NotPermitted { .. })));
}
