//! Tolerances, independent sources and the tool servers' own time.

use proptest::prelude::*;
use remit_core::Timestamp;
use serde_json::json;

use super::*;
use crate::{
    compiled::tests::{assess, seen},
    tests::{POLICY, YAML, compiled, edited},
};

/// What the evidence clause objects to in a refund of this amount, under an edited contract.
fn objection(edit: (&str, &str), amount: &Value, facts: &RunFacts) -> String {
    let contract = compiled(&edited(YAML, edit.0, edit.1), POLICY);
    let params = json!({ "order_id": "o1", "amount": amount, "currency": "EUR" });
    let assessment = assess(&contract, "order.refund", &params, facts);
    assessment.evidence_objection.map_or("content".to_owned(), |it| format!("{}: {}", it.reason, it.detail))
}

fn order(more: &Value) -> Value {
    let mut order = json!({
        "id": "o1", "customer": { "id": "c1" }, "currency": "EUR", "paid": true, "total": 500, "region": "US",
    });
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    order
}

fn facts(order: Value) -> RunFacts {
    let seen = vec![
        seen("order", 1, json!({ "order_id": "o1" }), order),
        seen("stock", 2, json!({}), json!({ "n": 1 })),
    ];
    RunFacts { seen, ..RunFacts::default() }
}

#[test]
fn values_within_a_tolerance_agree() {
    let table = [
        ("0.01", json!(10), json!(10.01), true),
        ("0.01", json!(10), json!(10.02), false),
        ("0.01", json!("10.00"), json!(10.01), true),
        ("0.01", json!(10.01), json!("9.999"), false),
        ("0", json!("10.0"), json!(10), true),
        ("0", json!(0.1), json!("0.10"), true),
        ("0.1", json!(0.3), json!(0.2), true),
        ("5", json!("ten"), json!(10), false),
        ("5", json!(1e300), json!(1e300), false),
        ("5", json!(null), json!(1), false),
        ("5", json!(true), json!(1), false),
    ];
    for (within, left, right, agree) in table {
        let line = format!("{{ of: [order:/a, order:/b], within: {within} }}");
        let facts = facts(order(&json!({ "a": left, "b": right })));
        let said = objection(("[params:/currency, order:/currency]", &line), &json!(50), &facts);
        assert_eq!(said == "content", agree, "{left} {right} within {within}: {said}");
        assert!(agree || said.starts_with("evidence_conflict: `order:/"), "{said}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Cents are compared as cents, whatever a double makes of them.
    #[test]
    fn a_tolerance_is_exact(cents in 0_i64..100_000_000, apart in 0_i64..4, within in 0_i64..4) {
        let amount = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
        let number = |cents: i64| serde_json::from_str::<Value>(&amount(cents)).unwrap();
        let sources = [Source::Params(Pointer::to_key("a")), Source::Params(Pointer::to_key("b"))];
        let (left, right) = (number(cents), number(cents.saturating_add(apart)));
        let values = [(&sources[0], Some(&left)), (&sources[1], Some(&right))];
        let objects = super::apart(&values, Decimal::new(within, 2)).is_some();
        prop_assert_eq!(objects, within < apart);
    }
}

/// An item of a tool, which must say its amount.
fn source(item: &str, from: &str) -> Wanted {
    Wanted {
        item: item.into(),
        from: from.into(),
        matching: Vec::new(),
        fresh_for_ms: None,
        as_of: None,
        require: vec![Pointer::to_key("amount")],
        looked_at: LookedAt::All,
        one_of: Some(OneOf { source: from.split('.').next().unwrap().to_owned(), spare: true }),
    }
}

#[test]
fn independent_sources() {
    let amount = |item: &str| Source::Item(item.into(), Pointer::to_key("amount"));
    let needs = Needs {
        rule: "evidence.needs.pay".to_owned(),
        at_least: Some((
            2,
            vec![source("bank", "bank.get"), source("ledger", "ledger.get"), source("copy", "bank.get")],
        )),
        agree: vec![Agree {
            rule: "agree[0]".to_owned(),
            values: vec![amount("bank"), amount("ledger")],
            within: None,
        }],
        ..Needs::default()
    };
    let (yes, gap) = (json!({ "amount": 5 }), json!({ "amount": null }));
    let two = "2 independent sources are needed and ";
    // Also what was read and does not count is named with its digest and when it was read.
    let gapped: String =
        seen("ledger", 1, json!({}), gap.clone()).digest.to_string().chars().take(8).collect();
    let gapped = format!(
        "`ledger` (read at 1970-01-01T00:00:00Z, {gapped}) lacks `/amount` (`evidence.items.ledger.require`); `copy` has not"
    );
    let table: [(&[(&str, &Value)], String); 6] = [
        (&[("bank", &yes), ("ledger", &yes)], String::new()),
        (&[("copy", &yes), ("ledger", &yes)], String::new()),
        (
            &[("bank", &yes), ("copy", &yes)],
            format!("{two}1 was seen; `ledger` has not been read in this run: call `ledger.get` first"),
        ),
        (&[("bank", &yes), ("ledger", &gap)], format!("{two}1 was seen; {gapped}")),
        (&[], format!("{two}0 were seen; `bank` has not been read")),
        (
            &[("bank", &yes), ("ledger", &json!({ "amount": 6 }))],
            "`bank:/amount` is 5, but `ledger:/amount` is 6".to_owned(),
        ),
    ];
    for (number, (items, expect)) in table.into_iter().enumerate() {
        let seen = items.iter().map(|(item, value)| seen(item, 1, json!({}), (*value).clone())).collect();
        let facts = RunFacts { seen, ..RunFacts::default() };
        let found = needs.find(&json!({}), &facts, &[]);
        let said = found.objection.map(|it| it.detail).unwrap_or_default();
        assert!(said.starts_with(&expect) && said.is_empty() == expect.is_empty(), "{number}: {said}");
        assert_eq!(
            said.ends_with(" (`evidence.needs.pay.at_least`)"),
            expect.starts_with(two),
            "{number}: {said}"
        );
    }
}

#[test]
fn a_tool_servers_own_time() {
    let edit = ("      fresh_for: 10m", "      fresh_for: 10m\n      as_of: /at");
    // The order is seen one microsecond after the epoch.
    let table = [
        (json!("1969-12-31T23:59:00Z"), "content"),
        (json!("1970-01-01T00:00:05Z"), "content"),
        (json!("1970-01-01T01:00:00+01:00"), "content"),
        (
            json!("1970-01-01T00:00:06Z"),
            "evidence_incomplete: `order` has a time in `/at` that has not come yet",
        ),
        (
            json!("yesterday"),
            "evidence_incomplete: `order` has no time of RFC 3339 in `/at` but \"yesterday\"",
        ),
        (json!(1), "evidence_incomplete: `order` has no time of RFC 3339 in `/at` but 1"),
        (json!(null), "evidence_incomplete: `order` lacks `/at`"),
    ];
    for (at, expect) in table {
        let facts = facts(order(&json!({ "at": at })));
        let said = objection(edit, &json!(50), &facts);
        assert!(said.starts_with(expect), "{at}: {said}");
    }
    let contract = compiled(&edited(YAML, edit.0, edit.1), POLICY);
    let params = json!({ "order_id": "o1", "amount": 50, "currency": "EUR" });
    let facts = facts(order(&json!({ "at": "1969-12-31T23:59:00Z" })));
    let used = &assess(&contract, "order.refund", &params, &facts).evidence[0];
    assert_eq!(used.as_of, Some(Timestamp::from_micros(-60_000_000)));
}
