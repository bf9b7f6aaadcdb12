//! What scenarios give and say of blast radius and tripwires, and which of their rules a suite ties down.

use super::*;

/// The good contract with rules of the recovery clause.
fn folder(scenarios: &str) -> Folder {
    let undo = "    mail.send: { irreversible: A mail cannot be recalled. }\n";
    let rules = "  blast_radius: { order.refund: { count: 5/h, sum: { of: params:/amount, max: 500/h }, then: read }, all: { count: 9/m } }
  tripwires:
    - { when: in_doubt >= 3, over: 10m, then: stop }
    - { when: denied_ratio > 0.5, over: 20 actions, then: safe }
";
    let contract = edited(YAML, undo, &format!("{undo}{rules}"));
    let scenarios = vec![("scenarios/one.yaml".to_owned(), scenarios.as_bytes().to_vec())];
    Folder { contract, policy: POLICY.to_owned(), scenarios }
}

const SCENARIOS: &str = r#"
suite: Recovery
given:
  at: 2026-03-02T09:00:00Z
  tools:
    order.get: [{ result: { id: o, customer: { id: c1 }, currency: EUR, paid: true, total: 500, region: US } }]
    stock.find: [{ result: [1] }]
    order.refund: [{ in_doubt: no answer }]
  reads: [{ tool: order.get, with: { order_id: o1 } }, { tool: stock.find }]
scenarios:
  - id: at-the-edge
    given: { reached: { order.refund.sum: 496 } }
    when:
      - { propose: order.refund, with: { order_id: o1, amount: 5, currency: EUR }, expect: { outcome: deny, clause: recovery, reason: blast_radius } }
      - { propose: order.refund, with: { order_id: o1, amount: 6, currency: EUR }, expect: { outcome: deny, clause: scope, reason: above_ceiling } }
      - { propose: stock.find, with: { item: tea } }
  - id: it-trips
    given: { tripwires: { "in_doubt >= 3 over 10m": { hits: 2 } } }
    when:
      - { propose: order.refund, with: { order_id: o1, amount: 5, currency: EUR }, expect: { status: in_doubt, tripped: ["in_doubt >= 3 over 10m"] } }
      - { propose: stock.find, expect: { outcome: deny, reason: stopped, tripped: [] } }
"#;

#[test]
fn what_is_given_is_reached_and_what_fires_is_held() {
    let tested =
        test_folder(&folder(SCENARIOS), None).unwrap_or_else(|problems| panic!("{}", listing(&problems)));
    assert_eq!(failures(&tested), "");
    let rules = tested.rules.iter().filter(|rule| {
        rule.name.starts_with("recovery.blast_radius") || rule.name.starts_with("recovery.tripwires")
    });
    let ties: Vec<String> =
        rules.map(|rule| format!("{}:{} {}", rule.name, rule.line, rule.tie.as_str())).collect();
    assert_eq!(
        ties,
        [
            "recovery.blast_radius.all.count:100 vacuous",
            "recovery.blast_radius.order.refund.count:100 vacuous",
            "recovery.blast_radius.order.refund.sum:100 held",
            "recovery.tripwires.1:102 held",
            "recovery.tripwires.2:103 vacuous",
        ]
    );
}

#[test]
fn names_that_are_none_are_refused_with_the_nearest() {
    for (from, to, said) in [
        ("order.refund.sum: 496", "order.refund.sums: 496", "did you mean `order.refund.sum`?"),
        ("order.refund.sum: 496", "order.refund.sum: many", "is not a whole number"),
        ("{ hits: 2 }", "{ hits: 2, off: 3 }", "did you mean `of`?"),
        (
            "\"in_doubt >= 3 over 10m\": {",
            "\"in_doubt >= 3 over 1m\": {",
            "did you mean `in_doubt >= 3 over 10m`?",
        ),
        (
            "tripped: [\"in_doubt >= 3 over 10m\"]",
            "tripped: [stop]",
            "choose one of `in_doubt >= 3 over 10m`",
        ),
    ] {
        let found = listing(&test_folder(&folder(&edited(SCENARIOS, from, to)), None).unwrap_err());
        assert!(found.contains(said), "{found}");
    }
    let wrong = edited(
        SCENARIOS,
        "status: in_doubt, tripped: [\"in_doubt >= 3 over 10m\"]",
        "status: in_doubt, tripped: []",
    );
    let tested = test_folder(&folder(&wrong), None).unwrap();
    assert!(failures(&tested).contains("tripped"), "{}", failures(&tested));
}
