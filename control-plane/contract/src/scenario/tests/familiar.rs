//! A value that is seen for the first time, played on the real core over several runs.

use super::*;

/// The good contract, where a refund to a place that is new asks a person.
fn folder(scenarios: &str) -> Folder {
    let rule = "    - { id: stranger, action: order.refund, first_seen: { value: params:/note, within: 90d }, \
                because: Nobody was paid there yet., to: group:risk, quorum: 1, within: 30m }\n";
    let contract = edited(YAML, "\nevidence:\n", &format!("{rule}\nevidence:\n"));
    let scenarios = vec![("scenarios/one.yaml".to_owned(), scenarios.as_bytes().to_vec())];
    Folder { contract, policy: POLICY.to_owned(), scenarios }
}

const SCENARIOS: &str = r#"
suite: First time
given:
  at: 2026-03-02T09:00:00Z
  people: { ben: [group:risk], olga: [group:sales-oncall] }
  tools:
    order.get: [{ result: { id: o, customer: { id: c1 }, currency: EUR, paid: true, total: 500, region: US } }]
    stock.find: [{ result: [1] }]
    order.refund: [{ result: { refund: { id: r1 } } }]
    order.unrefund: [{ result: {} }]
  reads: [{ tool: order.get, with: { order_id: o1 } }, { tool: stock.find }]
scenarios:
  - id: known-once-it-was-paid
    when:
      - { propose: order.refund, as: first, with: { order_id: o1, amount: 5, currency: EUR, note: acc-1 }, expect: { outcome: escalate, asks: [stranger], status: held } }
      - { approve: first, by: ben }
      - { start: case-2 }
      - { propose: order.get, with: { order_id: o2 } }
      - { propose: stock.find }
      - { propose: order.refund, with: { order_id: o2, amount: 5, currency: EUR, note: acc-1 } }
      - { propose: order.refund, with: { order_id: o2, amount: 6, currency: EUR, note: acc-2 }, expect: { outcome: deny, reason: effect_taken } }
      - { wait: 91d }
      - { start: case-3 }
      - { propose: order.get, with: { order_id: o3 } }
      - { propose: stock.find }
      - { propose: order.refund, with: { order_id: o3, amount: 5, currency: EUR, note: acc-1 }, expect: { outcome: escalate, asks: [stranger], status: held } }

  - id: unknown-again-once-it-was-undone
    when:
      - { propose: order.refund, as: first, with: { order_id: o1, amount: 5, currency: EUR, note: acc-1 }, expect: { outcome: escalate, asks: [stranger], status: held } }
      - { approve: first, by: ben }
      - { rollback: run, by: olga }
      - { start: case-2 }
      - { propose: order.get, with: { order_id: o2 } }
      - { propose: stock.find }
      - { propose: order.refund, with: { order_id: o2, amount: 5, currency: EUR, note: acc-1 }, expect: { outcome: escalate, asks: [stranger], status: held } }

  - id: a-failed-payment-makes-nobody-known
    given: { tools: { order.refund: [{ failed: refused }] } }
    when:
      - { propose: order.refund, as: first, with: { order_id: o1, amount: 5, currency: EUR, note: acc-1 }, expect: { outcome: escalate, asks: [stranger], status: held } }
      - { approve: first, by: ben, expect: { status: failed } }
      - { propose: order.refund, with: { order_id: o1, amount: 7, currency: EUR, note: acc-1 }, expect: { outcome: escalate, asks: [stranger], status: held } }
"#;

#[test]
fn a_value_is_asked_about_until_something_has_succeeded_with_it() {
    let tested =
        test_folder(&folder(SCENARIOS), None).unwrap_or_else(|problems| panic!("{}", listing(&problems)));
    assert_eq!(failures(&tested), "");
    assert_eq!(tested.scenarios.len(), 3);
}
