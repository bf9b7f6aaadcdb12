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

#[test]
fn a_partial_record_is_named_not_guessed() {
    let record = recorded(DAY);
    let without_start: Vec<_> =
        record.into_iter().filter(|(_, event)| !matches!(event, Event::RunStarted { .. })).collect();
    let found = backtested(YAML, POLICY, &without_start, None);
    assert_eq!((found.decided, found.flips.len()), (0, 0));
    assert_eq!(found.undecided.len(), 5, "{:?}", found.undecided);
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
