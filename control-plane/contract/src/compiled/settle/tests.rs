//! What a result is that is not what the contract says of it: for a read, and for an effect.

use serde_json::json;

use super::*;
use crate::tests::{POLICY, YAML, compiled, edited};

fn settled(tool: &str, params: &Value, result: &Value) -> Settle {
    let typed = r"
      output:
        type: object
        required: [id]
        properties: { id: { type: string }, at: { type: string, format: date-time } }";
    let yaml = edited(YAML, "      timeout: 2s", &format!("      timeout: 2s{typed}"));
    let yaml = edited(&yaml, "      timeout: 500ms", &format!("      timeout: 500ms{typed}"));
    let contract = compiled(&yaml, POLICY);
    let action = "act_019cad2f0c307e52b0d16e1f7c4e3b03".parse().unwrap();
    let result = CanonicalJson::from_value(result).unwrap();
    let at = Timestamp::from_micros(0);
    contract.settle(action, (&tool.into(), params), Settlement::Succeeded { result }.into(), at)
}

#[test]
fn a_read_has_failed_and_is_no_evidence() {
    let table = [
        (json!({ "id": "o1" }), None),
        (json!({ "id": "o1", "at": "2026-03-02T09:00:00Z" }), None),
        (json!({ "id": 7 }), Some("`/id`: 7 is not of type \"string\"")),
        (json!({}), Some("the answer: \"id\" is a required property")),
        (json!({ "id": "o1", "at": "yesterday" }), Some("`/at`: \"yesterday\" is not a \"date-time\"")),
        (json!(null), Some("the answer: null is not of type \"object\"")),
    ];
    for (result, wrong) in table {
        let settle = settled("order.get", &json!({ "order_id": "o1" }), &result);
        // The tool was asked, and answered: that is what it costs.
        assert_eq!(settle.cost, Money::from_micros(200), "{result}");
        match (wrong, &settle.settlement) {
            (None, Settlement::Succeeded { .. }) => {
                assert_eq!((settle.evidence.len(), settle.exchange), (1, Exchange::default()));
            }
            (Some(wrong), Settlement::Failed { note }) => {
                assert_eq!(*note, format!("the answer is not what the contract says of it: {wrong}"));
                assert_eq!((settle.evidence.len(), settle.exchange.fault), (0, Some(ToolFault::Broken)));
            }
            (_, other) => panic!("{result}: {other:?}"),
        }
    }
}

#[test]
fn an_effect_stands_and_is_undone_all_the_same() {
    let params = json!({ "order_id": "o1", "amount": 5, "currency": "EUR" });
    let settle = settled("order.refund", &params, &json!({ "refund": { "id": "r1" } }));
    assert!(matches!(settle.settlement, Settlement::Succeeded { .. }));
    assert_eq!(settle.exchange.fault, Some(ToolFault::Broken));
    assert!(settle.exchange.misfit.is_some_and(|misfit| misfit.ends_with("\"id\" is a required property")));
    assert_eq!(settle.cost, Money::from_micros(250_000));
    assert!(settle.undo.is_some_and(|undo| undo.params.as_str() == r#"{"refund_id":"r1"}"#));
}
