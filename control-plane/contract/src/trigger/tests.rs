//! Triggers: when they fire, what they say, and what people are told where one cannot be meant.

use serde_json::{Value, json};

use crate::{
    CompiledContract, RunFacts, compile,
    compiled::tests::{assess, seen},
    tests::{POLICY, YAML, account, compiled, edited},
};

const WHEN: &str = "      when: context.params.amount > 100\n";

/// The good document with another trigger in the place of the condition.
fn with(trigger: &str) -> String {
    edited(YAML, WHEN, &format!("      {trigger}\n"))
}

fn refund(contract: &CompiledContract, params: &Value) -> remit_core::Assessment {
    assess(contract, "order.refund", params, &RunFacts::default())
}

#[test]
fn a_trigger_fires_and_says_what_it_saw() {
    let amount = |amount: Value| json!({ "order_id": "o1", "amount": amount, "currency": "EUR" });
    let noted = json!({ "order_id": "o1", "amount": 5, "currency": "EUR", "note": "x" });
    let null = json!({ "order_id": "o1", "amount": 5, "currency": "EUR", "note": null });
    let table = [
        ("usual: { amount: 1..100 }", amount(json!(1)), None),
        ("usual: { amount: 1..100 }", amount(json!(100)), None),
        ("usual: { amount: 1..100 }", amount(json!(101)), Some("amount is 101, usual is 1..100")),
        ("usual: { amount: 1..100 }", amount(json!(0)), Some("amount is 0, usual is 1..100")),
        ("usual: { amount: 1..100 }", amount(json!(50.5)), Some("amount is 50.5, usual is 1..100")),
        ("usual: { amount: 1..100 }", amount(json!("50")), Some("amount is \"50\", usual is 1..100")),
        ("usual: { amount: ..100 }", amount(json!(-5)), None),
        ("usual: { amount: 10.. }", amount(json!(9)), Some("amount is 9, usual is 10..")),
        ("usual: { currency: [EUR, GBP] }", amount(json!(5)), None),
        (
            "usual: { currency: [USD, GBP] }",
            amount(json!(5)),
            Some("currency is \"EUR\", usual is \"USD\" or \"GBP\""),
        ),
        (
            "usual: { amount: 1..2, currency: [USD] }",
            amount(json!(5)),
            Some("amount is 5, usual is 1..2, currency is \"EUR\", usual is \"USD\""),
        ),
        ("usual: { note: [hello] }", amount(json!(5)), None),
        ("missing: [params:/note]", noted, None),
        ("missing: [params:/note]", null, Some("params:/note is missing")),
        (
            "missing: [params:/note, params:/dry]",
            amount(json!(5)),
            Some("params:/note is missing, params:/dry is missing"),
        ),
    ];
    for (trigger, params, expect) in table {
        let assessment = refund(&compiled(&with(trigger), POLICY), &params);
        let asks: Vec<_> =
            assessment.asks.iter().map(|ask| (ask.rule.as_str(), ask.because.as_str())).collect();
        let because = expect.map(|seen| format!("Large refunds need a person. ({seen})"));
        let expect: Vec<_> = because.iter().map(|because| ("large", because.as_str())).collect();
        assert_eq!(asks, expect, "{trigger} of {params}");
        assert!(assessment.novelties.is_empty());
    }
}

/// The good document in which one of two facts is enough, with a trigger.
fn choosing(trigger: &str) -> String {
    edited(
        &with(trigger),
        "      all: [order, stock]",
        "      all: [order]\n      at_least: 1\n      of: [stock, price]",
    )
    .replace(
        "    stock: { from: stock.find }",
        "    stock: { from: stock.find }\n    price: { from: stock.find }",
    )
}

