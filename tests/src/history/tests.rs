//! The checker finds what it is there to find: each wrong history panics, the right one does not.

use std::{panic::catch_unwind, time::Duration};

use remit_core::Digest;
use serde_json::json;

use super::*;
use crate::hostile::{Arrival, Effect, Seen};

const PARAMS: &str = r#"{"id":"a","tricks":"honest"}"#;

/// An order that was decided, started and ended so.
fn events(settlement: &Value) -> Vec<Value> {
    let proposal = json!({ "action": "act_1", "run": "run_1", "tool": "order.place", "params": { "id": "a", "tricks": "honest" } });
    vec![
        json!({ "run_started": { "run": "run_1", "service": "orders" } }),
        json!({ "action_decided": {
            "proposal": proposal, "decision": { "outcome": "admit" }, "hold": 250_000, "undo_hold": 30_000,
        } }),
        json!({ "action_started": { "action": "act_1", "run": "run_1" } }),
        json!({ "action_settled": { "action": "act_1", "run": "run_1", "settlement": settlement, "cost": 250_000 } }),
    ]
}

fn history(events: &[Value]) -> History {
    let mut history = History::new(280_000);
    for (seq, event) in (1..).zip(events) {
        history.enter((seq, 0), event);
    }
    history
}

fn succeeded() -> Value {
    json!({ "succeeded": { "result": { "effect": "ef-0" } } })
}

fn arrival(body: &str) -> Arrival {
    let (path, key) = ("/orders".to_owned(), Some("act_1".to_owned()));
    Arrival { path, key, digest: Digest::of(body.as_bytes()), body: body.to_owned(), at: Duration::ZERO }
}

fn effect(number: usize, key: &str) -> Effect {
    Effect { number, path: "/orders".to_owned(), key: Some(key.to_owned()), body: PARAMS.to_owned() }
}

fn panics(check: impl FnOnce() + std::panic::UnwindSafe) -> bool {
    catch_unwind(check).is_err()
}

#[test]
fn what_is_right_is_right() {
    let history = history(&events(&succeeded()));
    let seen = Seen { arrivals: vec![arrival(PARAMS)], effects: vec![effect(0, "act_1")] };
    let tally = Tally { actions: 1, effects: 1, ..Tally::default() };
    assert_eq!(history.agrees(&seen), tally);
    assert_eq!(history.purses["run_1"], Purse { held: 0, spent: 250_000 });
}

#[test]
fn a_lost_a_doubled_or_a_changed_effect_is_found() {
    let failed = json!({ "failed": { "note": "refused" } });
    let doubt = json!({ "in_doubt": { "note": "lost" } });
    let one = || vec![effect(0, "act_1")];
    let two = || vec![effect(0, "act_1"), effect(1, "act_1")];
    let sent = || vec![arrival(PARAMS)];
    let table = [
        ("lost", succeeded(), vec![], sent()),
        ("doubled", succeeded(), two(), sent()),
        ("failed and done", failed.clone(), one(), sent()),
        ("in doubt and doubled", doubt.clone(), two(), sent()),
        (
            "of nobody",
            failed.clone(),
            vec![],
            vec![Arrival { key: Some("act_2".to_owned()), ..arrival(PARAMS) }],
        ),
        (
            "other bytes",
            succeeded(),
            one(),
            vec![arrival(PARAMS), arrival(r#"{"id":"b","tricks":"honest"}"#)],
        ),
        ("without a key", doubt.clone(), vec![Effect { key: None, ..effect(0, "") }], sent()),
    ];
    for (what, settlement, effects, arrivals) in table {
        let history = history(&events(&settlement));
        assert!(
            panics(move || {
                history.agrees(&Seen { arrivals, effects });
            }),
            "{what} was not found"
        );
    }
    for (settlement, effects) in [(failed, vec![]), (doubt.clone(), vec![]), (doubt, one())] {
        history(&events(&settlement)).agrees(&Seen { arrivals: sent(), effects });
    }
}

#[test]
fn a_window_holds_what_was_decided_in_it_whenever_it_is_settled() {
    let day = Window { name: "day", service: Some("orders"), seconds: 86_400, limit_micros: 280_000 };
    let other = Window { name: "other", service: Some("posts"), ..day };
    let mut history = History::new(560_000).within(day).within(other);
    let mut second = events(&succeeded());
    second[1]["action_decided"]["proposal"]["action"] = json!("act_2");
    let events = events(&succeeded());
    history.enter((1, 0), &events[0]);
    history.enter((2, 86_399), &events[1]);
    history.enter((3, 86_400), &second[1]);
    history.enter((4, 86_400), &events[3]);
    assert_eq!(history.purses["day@0"], Purse { held: 0, spent: 250_000 });
    assert_eq!(history.purses["day@1"], Purse { held: 280_000, spent: 0 });
    second[1]["action_decided"]["proposal"]["action"] = json!("act_3");
    assert!(panics(move || history.enter((5, 86_400), &second[1])), "more than a day's was not found");
}

#[test]
fn an_impossible_course_is_found() {
    let right = events(&succeeded());
    let with = |extra: &Value| [right.clone(), vec![extra.clone()]].concat();
    let mut dear = right.clone();
    dear[1]["action_decided"]["hold"] = json!(250_001);
    let table = [
        ("decided twice", with(&right[1])),
        ("started after its end", with(&right[2])),
        ("ended twice", with(&right[3])),
        ("beyond the limit", dear),
        ("never decided", vec![right[0].clone(), right[2].clone()]),
    ];
    for (what, events) in table {
        assert!(panics(move || drop(history(&events))), "{what} was not found");
    }
    let mut gap = History::new(1);
    gap.enter((1, 0), &right[0]);
    assert!(panics(move || gap.enter((3, 0), &right[0])), "a gap was not found");
}
