//! Sufficiency: independent sources are upstreams, policies may look at what may be there, workflows can reach it.

use remit_core::{OneOf, PolicyVerdict};
use serde_json::json;

use super::{POLICY, YAML, account, compiled, edited};
use crate::{
    RunFacts, compile,
    compiled::tests::{assess, order, refund, seen},
};

/// The good document with two more facts of one upstream and one of another, of which two sources are needed.
fn with_choice() -> String {
    let items = edited(
        YAML,
        "    stock: { from: stock.find }\n",
        "    stock: { from: stock.find }\n    price: { from: price.find, fresh_for: 1m, require: [/amount] }\n    bank: { from: bank.find, fresh_for: 1m, require: [/amount] }\n",
    );
    let needs = edited(
        &items,
        "      all: [order, stock]",
        "      all: [order]\n      at_least: 2\n      of: [stock, price, bank]",
    );
    let scope = edited(
        &needs,
        "    stock.find: read\n",
        "    stock.find: read\n    price.find: read\n    bank.find: read\n",
    );
    let tool = |name: &str, upstream: &str| {
        format!(
            "    {name}:\n      upstream: {upstream}\n      request: GET /{name}\n      input: {{ type: object, additionalProperties: false, properties: {{}} }}\n"
        )
    };
    let tools = format!("  tools:\n{}{}", tool("price.find", "api"), tool("bank.find", "mail"));
    edited(&scope, "  tools:\n    order.get", &format!("{tools}    order.get"))
}

fn policies() -> String {
    edited(
        POLICY,
        "[Action::\"order.get\", Action::\"stock.find\"]",
        "[Action::\"order.get\", Action::\"stock.find\", Action::\"price.find\", Action::\"bank.find\"]",
    )
}

#[test]
fn an_upstream_is_one_source() {
    let edits = [
        ("of: [stock, price, bank]", "of: [stock, price, bank]"),
        ("of: [stock, price, bank]", "of: [stock, price]"),
        ("at_least: 2", "at_least: 3"),
        (
            "  escalate:\n",
            "  workflows:\n    poor: { actions: [order.get, order.refund, stock.find, price.find] }\n  escalate:\n",
        ),
        (
            "  escalate:\n",
            "  workflows:\n    rich: { actions: [order.get, order.refund, stock.find, bank.find] }\n  escalate:\n",
        ),
        // What may be absent is asked for first.
        ("when: context.params.amount > 100", "when: context.evidence.price.amount > 100"),
        (
            "when: context.params.amount > 100",
            "when: context.evidence has price && context.evidence.price.amount > 100",
        ),
        ("when: context.params.amount > 100", "when: context.evidence has prize"),
    ];
    let yaml = with_choice();
    insta::assert_snapshot!(account(&edits, |from, to| compile(&edited(&yaml, from, to), &policies())));
}

#[test]
fn a_policy_sees_what_is_there() {
    let yaml = edited(
        &with_choice(),
        "when: context.params.amount > 100",
        "when: context.evidence has bank && context.evidence.bank.amount > 100",
    );
    let contract = compiled(&yaml, &policies());
    let fact = |item: &str, number| seen(item, number, json!({}), json!({ "amount": 500 }));
    let first = seen("order", 1, json!({ "order_id": "o1" }), order());
    // Items, whether the rule asks, and whether each may be old: those that a rule looks at may not.
    let spare = |source: &str| Some(OneOf { source: source.to_owned(), spare: true });
    let watched = Some(OneOf { source: "mail".to_owned(), spare: false });
    let table = [
        (vec!["stock", "price", "bank"], true, vec![None, spare("api"), spare("api"), watched.clone()]),
        (vec!["price", "bank"], true, vec![None, spare("api"), watched]),
        (vec!["stock", "price"], false, vec![None, spare("api"), spare("api")]),
    ];
    for (items, asks, one_of) in table {
        let more = items.iter().zip(2..).map(|(item, number)| fact(item, number));
        let facts =
            RunFacts { seen: [first.clone()].into_iter().chain(more).collect(), ..RunFacts::default() };
        let assessment = assess(&contract, "order.refund", &refund(), &facts);
        assert_eq!(assessment.asks.len() == 1, asks, "{items:?}");
        assert_eq!(assessment.at_least, Some(2));
        let found: Vec<_> = assessment.evidence.iter().map(|used| used.one_of.clone()).collect();
        assert_eq!(found, one_of, "{items:?}");
        let few = assessment.evidence_objection.map(|it| it.detail);
        assert_eq!(few.is_some(), items == ["stock", "price"], "{few:?}");
        assert!(!matches!(&assessment.policy, PolicyVerdict::Object(it) if it.detail.contains("error")));
    }
}
