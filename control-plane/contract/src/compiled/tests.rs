//! Assessments: what each clause says of a call, given what its run has seen.

use std::sync::Arc;

use remit_core::{
    ActionId, Ask, Assessment, CanonicalJson, Digest, PolicyVerdict, Proposal, RunId, Timestamp,
    proposal::{Channel, Mode},
};
use serde_json::{Value, json};

use crate::{
    CompiledContract, RunFacts, Seen,
    tests::{POLICY, YAML, compiled, edited},
};

/// The id whose text ends with the number.
fn action(number: u8) -> ActionId {
    format!("act_{number:032x}").parse().unwrap()
}

/// A call of a tool.
pub(crate) fn proposal(tool: &str, params: &Value) -> Proposal {
    Proposal {
        action: action(99),
        run: format!("{}_{:032x}", RunId::PREFIX, 1).parse().unwrap(),
        tool: tool.into(),
        params: CanonicalJson::from_value(params).unwrap(),
        key: None,
        channel: Channel::Mcp,
        mode: Mode::Execute,
        principal: "shop".to_owned(),
        asserted: Vec::new(),
        stands_in: None,
    }
}

/// One attested result.
pub(crate) fn seen(item: &str, number: u8, params: Value, value: Value) -> Seen {
    Seen {
        item: item.into(),
        action: action(number),
        observed_at: Timestamp::from_micros(i64::from(number)),
        digest: Digest::of(value.to_string().as_bytes()),
        params: Arc::new(params),
        value: Arc::new(value),
    }
}

/// An order that may be refunded.
pub(crate) fn order() -> Value {
    json!({ "id": "o1", "customer": { "id": "c1" }, "currency": "EUR", "paid": true, "total": 500, "region": "US" })
}

pub(crate) fn facts(order: Value) -> RunFacts {
    RunFacts {
        seen: vec![
            seen("order", 1, json!({ "order_id": "o1" }), order),
            seen("stock", 2, json!({}), json!([1])),
        ],
        ..RunFacts::default()
    }
}

pub(crate) fn refund() -> Value {
    json!({ "order_id": "o1", "amount": 50, "currency": "EUR" })
}

/// The assessment of one call.
pub(crate) fn assess(
    contract: &CompiledContract,
    tool: &str,
    params: &Value,
    facts: &RunFacts,
) -> Assessment {
    contract.assess(&proposal(tool, params), params, facts)
}

/// The good contract's assessment of a refund.
fn refunded(params: &Value, facts: &RunFacts) -> Assessment {
    assess(&compiled(YAML, POLICY), "order.refund", params, facts)
}

/// Every objection in one text.
pub(crate) fn said(assessment: &Assessment) -> String {
    let objection = |objection: &Option<remit_core::Objection>| {
        objection
            .as_ref()
            .map_or("content".to_owned(), |objection| format!("{}: {}", objection.reason, objection.detail))
    };
    let policy = match &assessment.policy {
        PolicyVerdict::Permit { policies } => format!("permit by {}", policies.join(", ")),
        PolicyVerdict::Escalate { policies, asks } => {
            format!("escalate by {} to {}", policies.join(", "), names(asks))
        }
        PolicyVerdict::Object(objection) => format!("{}: {}", objection.reason, objection.detail),
    };
    format!(
        "evidence {}\npolicy   {policy}\ntooling  {}\nasks     {}\neffect   {}",
        objection(&assessment.evidence_objection),
        objection(&assessment.tooling_objection),
        names(&assessment.asks),
        assessment.effect.as_deref().unwrap_or("none"),
    )
}

fn names(asks: &[Ask]) -> String {
    if asks.is_empty() {
        return "nobody".to_owned();
    }
    asks.iter().map(|ask| format!("{}/{}x{}", ask.rule, ask.to, ask.quorum)).collect::<Vec<_>>().join(", ")
}

/// The refund with changes to the parameters and to the order that was seen.
fn case(params: Value, order_changes: Value) -> String {
    let merge = |mut base: Value, changes: Value| {
        for (key, value) in changes.as_object().unwrap() {
            base[key] = value.clone();
        }
        base
    };
    said(&refunded(&merge(refund(), params), &facts(merge(order(), order_changes))))
}

