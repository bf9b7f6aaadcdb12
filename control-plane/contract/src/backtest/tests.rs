//! Backtests: a record made by playing scenarios, decided again under edited drafts.

use proptest::prelude::*;
use remit_core::{Event, Timestamp};

use super::*;
use crate::{
    scenario::recorded,
    tests::{POLICY, YAML, compiled, edited},
};

/// What a little shop does on one day: a refund that is paid, one that is held and approved, one that is denied.
const DAY: &str = "suite: A day
given:
  people: { ben: [group:risk] }
  tools:
    order.get: [{ result: { id: o1, customer: { id: c1 }, currency: EUR, paid: true, total: 500, region: US } }]
    stock.find: [{ result: [1] }]
    order.refund: [{ result: { refund: { id: r1 } } }]
scenarios:
  - id: day
    when:
      - { propose: order.get, with: { order_id: o1 } }
      - { propose: stock.find }
      - { propose: order.refund, as: over, with: { order_id: o1, amount: 600, currency: EUR }, expect: { outcome: deny } }
      - { wait: 1m }
      - { propose: order.refund, as: large, with: { order_id: o1, amount: 200, currency: EUR }, expect: { outcome: escalate, status: held } }
      - { approve: large, by: ben }
      - { propose: order.refund, as: twice, with: { order_id: o1, amount: 50, currency: EUR }, expect: { outcome: deny } }
";

fn backtested(
    yaml: &str,
    policy: &str,
    record: &[(Timestamp, Event)],
    from: Option<Timestamp>,
) -> Backtested {
    let draft = compiled(yaml, policy);
    let mut backtest = Backtest::new(&draft, from);
    for (at, event) in record {
        backtest.record(*at, event);
    }
    backtest.finish()
}

fn told(found: &Backtested) -> Vec<String> {
    let flips = found.flips.iter();
    flips
        .map(|flip| {
            let Flip { tool, params, before, after, price, .. } = flip;
            format!(
                "{tool} {}: {}/{} -> {}/{} {price}",
                params.as_str(),
                before.outcome,
                before.reason,
                after.outcome,
                after.reason
            )
        })
        .collect()
}

#[test]
fn the_same_contract_flips_nothing() {
    let found = backtested(YAML, POLICY, &recorded(DAY), None);
    assert_eq!((found.decided, told(&found), found.undecided), (5, Vec::new(), Vec::new()));
}

#[test]
fn drafts_flip_what_they_are_about() {
    let over = |price: &str, after: &str| {
        format!(
            r#"order.refund {{"amount":600,"currency":"EUR","order_id":"o1"}}: deny/policy_forbids -> {after} {price}"#
        )
    };
    let large = |after: &str| {
        format!(
            r#"order.refund {{"amount":200,"currency":"EUR","order_id":"o1"}}: escalate/needs_approval -> {after} 0.25"#
        )
    };
    let forbid = "forbid (principal, action == Action::\"order.refund\", resource)\nwhen { context.params.amount > context.evidence.order.total };";
    let milder = edited(POLICY, forbid, &forbid.replace("order.total", "order.total + 1000"));
    let limit = |amount: &str| {
        edited(YAML, "context.params.amount > 100", &format!("context.params.amount > {amount}"))
    };
    let table = [
        // A policy that forbids less: what was denied is now asked about, and with the limit, too, admitted.
        (YAML.to_owned(), milder.clone(), vec![over("0.25", "escalate/needs_approval")]),
        (limit("1000"), milder, vec![over("0.25", "admit/within_contract"), large("admit/within_contract")]),
        (limit("200"), POLICY.to_owned(), vec![large("admit/within_contract")]),
        // A budget that is smaller.
        (edited(YAML, "spend: 0.50", "spend: 0.20"), POLICY.to_owned(), vec![large("deny/spend_exhausted")]),
        // The same fact under another name, and one that did not count as evidence before.
        (
            YAML.replace("    stock: {", "    shelf: {").replace("[order, stock]", "[order, shelf]"),
            POLICY.to_owned(),
            vec![],
        ),
    ];
    let record = recorded(DAY);
    for (yaml, policy, flips) in table {
        let found = backtested(&yaml, &policy, &record, None);
        assert_eq!(told(&found), flips, "{:?}", found.undecided);
        let grave = found.flips.iter().filter(|flip| flip.admits_what_was_refused()).count();
        assert_eq!(
            grave,
            usize::from(flips.first().is_some_and(|flip| flip.contains("deny/policy_forbids -> admit")))
        );
    }
}