#[test]
fn a_fact_that_may_be_missing_asks_where_it_is() {
    let params = json!({ "order_id": "o1", "amount": 5, "currency": "EUR" });
    let order = |more: Value| {
        let mut order = json!({ "id": "o1", "customer": { "id": "c1" }, "currency": "EUR", "paid": true, "total": 500, "region": "US" });
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        order
    };
    let facts = |more: Value, items: &[&str]| {
        let read = seen("order", 1, json!({ "order_id": "o1" }), order(more));
        let others = items.iter().map(|item| seen(item, 2, json!({}), json!([1])));
        RunFacts { seen: [read].into_iter().chain(others).collect(), ..RunFacts::default() }
    };
    let both: &[&str] = &["stock", "price"];
    let table = [
        ("missing: [price]", json!({}), both, None),
        ("missing: [price]", json!({}), &["stock"][..], Some("price is missing")),
        ("missing: [order:/phone]", json!({ "phone": "1" }), both, None),
        ("missing: [order:/phone]", json!({ "phone": null }), both, Some("order:/phone is missing")),
        (
            "missing: [params:/note, order:/phone, price]",
            json!({}),
            &["stock"],
            Some("params:/note is missing, order:/phone is missing, price is missing"),
        ),
    ];
    for (trigger, more, items, expect) in table {
        let contract = compiled(&choosing(trigger), POLICY);
        let assessment = assess(&contract, "order.refund", &params, &facts(more, items));
        let asks: Vec<_> = assessment.asks.iter().map(|ask| ask.because.as_str()).collect();
        let because = expect.map(|seen| format!("Large refunds need a person. ({seen})"));
        assert_eq!(asks, because.iter().collect::<Vec<_>>(), "{trigger}");
        assert!(assessment.evidence_objection.is_none(), "{assessment:?}");
    }
    // What a rule looks at is a part of the fact: when it moves, an approval is void.
    let moved = |trigger: &str| {
        let contract = compiled(&choosing(trigger), POLICY);
        let moved = contract.moved(
            &"order.refund".into(),
            &"order".into(),
            &order(json!({ "phone": "1" })),
            &order(json!({})),
        );
        moved.iter().map(|moved| moved.pointer.clone()).collect::<Vec<_>>()
    };
    assert_eq!(moved("missing: [order:/phone]"), ["/phone"]);
    assert!(moved("missing: [price]").is_empty());
}

#[test]
fn a_first_value_is_named_by_tool_place_and_value() {
    let contract = compiled(&with("first_seen: { value: params:/order_id, within: 90d }"), POLICY);
    let refund = |params| {
        let assessment = refund(&contract, &params);
        assert!(assessment.asks.is_empty(), "whether it is new depends on the state");
        let [novelty] = assessment.novelties.as_slice() else { panic!("{assessment:?}") };
        novelty.clone()
    };
    let first = refund(json!({ "order_id": "o1", "amount": 5 }));
    assert_eq!(
        (first.ask.because.as_str(), first.within_ms),
        ("Large refunds need a person. (params:/order_id is \"o1\", new within 90d)", 90 * 86_400_000)
    );
    assert_eq!(first.value, refund(json!({ "amount": 6, "order_id": "o1" })).value);
    assert_ne!(first.value, refund(json!({ "order_id": "o2", "amount": 5 })).value);
    assert_ne!(first.value, refund(json!({ "amount": 5 })).value);
}

#[test]
fn triggers() {
    let wrong = [
        "usual: [amount]",
        "usual: {}",
        "usual: { amount: 5 }",
        "usual: { amount: .. }",
        "usual: { amount: 9..1 }",
        "usual: { amount: 1..a }",
        "usual: { amount: [] }",
        "usual: { amuont: 1..9 }",
        "first_seen: params:/order_id",
        "first_seen: { value: params:/order_id }",
        "first_seen: { value: params:/order_id, within: 90 }",
        "first_seen: { value: params:/account, within: 90d }",
        "first_seen: { value: order:/id, within: 90d }",
        "missing: params:/note",
        "missing: []",
        "missing: [note]",
        "missing: [params:/notes]",
        "missing: [result:/id, order:id, Order]",
        "missing: [order, ordre:/phone, ghost:/x]",
        "missing: [order:/region]",
        "because_of: nothing",
        "when: context.params.amount > 100\n      missing: [params:/note]",
    ];
    let edits: Vec<(&str, &str)> = wrong.iter().map(|wrong| ("", *wrong)).collect();
    insta::assert_snapshot!("triggers", account(&edits, |_, to| compile(&with(to), POLICY)));
}

#[test]
fn a_rule_and_a_policy_have_ids_of_their_own() {
    let policy = edited(POLICY, "@id(\"refund\")", "@id(\"large\")");
    let said = compile(YAML, &policy).unwrap_err().iter().map(ToString::to_string).collect::<String>();
    assert!(said.contains("rule id `large` is also the id of a policy"), "{said}");
}
