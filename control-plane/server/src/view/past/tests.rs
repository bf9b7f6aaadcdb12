//! A run folded from its own records looks as it did in memory.

use remit_core::{ActionStatus, event::Settlement, state::Phase};

use crate::view::sample::{action, activated, decided, ended, handed_over, run, settled, started, view};

#[test]
fn a_run_comes_back_from_its_records() {
    let doubt = Settlement::InDoubt { note: "no answer".to_owned() };
    let events = vec![
        activated(),
        started(),
        decided(2, "{}", false),
        handed_over(2),
        settled(2, doubt),
        decided(3, r#"{"a":1}"#, true),
        ended(),
    ];
    let (view, records) = view(events);
    let past = view.recall(&records[1..]);
    let card = &past.runs[&run()];
    assert_eq!((card.phase, card.actions.as_slice()), (Phase::Completed, [action(2), action(3)].as_slice()));
    assert_eq!(card.terms.version, "1.0.0");
    assert_eq!(past.actions[&action(2)].action.status, ActionStatus::InDoubt);
    assert_eq!(past.actions[&action(2)].note(), Some("no answer"));
    view.read(|inner| {
        for (id, card) in &inner.actions {
            assert_eq!(past.actions[id].action, card.action);
        }
        assert_eq!(past.runs[&run()].budget, inner.runs[&run()].budget);
    });
}

#[test]
fn records_of_nothing_are_nothing() {
    let (view, _) = view(vec![activated()]);
    assert!(view.recall(&[]).runs.is_empty());
}
