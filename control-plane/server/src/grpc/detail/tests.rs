//! Details say the same from memory and from the journal, and have an end.

use remit_core::event::Settlement;

use super::*;
use crate::{
    contracts::Contracts,
    view::sample::{
        action as id, activated, decided, ended, escalation, handed_over, record, run, settled, started, view,
    },
};

fn failed(number: u128) -> remit_core::Event {
    settled(number, Settlement::Failed { note: "refused".to_owned() })
}

#[test]
fn a_retired_action_keeps_its_question() {
    let long = format!(r#"{{"note":"{}"}}"#, "x".repeat(4_096));
    let events = vec![activated(), started(), decided(2, &long, true), ended()];
    let closed = remit_core::Event::EscalationClosed {
        escalation: escalation(),
        action: id(2),
        run: run(),
        status: remit_core::escalation::EscalationStatus::Voided,
        note: "its run has ended".to_owned(),
    };
    let (view, mut records) = view(events);
    records.push(record(5, closed));
    let last = record(6, activated());
    view.absorb(&[Arc::clone(&records[4]), last], &Contracts::default());
    view.read(|inner| {
        assert!(!is_whole(&inner.actions[&id(2)], inner), "memory has let the question go");
    });
    let past = view.recall(&records[1..]);
    let detail = detail(&past.actions[&id(2)], &past, &Contracts::default()).unwrap();
    let asked = detail.escalation.unwrap();
    assert_eq!(asked.status(), pb::EscalationStatus::Voided);
    assert_eq!((asked.params_json.as_str(), detail.action.unwrap().params_json), (&*long, long.clone()));
    assert_eq!(detail.contract_version, "1.0.0");
}

#[test]
fn what_memory_has_is_whole() {
    let (view, _) = view(vec![activated(), started(), decided(2, "{}", true)]);
    view.read(|inner| assert!(is_whole(&inner.actions[&id(2)], inner)));
}

#[test]
fn a_long_run_is_cut_to_its_newest() {
    let mut events = vec![activated(), started()];
    for number in 10..700 {
        events.extend([decided(number, "{}", false), handed_over(number), failed(number)]);
    }
    let (view, records) = view(events);
    let detail = of_run(&view, run(), &records[1..]).unwrap();
    assert_eq!((detail.run.unwrap().actions, detail.actions.len(), detail.timeline.len()), (690, 690, 1_000));
    assert_eq!(detail.timeline.last().map(|row| row.seq), records.last().map(|record| record.seq));
    assert!(of_run(&view, run(), &[]).is_none());
}
