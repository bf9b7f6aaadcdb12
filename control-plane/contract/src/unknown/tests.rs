//! What each answer means, and how the question is made.

use serde_json::json;

use super::*;
use crate::problem::{Place, Problems};

fn query() -> Query {
    let problems = Problems::of("contract.yaml");
    let pointer =
        |text: &str| Pointer::read(text, Place { line: 1, column: 1, width: 1 }, &problems).unwrap();
    Query {
        ask: "payouts.find".into(),
        with: vec![("key".to_owned(), Given::Key), ("sale".to_owned(), Given::Params(pointer("/order/id")))],
        settled: pointer("/payout_id"),
    }
}

#[test]
fn what_an_answer_means() {
    let table = [
        (json!({ "payout_id": "po-1" }), Some(true)),
        (json!({ "payout_id": null }), Some(false)),
        (json!({}), Some(false)),
        (json!(null), Some(false)),
        (json!([]), Some(false)),
        (json!([{ "payout_id": "po-1" }]), Some(true)),
        // Two where there can be one, and what is no answer at all: people look.
        (json!([{ "payout_id": "po-1" }, { "payout_id": "po-2" }]), None),
        (json!(["po-1"]), None),
        (json!("po-1"), None),
        (json!(true), None),
    ];
    for (answer, means) in table {
        assert_eq!(query().happened(&answer), means, "{answer}");
    }
}

#[test]
fn the_question_is_made_of_the_call_and_its_key() {
    let params = query().params(&json!({ "order": { "id": "US-1" } }), "act_7").unwrap();
    assert_eq!(params.as_str(), r#"{"key":"act_7","sale":"US-1"}"#);
    assert!(query().params(&json!({ "order": {} }), "act_7").is_none());
}
