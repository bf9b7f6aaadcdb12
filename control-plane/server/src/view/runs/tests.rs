//! What a run has seen: the newest of each call, and no more.

use remit_core::{ActionId, Digest, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

fn seen(number: u128, item: &str, params: Value) -> Seen {
    Seen {
        item: item.into(),
        action: ActionId::new(Uuid::from_u128(number)),
        observed_at: Timestamp::from_micros(0),
        digest: Digest::of(b"result"),
        params: Arc::new(params),
        value: Arc::new(json!({ "n": 1 })),
    }
}

#[test]
fn the_newest_of_each_call_is_kept() {
    let remembered = remember(Vec::new(), vec![seen(1, "order", json!({ "id": 1 }))]);
    let remembered = remember(remembered, vec![seen(2, "order", json!({ "id": 2 }))]);
    let remembered = remember(remembered, vec![seen(3, "customer", json!({ "id": 1 }))]);
    let remembered = remember(remembered, vec![seen(4, "order", json!({ "id": 1 }))]);
    let actions: Vec<ActionId> = remembered.iter().map(|seen| seen.action).collect();
    assert_eq!(actions, [2, 3, 4].map(|number| ActionId::new(Uuid::from_u128(number))));
}

#[test]
fn a_run_that_polls_does_not_grow() {
    let polled = (0..1_000).fold(Vec::new(), |known, number| {
        remember(known, vec![seen(number, "order", json!({})), seen(number, "total", json!({}))])
    });
    assert_eq!(polled.len(), 2);
}
