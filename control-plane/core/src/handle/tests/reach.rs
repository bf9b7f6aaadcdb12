//! Whose credential only acts gets into runs that are there, says nothing of them, and starts none.

use super::world::*;
use crate::{Declared, Reach, Reason, Refusal, RunId};

/// Two runs that are open, and one that has ended.
fn world() -> World {
    let mut world = World::new();
    world.start(2, "case-2").unwrap();
    world.start(3, "case-3").unwrap();
    world.command(crate::Command::EndRun { run: run(3), reason: None, note: "done".to_owned() }).unwrap();
    world
}

fn verdict(entered: Result<RunId, Refusal>) -> Result<RunId, Reason> {
    entered.map_err(|refusal| match refusal {
        Refusal::Withheld { reason, .. } => reason,
        other => panic!("{other}"),
    })
}

#[test]
fn it_gets_into_an_open_run_of_the_name_and_nowhere_else() {
    let one = |number| Reach::OneRun { run: run(number) };
    let table = [
        (Reach::ActOnly, "case-1", Ok(run(1))),
        (Reach::ActOnly, "case-2", Ok(run(2))),
        (Reach::ActOnly, "case-3", Err(Reason::StartNotGranted)),
        (Reach::ActOnly, "case-4", Err(Reason::StartNotGranted)),
        (Reach::ActOnly, "", Err(Reason::StartNotGranted)),
        (one(1), "case-1", Ok(run(1))),
        (one(1), "", Ok(run(1))),
        (one(1), "case-2", Err(Reason::RunNotGranted)),
        (one(1), "case-4", Err(Reason::RunNotGranted)),
        // What is proposed in it is decided, and denied.
        (one(3), "", Ok(run(3))),
        (one(9), "", Err(Reason::StartNotGranted)),
        (one(9), "case-1", Err(Reason::StartNotGranted)),
    ];
    let world = world();
    for (reach, name, expect) in table {
        let entered = world.state.enters(reach, (&"refunds".into(), name), &Declared::default(), world.now);
        assert_eq!(verdict(entered), expect, "{reach:?} {name}");
        let other = world.state.enters(reach, (&"others".into(), name), &Declared::default(), world.now);
        assert_eq!(verdict(other), Err(Reason::StartNotGranted), "a run of one service is no other's");
    }
}

#[test]
fn it_declares_nothing_not_even_what_is_so() {
    let mut world = World::before(terms());
    let asked = Declared { workflow: None, request: Some(json(r#"{"account":"a-1"}"#)) };
    world.start_with(1, "case-1", asked.clone()).unwrap();
    let table = [
        asked,
        Declared { workflow: None, request: Some(json(r#"{"account":"a-2"}"#)) },
        Declared { workflow: Some("refund".into()), request: None },
        Declared { workflow: Some("refund".into()), request: Some(json("{}")) },
    ];
    for declared in table {
        for reach in [Reach::ActOnly, Reach::OneRun { run: run(1) }] {
            for name in ["case-1", "case-2", ""] {
                let entered = world.state.enters(reach, (&"refunds".into(), name), &declared, world.now);
                assert_eq!(verdict(entered), Err(Reason::DeclarationNotGranted), "{declared:?} {name}");
            }
        }
    }
}

#[test]
fn a_credential_for_one_run_covers_no_other() {
    let table = [(Reach::Full, true), (Reach::ActOnly, true), (Reach::OneRun { run: run(1) }, false)];
    for (reach, other) in table {
        assert!(reach.covers(run(1)).is_ok(), "{reach:?}");
        assert_eq!(reach.covers(run(2)).is_ok(), other, "{reach:?}");
        assert_eq!(reach.starts(), reach == Reach::Full);
    }
}
