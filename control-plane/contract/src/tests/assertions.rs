//! What the service says itself: how a contract asks for it, and that it never suffices alone.

use remit_core::{Assertion, CanonicalJson, Reason};
use serde_json::{Value, json};

use super::{POLICY, YAML, account, compiled, edited};
use crate::{
    RunFacts, compile,
    compiled::tests::{facts, order, proposal, refund},
};

/// The good document, whose refund needs a ticket as well.
fn with_ticket() -> String {
    let items = edited(
        YAML,
        "    stock: { from: stock.find }\n",
        "    stock: { from: stock.find }\n    ticket: { asserted: true, require: [/number, /order] }\n",
    );
    let needs = edited(&items, "      all: [order, stock]", "      all: [order, stock, ticket]");
    edited(
        &needs,
        "        - [params:/currency, order:/currency]",
        "        - [params:/currency, order:/currency]\n        - [params:/order_id, ticket:/order]",
    )
}

#[test]
fn malformed_assertions() {
    let item = "    ticket: { asserted: true, require: [/number, /order] }";
    let all = "      all: [order, stock, ticket]";
    let edits = [
        (item, "    ticket: { asserted: yes, require: [/number, /order] }"),
        (item, "    ticket: { asserted: false, require: [/number, /order] }"),
        (item, "    ticket: { asserted: true, from: order.get, fresh_for: 10m, require: [/number] }"),
        (item, "    ticket: { asserted: true, requires: [/number] }"),
        (item, "    ticket: { assert: true, require: [/number] }"),
        (item, "    request: { asserted: true, require: [/number, /order] }"),
        (all, "      all: [ticket]"),
        (all, "      all: []\n      at_least: 1\n      of: [ticket]"),
        (all, "      all: [order, stock]\n      at_least: 1\n      of: [ticket]"),
        ("  needs:\n", "  origin: { order.refund: { /note: [ticket] } }\n  needs:\n"),
        ("when: context.params.amount > 100", "when: context.evidence.ticket.number > 100"),
        ("when: context.params.amount > 100", "when: context.evidence has ticket"),
    ];
    let yaml = with_ticket();
    insta::assert_snapshot!(account(&edits, |from, to| compile(&edited(&yaml, from, to), POLICY)));
}

fn said(item: &str, content: &Value) -> Assertion {
    let content = CanonicalJson::from_value(content).unwrap();
    Assertion { item: item.into(), source: "urn:ticket:7".parse().unwrap(), content }
}

/// What the evidence clause says of a refund with these assertions.
fn verdict(yaml: &str, asserted: &[Assertion], facts: &RunFacts) -> String {
    let mut proposal = proposal("order.refund", &refund());
    proposal.asserted = asserted.to_vec();
    let assessment = compiled(yaml, POLICY).assess(&proposal, &refund(), facts);
    let cited: Vec<&str> = assessment.evidence.iter().map(|used| used.item.as_str()).collect();
    assert!(!cited.contains(&"ticket"), "what is said is no evidence: {cited:?}");
    let objection = assessment.evidence_objection.map(|it| (it.reason, it.detail));
    objection.map_or("content".to_owned(), |(reason, detail)| format!("{reason}: {detail}"))
}

#[test]
fn what_must_be_said() {
    let ticket = |content: Value| said("ticket", &content);
    let good = ticket(json!({ "number": 7, "order": "o1" }));
    let table = [
        (vec![good.clone()], "content"),
        (vec![], "assertion_missing: `ticket` is not said with the call (`evidence.needs.order.refund.all`)"),
        (
            vec![ticket(json!({ "order": "o1" }))],
            "assertion_missing: `ticket` lacks `/number` (`evidence.items.ticket.require`)",
        ),
        (
            vec![ticket(json!({ "number": null, "order": null }))],
            "assertion_missing: `ticket` lacks `/number`, `/order` (`evidence.items.ticket.require`)",
        ),
        (
            vec![ticket(json!({ "number": 7, "order": "o2" }))],
            "evidence_conflict: `params:/order_id` is \"o1\", but `ticket:/order` is \"o2\" (`evidence.needs.order.refund.agree[1]`)",
        ),
        // A fact is not replaced by saying it, and nothing is said that nobody asked for.
        (
            vec![good.clone(), said("order", &json!({ "total": 9_000 }))],
            "assertion_refused: `order` is nothing that the service may say here (`evidence.needs.order.refund.all`)",
        ),
        (
            vec![said("mood", &json!({})), good.clone()],
            "assertion_refused: `mood` is nothing that the service may say here (`evidence.needs.order.refund.all`)",
        ),
    ];
    for (asserted, expect) in table {
        assert_eq!(verdict(&with_ticket(), &asserted, &facts(order())), expect, "{asserted:?}");
    }
    // Said in full, and nothing was read.
    let everything = [good.clone(), said("order", &order()), said("stock", &json!([1]))];
    let alone = verdict(&with_ticket(), &everything, &RunFacts::default());
    assert!(alone.starts_with(Reason::EvidenceMissing.code()), "{alone}");
    let unasked = verdict(YAML, &[good], &facts(order()));
    assert!(
        unasked.starts_with("assertion_refused: `ticket` is nothing that the service may say here ("),
        "{unasked}"
    );
}
