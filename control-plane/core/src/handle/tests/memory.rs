//! What is forgotten, when, and that an effect never is.

use super::world::*;
use crate::{ActionStatus, Clause, Command, Outcome, Reason, Refusal, state::Retention};

#[test]
fn a_run_is_kept_while_something_of_it_can_happen_or_be_undone() {
    let mut world = World::new();
    let undoable = world.admit(Call::new("pay", "1").effect("refund:1"));
    let doubtful = world.admit(Call::new("pay", "2"));
    world.settle(undoable, succeeded()).unwrap();
    world.settle(doubtful, in_doubt()).unwrap();
    world.end().unwrap();
    assert_eq!(world.state.runs[&run(1)].retention, Retention::Needed);
    world.settle(doubtful, failed()).unwrap();
    let until = START.plus_ms(60_000);
    assert_eq!(world.state.runs[&run(1)].retention, Retention::Until(until));
    world.later(59_999).start(2, "case-2").unwrap();
    assert_eq!(world.status(undoable), ActionStatus::Succeeded);
    world.later(1).start(3, "case-3").unwrap();
    assert!(world.state.actions.is_empty() && world.state.rollbacks.is_empty());
    assert_eq!(world.money().0, 0);
    // The effect exists and stays taken; the plan says plainly that it is too late.
    let again = Call::new("pay", "3").effect("refund:1").with(|it, _| it.run = run(3));
    world.expect(again, Outcome::Deny, Clause::Tooling, Reason::EffectTaken);
    let plan = world.plan(1, 1, oncall());
    assert!(matches!(plan, Err(Refusal::Conflict(text)) if text.contains("any more")));
    // A call that is sent again still joins, and an attempt leaves nothing behind.
    assert_eq!(world.propose(Call::new("pay", "1").effect("refund:1")), Err(Refusal::Joins(undoable)));
    let actions = world.state.actions.len();
    world.expect(Call::new("look", "{}"), Outcome::Deny, Clause::Identity, Reason::RunEnded);
    assert_eq!(world.state.actions.len(), actions);
}

#[test]
fn the_newest_thousand_ended_runs_are_remembered() {
    let mut world = World::new();
    for number in 2..1_012 {
        world.start(number, &number.to_string()).unwrap();
        world.propose(Call::new("look", "{}").with(|it, _| it.run = run(number))).unwrap();
        let look = action(world.drawn);
        world.settle(look, succeeded()).unwrap();
        let end = Command::EndRun { run: run(number), reason: None, note: String::new() };
        world.command(end).unwrap();
    }
    // What the last event was about is still there; the next event lets it go. Runs 1 and 2,000 are open.
    assert_eq!((world.state.runs.len(), world.state.actions.len()), (1_002, 1));
    world.start(2_000, "2000").unwrap();
    assert_eq!((world.state.runs.len(), world.state.actions.len()), (1_002, 0));
    assert!(world.state.runs.contains_key(&run(1)) && !world.state.runs.contains_key(&run(11)));
    assert!(world.state.runs.contains_key(&run(12)));
}