#[test]
fn everything_is_in_order() {
    let assessment = refunded(&refund(), &facts(order()));
    insta::assert_snapshot!(said(&assessment), @r"
    evidence content
    policy   permit by refund
    tooling  content
    asks     nobody
    effect   refund:o1
    ");
    let uses: Vec<_> =
        assessment.evidence.iter().map(|used| (used.item.as_str(), used.action, used.fresh_for_ms)).collect();
    assert_eq!(uses, [("order", action(1), Some(600_000)), ("stock", action(2), None)]);
}

#[test]
fn the_newest_matching_result_counts() {
    let mut facts = facts(order());
    facts.seen.push(seen("order", 7, json!({ "order_id": "o1" }), order()));
    facts.seen.push(seen("order", 8, json!({ "order_id": "o2" }), order()));
    facts.seen.push(seen("order", 9, json!({}), order()));
    assert_eq!(refunded(&refund(), &facts).evidence[0].action, action(7));
}

#[test]
fn evidence_objections() {
    let absent = said(&refunded(&refund(), &RunFacts::default()));
    insta::assert_snapshot!(absent, @r#"
    evidence evidence_missing: `order` has not been read in this run: call `order.get` with order_id = "o1" first; `stock` has not been read in this run: call `stock.find` first (`evidence.needs.order.refund.all`)
    policy   evidence_missing: so the policies cannot be evaluated (error while evaluating policy `eu-review`: record does not have the attribute `order`; error while evaluating policy `not-more-than-paid`: record does not have the attribute `order`; error while evaluating policy `refund`: record does not have the attribute `order`)
    tooling  content
    asks     nobody
    effect   refund:o1
    "#);
    insta::assert_snapshot!(case(json!({ "order_id": "o2" }), json!({})), @r#"
    evidence evidence_missing: `order` has not been read in this run: call `order.get` with order_id = "o2" first (`evidence.needs.order.refund.all`)
    policy   evidence_missing: so the policies cannot be evaluated (error while evaluating policy `eu-review`: record does not have the attribute `order`; error while evaluating policy `not-more-than-paid`: record does not have the attribute `order`; error while evaluating policy `refund`: record does not have the attribute `order`)
    tooling  content
    asks     nobody
    effect   refund:o2
    "#);
    insta::assert_snapshot!(case(json!({}), json!({ "id": null, "customer": {} })), @r"
    evidence evidence_incomplete: `order` lacks `/id`, `/customer/id` (`evidence.items.order.require`)
    policy   permit by refund
    tooling  content
    asks     nobody
    effect   refund:o1
    ");
    insta::assert_snapshot!(case(json!({ "currency": "USD" }), json!({})), @r#"
    evidence evidence_conflict: `params:/currency` is "USD", but `order:/currency` is "EUR" (`evidence.needs.order.refund.agree[0]`)
    policy   permit by refund
    tooling  content
    asks     nobody
    effect   refund:o1
    "#);
    insta::assert_snapshot!(case(json!({}), json!({ "currency": null })), @r#"
    evidence evidence_conflict: `params:/currency` is "EUR", but `order:/currency` is nothing (`evidence.needs.order.refund.agree[0]`)
    policy   permit by refund
    tooling  content
    asks     nobody
    effect   refund:o1
    "#);
    insta::assert_snapshot!(case(json!({}), json!({ "currency": "x".repeat(500) })), @r#"
    evidence evidence_conflict: `params:/currency` is "EUR", but `order:/currency` is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… (`evidence.needs.order.refund.agree[0]`)
    policy   permit by refund
    tooling  content
    asks     nobody
    effect   refund:o1
    "#);
}

#[test]
fn numbers_agree_by_value() {
    let yaml = edited(YAML, "[params:/currency, order:/currency]", "[params:/amount, order:/total]");
    let contract = compiled(&yaml, POLICY);
    let say = |amount: Value| {
        let mut params = refund();
        params["amount"] = amount;
        assess(&contract, "order.refund", &params, &facts(order())).evidence_objection.is_none()
    };
    assert!(say(json!(500)));
    assert!(say(json!(500.0)));
    assert!(!say(json!(501)));
    assert!(!say(json!("500")));
}

#[test]
fn schema_violations_name_pointer_found_and_accepted() {
    insta::assert_snapshot!(case(json!({ "amount": 0, "currency": "euro" }), json!({})), @r#"
    evidence evidence_conflict: `params:/currency` is "euro", but `order:/currency` is "EUR" (`evidence.needs.order.refund.agree[0]`)
    policy   permit by refund
    tooling  parameters_invalid: `/amount`: 0 is less than the minimum of 1; `/currency`: "euro" does not match "^[A-Z]{3}$"
    asks     nobody
    effect   refund:o1
    "#);
    insta::assert_snapshot!(case(json!({ "at": "yesterday", "extra": 1 }), json!({})), @r#"
    evidence content
    policy   permit by refund
    tooling  parameters_invalid: `/at`: "yesterday" is not a "date-time"; the parameters: Additional properties are not allowed ('extra' was unexpected)
    asks     nobody
    effect   refund:o1
    "#);
    insta::assert_snapshot!(case(json!({ "order_id": ["o1"] }), json!({})), @r#"
    evidence evidence_missing: `order` has not been read in this run: call `order.get` with order_id = ["o1"] first (`evidence.needs.order.refund.all`)
    policy   evidence_missing: so the policies cannot be evaluated (error while evaluating policy `eu-review`: record does not have the attribute `order`; error while evaluating policy `not-more-than-paid`: record does not have the attribute `order`; error while evaluating policy `refund`: record does not have the attribute `order`)
    tooling  parameters_invalid: `/order_id`: ["o1"] is not of type "string"
    asks     nobody
    effect   none
    "#);
    let params = json!("all of it");
    insta::assert_snapshot!(said(&refunded(&params, &facts(order()))), @r#"
    evidence evidence_missing: `order` has not been read in this run: call `order.get` with order_id = nothing first (`evidence.needs.order.refund.all`)
    policy   evidence_missing: so the policies cannot be evaluated (error while evaluating policy `large`: record does not have the attribute `amount`)
    tooling  parameters_invalid: the parameters: "all of it" is not of type "object"
    asks     nobody
    effect   none
    "#);
}

#[test]
fn policy_verdicts() {
    // Forbidden outright: an escalating forbid that fires too changes nothing.
    insta::assert_snapshot!(case(json!({ "amount": 501 }), json!({ "region": "EU" })), @r"
    evidence content
    policy   policy_forbids: `not-more-than-paid`
    tooling  content
    asks     large/riskx1
    effect   refund:o1
    ");
    // Only liftable forbids: a person may say yes.
    insta::assert_snapshot!(case(json!({}), json!({ "region": "EU" })), @r"
    evidence content
    policy   escalate by eu-review to eu-review/eux2
    tooling  content
    asks     nobody
    effect   refund:o1
    ");
    // Lifting would not help where nothing permits.
    insta::assert_snapshot!(case(json!({}), json!({ "region": "EU", "paid": false })), @r"
    evidence content
    policy   no_permit: none of its policies permits it
    tooling  content
    asks     nobody
    effect   refund:o1
    ");
    insta::assert_snapshot!(case(json!({}), json!({ "paid": false })), @r"
    evidence content
    policy   no_permit: none of its policies permits it
    tooling  content
    asks     nobody
    effect   refund:o1
    ");
    // What is of another type than the policies were checked with is not compared at all: `==` would be false,
    // and a forbid asleep.
    insta::assert_snapshot!(case(json!({}), json!({ "total": "much" })), @r#"
    evidence content
    policy   policy_error: `order:/total` is "much", but the policies take it for a whole number
    tooling  content
    asks     nobody
    effect   refund:o1
    "#);
    insta::assert_snapshot!(case(json!({}), json!({ "region": ["EU"] })), @r#"
    evidence content
    policy   policy_error: `order:/region` is ["EU"], but the policies take it for text
    tooling  content
    asks     nobody
    effect   refund:o1
    "#);
    // Cedar has no fractions.
    insta::assert_snapshot!(case(json!({}), json!({ "total": 500.5 })), @r"
    evidence content
    policy   policy_error: `order:/total` is 500.5, but the policies take it for a whole number
    tooling  content
    asks     nobody
    effect   refund:o1
    ");
    insta::assert_snapshot!(case(json!({}), json!({ "total": 500.0 })), @r"
    evidence content
    policy   permit by refund
    tooling  content
    asks     nobody
    effect   refund:o1
    ");
}

#[test]
fn rules_of_the_scope_ask() {
    insta::assert_snapshot!(case(json!({ "amount": 101 }), json!({})), @r"
    evidence content
    policy   permit by refund
    tooling  content
    asks     large/riskx1
    effect   refund:o1
    ");
}

#[test]
fn what_cannot_be_evaluated_denies() {
    // Cedar would skip a forbid that overflows, and a permit is there.
    let large = json!({ "order_id": "o1", "amount": 9_000_000_000_000_u64, "currency": "EUR" });
    let policy = edited(POLICY, "context.params.amount >", "context.params.amount * 9000000000000 <");
    let contract = compiled(YAML, &policy);
    insta::assert_snapshot!(said(&assess(&contract, "order.refund", &large, &facts(order()))), @r"
    evidence content
    policy   policy_error: error while evaluating policy `not-more-than-paid`: integer overflow while attempting to multiply the values `9000000000000` and `9000000000000`
    tooling  content
    asks     large/riskx1
    effect   refund:o1
    ");
    // Nor does a rule of the scope ask nobody.
    let yaml = edited(YAML, "context.params.amount > 100", "context.params.amount * 9000000000000 < 0");
    let contract = compiled(&yaml, POLICY);
    insta::assert_snapshot!(said(&assess(&contract, "order.refund", &large, &facts(order()))), @r"
    evidence content
    policy   policy_error: error while evaluating policy `large`: integer overflow while attempting to multiply the values `9000000000000` and `9000000000000`
    tooling  content
    asks     nobody
    effect   refund:o1
    ");
}

#[test]
fn tools_that_the_service_may_not_call_are_permitted_by_nobody() {
    let contract = compiled(YAML, POLICY);
    for tool in ["order.unrefund", "order.destroy"] {
        let assessment = assess(&contract, tool, &json!({ "refund_id": "r1" }), &RunFacts::default());
        let PolicyVerdict::Object(objection) = &assessment.policy else { panic!("{:?}", assessment.policy) };
        assert_eq!(objection.reason, remit_core::Reason::NoPermit);
    }
}

#[test]
fn no_policies_mean_no() {
    insta::assert_snapshot!(said(&assess(&compiled(YAML, ""), "order.refund", &refund(), &facts(order()))), @r"
    evidence content
    policy   no_permit: none of its policies permits it
    tooling  content
    asks     nobody
    effect   refund:o1
    ");
}

#[test]
fn effects_keep_their_parameters_apart() {
    let effect = |id: &str| {
        refunded(&json!({ "order_id": id, "amount": 1, "currency": "EUR" }), &facts(order())).effect
    };
    assert_eq!(effect("o1").as_deref(), Some("refund:o1"));
    assert_eq!(effect("o1:2").as_deref(), Some("refund:o1%3A2"));
}

#[test]
fn results_become_evidence_and_undo() {
    let contract = compiled(YAML, POLICY);
    assert_eq!(contract.evidence_of(&"order.get".into()), ["order".into()]);
    assert!(contract.evidence_of(&"order.refund".into()).is_empty());

    let undo = |result: Value| {
        contract.undo_call(&"order.refund".into(), &refund(), &result, Timestamp::from_micros(0))
    };
    let call = undo(json!({ "refund": { "id": "r1" } })).unwrap();
    assert_eq!((call.tool.as_str(), call.params.as_str()), ("order.unrefund", r#"{"refund_id":"r1"}"#));
    assert_eq!(call.until, Timestamp::from_micros(72 * 3_600 * 1_000_000));
    // What the compensating tool would refuse is no compensation.
    assert_eq!(undo(json!({ "refund": { "id": 1 } })), None);
    assert_eq!(undo(json!({ "refund": {} })), None);
    assert_eq!(contract.undo_call(&"mail.send".into(), &json!({}), &json!({}), Timestamp::default()), None);
}

#[test]
fn upstreams_resolve_their_variables() {
    let contract = compiled(YAML, POLICY);
    let address = |name: &str| {
        contract.upstreams()[name]
            .address(|variable| (variable == "API_URL").then(|| "http://localhost:1/".to_owned()))
    };
    assert_eq!(address("api").as_deref(), Ok("http://localhost:1"));
    assert_eq!(address("mail").as_deref(), Ok("https://mail.example/v2"));
    assert_eq!(contract.upstreams()["api"].address(|_| None), Err("API_URL".to_owned()));
}
