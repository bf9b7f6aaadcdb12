//! A read whose tool is down and what stands in for it, played on the real core.

use super::*;

/// The good contract, where a mirror stands in for the orders, and a list of the stock for the mirror.
fn folder(scenarios: &str) -> Folder {
    let mirror = "    order.mirror:\n      upstream: mail\n      request: GET /mirror/{id}\n      fallback: { then: { tool: stock.find, with: { item: params:/id } } }\n      input: { type: object, additionalProperties: false, required: [id], properties: { id: { type: string } } }\n";
    let edits = [
        ("    stock.find: read\n", "    stock.find: read\n    order.mirror: read\n".to_owned()),
        ("      rate: 50/s\n", "      rate: 50/s\n      fallback: { then: { tool: order.mirror, with: { id: params:/order_id } } }\n".to_owned()),
        ("    stock.find:\n", format!("{mirror}    stock.find:\n")),
        ("    stock: { from: stock.find }\n", "    stock: { from: stock.find }\n    copy: { from: order.mirror, require: [/id] }\n".to_owned()),
        ("order.refund: 2 } }", "order.refund: 2, order.mirror: 2 } }".to_owned()),
    ];
    let contract = edits.iter().fold(YAML.to_owned(), |text, (from, to)| edited(&text, from, to));
    let reads = "[Action::\"order.get\", Action::\"stock.find\"]";
    let policy = edited(POLICY, reads, &reads.replace(']', ", Action::\"order.mirror\"]"));
    let scenarios = vec![("scenarios/one.yaml".to_owned(), scenarios.as_bytes().to_vec())];
    Folder { contract, policy, scenarios }
}

const SCENARIOS: &str = r#"
suite: Stand-ins
given:
  at: 2026-03-02T09:00:00Z
  tools:
    order.get: [{ failed: no answer within 2000 ms, fault: late }]
    stock.find: [{ result: [1] }]
scenarios:
  - id: another-read-answers
    given: { tools: { order.mirror: [{ with: { id: o1 }, result: { id: o1 } }] } }
    when:
      - { propose: order.get, with: { order_id: o1 }, expect: { status: failed, instead: { order.mirror: succeeded } } }

  - id: what-is-refused-is-an-answer
    given: { tools: { order.get: [{ with: { order_id: o2 }, failed: no such order, fault: refused }] } }
    when:
      - { propose: order.get, with: { order_id: o2 }, expect: { status: failed, instead: {} } }

  - id: the-stand-in-is-refused
    given: { tools: { order.mirror: [{ result: { id: o1 } }] }, spent: { tools: { order.mirror: 2 } } }
    when:
      - { propose: order.get, with: { order_id: o1 }, expect: { status: failed, instead: { order.mirror: denied } } }

  - id: the-stand-in-fails-too-and-another-one-helps
    given: { tools: { order.mirror: [{ failed: it broke, fault: broken }] } }
    when:
      - { propose: order.get, with: { order_id: o1 }, expect: { status: failed, instead: { order.mirror: failed, stock.find: succeeded } } }

  - id: all-fail
    given: { tools: { order.mirror: [{ failed: it broke, fault: broken }], stock.find: [{ failed: gone, fault: unreachable }] } }
    when:
      - { propose: order.get, with: { order_id: o1 }, expect: { status: failed, left: { calls: 17 }, instead: { order.mirror: failed, stock.find: failed } } }
"#;

#[test]
fn another_read_is_an_action_of_its_own() {
    let tested =
        test_folder(&folder(SCENARIOS), None).unwrap_or_else(|problems| panic!("{}", listing(&problems)));
    assert_eq!(failures(&tested), "");
    assert_eq!(tested.scenarios.len(), 5);
    let then = |rule: &&crate::scenario::Rule| rule.name.ends_with("fallback.then");
    let held: Vec<_> = tested.rules.iter().filter(then).map(|rule| rule.tie == Tie::Held).collect();
    assert_eq!(held, [true, true], "both stood in, and the scenarios show it");
}

#[test]
fn what_is_expected_of_a_stand_in_is_compared() {
    let other =
        edited(SCENARIOS, "instead: { order.mirror: succeeded }", "instead: { order.mirror: failed }");
    let tested = test_folder(&folder(&other), None).unwrap();
    let failed = failures(&tested);
    assert!(failed.contains("instead:\n  - order.mirror: succeeded"), "{failed}");
}
