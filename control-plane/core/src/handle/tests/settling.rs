//! Outcomes: what each does to status, money, effect and evidence, in time and late.

use super::world::*;
use crate::{ActionStatus, Command, Event, Money, Refusal, event::Settlement, proposal::Mode};

#[test]
fn every_outcome() {
    // tool, settlement, status, held, spent, effect kept; a payment holds 100 and 10 for undoing it
    let table = [
        ("pay", succeeded(), ActionStatus::Succeeded, 10, 7, true),
        ("pay", failed(), ActionStatus::Failed, 0, 7, false),
        ("pay", in_doubt(), ActionStatus::InDoubt, 110, 0, true),
        ("look", succeeded(), ActionStatus::Succeeded, 0, 7, true),
        // A read whose reply is lost leaves nothing behind.
        ("look", in_doubt(), ActionStatus::Failed, 0, 7, false),
    ];
    for (tool, settlement, status, held, spent, effect) in table {
        let mut world = World::new();
        let action = world.admit(Call::new(tool, "{}").effect("it"));
        world.command(Command::Start { action }).unwrap();
        world.settle(action, settlement.clone()).unwrap();
        assert_eq!((world.status(action), world.money()), (status, (held, spent)), "{tool} {settlement:?}");
        assert_eq!(world.state.holder("it").is_some(), effect, "{tool} {settlement:?}");
    }
}

#[test]
fn an_outcome_is_final_but_a_doubt_is_resolved_once() {
    for first in [succeeded(), failed()] {
        let mut world = World::new();
        let action = world.admit(Call::new("pay", "{}"));
        world.settle(action, first).unwrap();
        for second in [succeeded(), failed(), in_doubt()] {
            assert!(matches!(world.settle(action, second), Err(Refusal::Illegal(_))));
        }
    }
    for (resolution, status, money) in
        [(succeeded(), ActionStatus::Succeeded, (10, 7)), (failed(), ActionStatus::Failed, (0, 7))]
    {
        let mut world = World::new();
        let action = world.admit(Call::new("pay", "{}"));
        world.settle(action, in_doubt()).unwrap();
        assert!(matches!(world.settle(action, in_doubt()), Err(Refusal::Illegal(_))));
        world.settle(action, resolution).unwrap();
        assert_eq!((world.status(action), world.money()), (status, money));
    }
}

#[test]
fn what_settles_after_the_end_counts_but_is_no_evidence() {
    let mut world = World::new();
    let action = world.admit(Call::new("pay", "{}"));
    world.end().unwrap();
    world.settle(action, succeeded()).unwrap();
    assert_eq!((world.status(action), world.money()), (ActionStatus::Succeeded, (10, 7)));
    assert!(world.state.runs[&run(1)].evidence.is_empty());
}

#[test]
fn a_result_that_is_not_what_was_said_of_it_is_no_evidence() {
    let mut world = World::new();
    let action = world.admit(Call::new("pay", "{}"));
    let settle = crate::command::Settle {
        action,
        settlement: succeeded(),
        cost: Money::ZERO,
        evidence: vec!["record".into()],
        undo: None,
        exchange: crate::Exchange { misfit: Some("no id".to_owned()), ..crate::Exchange::default() },
        tokens: 0,
    };
    world.command(Command::Settle(Box::new(settle))).unwrap();
    assert_eq!(world.status(action), ActionStatus::Succeeded);
    assert!(world.state.runs[&run(1)].evidence.is_empty());
}

#[test]
fn an_earlier_result_is_as_old_as_it_is() {
    let mut world = World::new();
    let first = world.admit(Call::new("look", "{}"));
    world.settle(first, succeeded()).unwrap();
    let observed_at = world.now;
    for earlier in [true, false] {
        world.now = world.now.plus_ms(10_000);
        let action = world.admit(Call::new("look", "{}"));
        // What claims to be from the future is of now.
        let observed_at = if earlier { observed_at } else { world.now.plus_ms(99_000) };
        let stale = Some(crate::exchange::Stale { of: first, observed_at });
        let settle = crate::command::Settle {
            action,
            settlement: succeeded(),
            cost: Money::ZERO,
            evidence: vec!["record".into()],
            undo: None,
            exchange: crate::Exchange { stale, ..crate::Exchange::default() },
            tokens: 0,
        };
        world.command(Command::Settle(Box::new(settle))).unwrap();
        let (_, at) = world.state.runs[&run(1)].evidence[&("record".into(), action)];
        assert_eq!(at, observed_at.min(world.now));
    }
}

#[test]
fn only_the_declared_undo_is_kept() {
    let mut world = World::new();
    let action = world.admit(Call::new("pay", "{}"));
    let undo = crate::rollback::UndoCall {
        tool: "mail".into(),
        params: json("{}"),
        until: START,
        returns: None,
        verify: None,
    };
    let settle = crate::command::Settle {
        action,
        settlement: succeeded(),
        cost: Money::ZERO,
        evidence: Vec::new(),
        undo: Some(undo),
        exchange: crate::Exchange::default(),
        tokens: 0,
    };
    assert!(matches!(world.command(Command::Settle(Box::new(settle))), Err(Refusal::Invalid(_))));
}

#[test]
fn after_a_restart_effects_are_in_doubt_and_reads_have_failed() {
    let mut world = World::new();
    let read = world.admit(Call::new("look", "{}"));
    let sent = world.admit(Call::new("pay", "{}"));
    world.command(Command::Start { action: sent }).unwrap();
    let waiting = world.admit(Call::new("pay", "[]"));
    let theirs = world.admit(Call::new("pay", "1").with(|it, _| it.mode = Mode::DecisionOnly));
    let held = world.hold(Call::new("mail", "{}"));
    let events = world.command(Command::Recover).unwrap();
    assert!(events.iter().all(|event| matches!(event, Event::ActionSettled(_))));
    let statuses = [read, sent, waiting, theirs, held].map(|action| world.status(action));
    use ActionStatus as S;
    assert_eq!(statuses, [S::Failed, S::InDoubt, S::InDoubt, S::Admitted, S::Held]);
    assert_eq!(world.command(Command::Recover), Ok(Vec::new()));
}

#[test]
fn a_caller_settles_what_it_carried_out_itself() {
    let mut world = World::new();
    let decided = world.decided(Call::new("pay", "{}").with(|it, _| it.mode = Mode::DecisionOnly));
    assert!(crate::Permit::of_admitted(&decided).is_none());
    let settlement = Settlement::Succeeded { result: json("{}") };
    world.settle(decided.proposal.action, settlement).unwrap();
    assert_eq!(world.status(decided.proposal.action), ActionStatus::Succeeded);
}