#[test]
fn what_was_proposed_before_the_moment_is_not_decided_again_but_counts() {
    let record = recorded(DAY);
    let later = record[0].0.plus_ms(30_000);
    let yaml = edited(YAML, "context.params.amount > 100", "context.params.amount > 1000");
    let found = backtested(&yaml, POLICY, &record, Some(later));
    assert_eq!((found.decided, found.flips.len()), (2, 1), "{:?}", told(&found));
}

/// The day, on which a second large refund is asked for and not let go.
fn refused(by: &str) -> Vec<(Timestamp, Event)> {
    recorded(&edited(
        DAY,
        "      - { approve: large, by: ben }",
        &format!("      - {{ approve: large, by: ben }}
      - {{ start: case-2 }}
      - {{ propose: order.get, with: {{ order_id: p1 }} }}
      - {{ propose: stock.find }}
      - {{ propose: order.refund, as: second, with: {{ order_id: p1, amount: 300, currency: EUR }}, expect: {{ outcome: escalate, status: held }} }}
      - {by}"),
    ))
}

#[test]
fn what_people_refused_was_refused() {
    let yaml = edited(YAML, "context.params.amount > 100", "context.params.amount > 1000");
    let table = [
        ("{ deny: second, by: ben }", Some(EscalationStatus::Denied), 1),
        ("{ wait: 31m }", Some(EscalationStatus::Lapsed), 1),
        ("{ wait: 1m }", Some(EscalationStatus::Pending), 0),
        ("{ approve: second, by: ben }", Some(EscalationStatus::Approved), 0),
    ];
    for (by, answer, grave) in table {
        let found = backtested(&yaml, POLICY, &refused(by), None);
        let second = found.flips.iter().find(|flip| flip.params.as_str().contains("300"));
        assert_eq!(second.map(|flip| flip.answer), Some(answer), "{by}: {:?}", told(&found));
        assert_eq!(found.flips.iter().filter(|flip| flip.admits_what_was_refused()).count(), grave, "{by}");
        // The gravest stand first.
        assert_eq!(found.flips.first().map(Flip::admits_what_was_refused), Some(grave == 1), "{by}");
    }
}

#[test]
fn the_drafts_delegation_stands_for_the_whole_record() {
    let later = edited(YAML, "on: 2026-01-01, until: 2027-01-01", "on: 2031-01-01, until: 2032-01-01");
    let found = backtested(&later, POLICY, &recorded(DAY), None);
    assert_eq!((found.decided, found.beside_delegation, told(&found)), (5, 5, Vec::new()));
    let yaml = edited(&later, "context.params.amount > 100", "context.params.amount > 1000");
    assert_eq!(backtested(&yaml, POLICY, &recorded(DAY), None).flips.len(), 1);
    assert_eq!(backtested(YAML, POLICY, &recorded(DAY), None).beside_delegation, 0);
}

#[test]
fn a_review_is_of_what_must_be_looked_at() {
    let limit = edited(YAML, "context.params.amount > 100", "context.params.amount > 1000");
    let (since, terms) = (Timestamp::default(), compiled(YAML, POLICY));
    let review = |yaml: &str, policy: &str, record: &[(Timestamp, Event)]| {
        backtested(yaml, policy, record, Some(since)).review(terms.terms(), since)
    };
    let (approved, denied) = (refused("{ approve: second, by: ben }"), refused("{ deny: second, by: ben }"));
    let nothing = review(YAML, POLICY, &approved);
    assert_eq!(nothing.grave, 0);
    // What people let go is not for review, however much of it there is.
    assert_eq!(review(&limit, POLICY, &approved), nothing);
    let one = review(&limit, POLICY, &denied);
    assert_eq!(one.grave, 1);
    assert_ne!(one.flips, nothing.flips);
    assert!(one.shown.contains("1 that were refused would be admitted, price 0.25 EUR"), "{}", one.shown);
    assert!(one.shown.contains("escalate → admit: order.refund {\"amount\":300"), "{}", one.shown);
    assert!(one.shown.contains("(needs_approval), and denied"), "{}", one.shown);
    // What is not decided again is for review, too.
    let without_start: Vec<_> =
        denied.iter().filter(|(_, event)| !matches!(event, Event::RunStarted { .. })).cloned().collect();
    let partial = review(YAML, POLICY, &without_start);
    assert!(partial.grave > 0 && partial.flips != nothing.flips, "{partial:?}");
    assert!(partial.shown.contains("not decided again: act_"), "{}", partial.shown);
    // More of the same record is the same, until something new is to be looked at.
    let forbid = "forbid (principal, action == Action::\"order.refund\", resource)\nwhen { context.params.amount > context.evidence.order.total };";
    let milder = edited(POLICY, forbid, &forbid.replace("order.total", "order.total + 1000"));
    let shorter = denied.iter().position(|(_, event)| matches!(event, Event::ActionDecided(it) if it.proposal.params.as_str().contains("600"))).unwrap();
    let (before, after) = (review(&limit, &milder, &denied[..shorter]), review(&limit, &milder, &denied));
    assert_eq!((before.flips, before.grave), (nothing.flips, 0));
    assert_eq!(after.grave, 2, "{}", after.shown);
}

#[test]
fn a_partial_record_is_named_not_guessed() {
    let record = recorded(DAY);
    let without_start: Vec<_> =
        record.into_iter().filter(|(_, event)| !matches!(event, Event::RunStarted { .. })).collect();
    let found = backtested(YAML, POLICY, &without_start, None);
    assert_eq!((found.decided, found.flips.len()), (0, 0));
    assert!(!found.is_complete());
    assert_eq!(found.undecided.len(), 5, "{:?}", found.undecided);
}

#[test]
fn sums_are_exact_and_apart_by_currency() {
    let other = compiled(
        &YAML.replace("amount", "amount_minor"),
        &POLICY.replace("params.amount", "params.amount_minor"),
    );
    let named = compiled(YAML, POLICY);
    let flip = |tool: &str, params: &str| {
        let said = Said {
            outcome: Outcome::Admit,
            clause: Clause::Policy,
            reason: Reason::WithinContract,
            detail: String::new(),
        };
        Flip {
            at: Timestamp::default(),
            run: RunId::new(Uuid::nil()),
            action: ActionId::new(Uuid::nil()),
            tool: tool.into(),
            params: CanonicalJson::parse(params).unwrap().0,
            before: said.clone(),
            answer: None,
            after: said,
            price: Money::ZERO,
        }
    };
    let flips = [
        flip("order.refund", r#"{"amount":0.1,"amount_minor":10,"currency":"EUR"}"#),
        flip("order.refund", r#"{"amount":0.2,"amount_minor":20,"currency":"EUR"}"#),
        flip("order.refund", r#"{"amount":1,"amount_minor":100,"currency":"USD"}"#),
        flip("order.refund", r#"{"amount":"many","currency":"EUR"}"#),
        flip("order.get", r#"{"amount_minor":7}"#),
    ];
    let told = |draft: &CompiledContract, pointer: Option<&str>| -> Vec<String> {
        let sums = sums(draft, &flips, pointer).into_iter();
        sums.map(|it| format!("{} {} {} {}", it.pointer, it.total.unwrap(), it.currency, it.calls)).collect()
    };
    assert_eq!(told(&named, Some("/amount")), ["/amount 0.3 EUR 2", "/amount 1 USD 1"]);
    assert_eq!(told(&named, None), Vec::<String>::new());
    // `order.get` declares no money, so what its caller calls so is none.
    assert_eq!(told(&other, None), ["/amount_minor 30 EUR 2", "/amount_minor 100 USD 1"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever was proposed: under its own contract nothing flips, and a limit flips exactly the amounts
    /// between the old one and the new one.
    #[test]
    fn a_limit_flips_the_amounts_between(amounts in prop::collection::vec(1_u32..400, 1..6), limit in 1_u32..400) {
        let mut day = DAY.split("      - { propose: order.refund").next().unwrap().to_owned();
        for (index, amount) in amounts.iter().enumerate() {
            let held = if *amount > 100 { ", expect: { outcome: escalate }" } else { "" };
            day.push_str(&format!(
                "      - {{ propose: order.get, with: {{ order_id: p{index} }} }}\n      - {{ propose: order.refund, with: {{ order_id: p{index}, amount: {amount}, currency: EUR }}{held} }}\n      - {{ start: case-{index} }}\n      - {{ propose: stock.find }}\n"
            ));
        }
        let record = recorded(&day);
        prop_assert_eq!(told(&backtested(YAML, POLICY, &record, None)), Vec::<String>::new());
        let yaml = edited(YAML, "context.params.amount > 100", &format!("context.params.amount > {limit}"));
        let found = backtested(&yaml, POLICY, &record, None);
        let between = amounts.iter().filter(|amount| (**amount > 100) != (**amount > limit)).count();
        prop_assert_eq!(found.flips.len(), between, "{:?}", told(&found));
    }
}
