//! Malformed scenario files: one edit of the good one each, and what people are told.

use super::*;

fn check(name: &str, edits: &[(&str, &str)]) {
    let mut account = String::new();
    for (from, to) in edits {
        let said = match test_folder(&folder(&edited(GOOD, from, to)), None) {
            Ok(_) => "accepted".to_owned(),
            Err(problems) => listing(&problems),
        };
        assert_ne!(said, "accepted", "{from} -> {to}");
        account.push_str(&format!("- {}\n+ {}\n{said}\n\n", from.escape_debug(), to.escape_debug()));
    }
    insta::assert_snapshot!(name, account);
}

#[test]
fn files_and_scenarios() {
    check(
        "files_and_scenarios",
        &[
            ("suite: Refunds of orders\n", ""),
            ("suite: Refunds of orders", "suite: [Refunds]"),
            ("suite: Refunds of orders", "suite: Refunds of orders\nsweet: more"),
            ("suite: Refunds of orders", "suite: &a Refunds of orders"),
            ("id: a-refund", "id: A Refund"),
            ("id: a-refund", "id: a-large-refund"),
            ("id: a-refund", "name: a-refund"),
            ("because: It is what the service is for.", "because:"),
            ("because: It is what the service is for.", "becose: It is what the service is for."),
        ],
    );
    for (text, said) in [
        ("", "the file is empty"),
        ("suite: S\nscenarios: []\n", "holds no scenario"),
        ("suite: S\nscenarios: {}\n", "is not a list"),
        ("suite: S\n", "lacks `scenarios`"),
        ("suite: S\nscenarios: [{ id: a, when: [] }]\n", "does nothing"),
        ("suite: S\nscenarios: [{ id: a, when: wait }]\n", "is not a list"),
        ("- a list", "is a list, expected a mapping"),
    ] {
        let found = listing(&test_folder(&folder(text), None).unwrap_err());
        assert!(found.contains(said), "{text:?}: {found}");
    }
    let mut binary = folder(GOOD);
    binary.scenarios[0].1 = vec![0xff];
    assert!(listing(&test_folder(&binary, None).unwrap_err()).contains("not UTF-8"));
}

#[test]
fn givens() {
    check(
        "givens",
        &[
            ("at: 2026-03-02T09:00:00Z", "at: 2026-03-02T09:00:00"),
            ("at: 2026-03-02T09:00:00Z", "at: yesterday"),
            ("at: 2026-03-02T09:00:00Z", "it: 2026-03-02"),
            ("at: 2026-03-02T09:00:00Z", "run: { workflow: A Refund }"),
            ("at: 2026-03-02T09:00:00Z", "run: { requests: {} }"),
            ("at: 2026-03-02T09:00:00Z", "run: { request: 1.0e+999 }"),
            ("ben: [group:risk]", "ben: [risk]"),
            ("ben: [group:risk]", "ben: group:risk"),
            ("    order.unrefund: [", "    order.unrefunt: ["),
            ("    order.unrefund: [", "    mail.delete: ["),
            ("[{ in_doubt: no answer }]", "{ in_doubt: no answer }"),
            ("[{ in_doubt: no answer }]", "[{ in_doubt: no answer, failed: no }]"),
            ("[{ in_doubt: no answer }]", "[{ with: { refund_id: r1 } }]"),
            ("[{ in_doubt: no answer }]", "[{ indoubt: no answer }]"),
            ("[{ in_doubt: no answer }]", "[{ in_doubt: 7 }]"),
            ("[{ in_doubt: no answer }]", "[{ in_doubt: no answer, fault: lost }]"),
            ("[{ in_doubt: no answer }]", "[{ result: {}, fault: late }]"),
            ("failed: closed, times: 1", "failed: closed, times: 0"),
            ("stock.find: [{ with: { item: tea }", "stock.find: [{ with: tea"),
            ("reads: [{ tool: order.get,", "reads: [{ tool: order.refund,"),
            ("reads: [{ tool: order.get,", "reads: [{ tool: order.got,"),
            ("reads: [{ tool: order.get,", "reads: [{"),
            ("money: 0.1,", "money: \"0.1\","),
            ("money: 0.1,", "mony: 0.1,"),
            ("calls: 3,", "calls: 0,"),
            ("tools: { order.refund: 1 }", "tools: { order.refunt: 1 }"),
            ("tools: { order.refund: 1 }", "tools: { order.refund: some }"),
            ("busy: [order.get]", "busy: [order.refund]"),
            ("busy: [order.get]", "approvals: [{ of: order.refunt, by: [bea] }, { with: {}, by: ben }]"),
            ("busy: [order.get]", "busy: order.get"),
            ("busy: [order.get]", "reached: { order.refund.count: 3 }"),
            ("busy: [order.get]", "tripwires: { \"in_doubt >= 3 over 10m\": { hits: 2 } }"),
            ("scope: run, ceiling: execute", "scope: runs, ceiling: execute"),
            ("scope: run, ceiling: execute", "scope: run, ceiling: stop"),
            ("scope: run, ceiling: execute", "scope: run"),
        ],
    );
}

#[test]
fn steps() {
    check(
        "steps",
        &[
            ("{ wait: 3m, ", "{ wait: 3 minutes, "),
            ("{ wait: 3m, ", "{ wayt: 3m, "),
            ("{ wait: 3m, ", "{ wait: 3m, end: run, "),
            ("{ wait: 3m, ", "{ wait: 3m, by: ben, "),
            ("rollback: run, by: olga", "rollback: all, by: olga"),
            ("as: refund, key: k1", "as: The Refund, key: k1"),
            ("as: refund, key: k1", "as: refund, key: [k1]"),
            ("as: refund, key: k1", "as: refund, with_key: k1"),
            ("repeat: 2", "repeat: twice"),
            ("repeat: 2", "repeat: 4000000000"),
            ("repeat: 2", "repeat: 1000"),
            ("propose: order.refund, as: refund", "propose: [order.refund], as: refund"),
            ("approve: large, by: ben", "approve: larg, by: ben"),
            ("approve: large, by: ben", "approve: small, by: ben"),
            ("approve: large, by: ben", "approve: large, by: bea"),
            ("approve: large, by: ben", "approve: large, by: somebody"),
            ("approve: large, by: ben", "approve: large"),
            (
                "{ lower: \"tool:order.get\", to: none, by: olga }",
                "{ lower: \"tool:order.got\", to: none, by: olga }",
            ),
            ("{ lower: \"tool:order.get\", to: none, by: olga }", "{ lower: service, to: zero }"),
            ("{ lower: \"tool:order.get\", to: none, by: olga }", "{ lower: service }"),
            ("{ release: \"tool:order.get\", by: olga }", "{ release: everything }"),
        ],
    );
}

#[test]
fn expectations() {
    check(
        "expectations",
        &[
            ("status: failed, left: 0.40", "status: fail, left: 0.40"),
            ("status: failed, left: 0.40", "state: failed, left: 0.40"),
            ("status: failed, left: 0.40", "status: failed, left: a lot"),
            ("status: failed, left: 0.40", "status: failed, left: { mony: 1, calls: many }"),
            (
                "status: failed, left: 0.40",
                "status: failed, left: { tools: { order.get: 1, order.refunt: x } }",
            ),
            ("outcome: escalate, asks: [large]", "outcome: escalated, asks: [large]"),
            ("outcome: escalate, asks: [large]", "outcome: escalate, clause: scop, asks: [large]"),
            ("outcome: escalate, asks: [large]", "outcome: escalate, reason: need_approval, asks: [large]"),
            ("outcome: escalate, asks: [large]", "outcome: escalate, reason: because, asks: [large]"),
            ("outcome: escalate, asks: [large]", "outcome: escalate, asks: large"),
            ("findings: { scope: needs_approval }", "findings: { scoop: needs_approval }"),
            ("findings: { scope: needs_approval }", "findings: { scope: approve }"),
            ("findings: { scope: needs_approval }", "findings: [needs_approval]"),
            ("refused: not_permitted", "refused: forbidden"),
            ("refused: not_permitted", "joins: first"),
            ("of: large, by: order.unrefund,", "of: larg, by: order.unrefund,"),
            ("of: large, by: order.unrefund, with: { refund_id: r1 }", "of: large"),
            ("of: large, by: order.unrefund, with: { refund_id: r1 }", "of: large, not: reversible"),
            ("of: large, by: order.unrefund, with: { refund_id: r1 }", "of: large, by: x, not: in_doubt"),
            ("actions: { large: succeeded }", "actions: { huge: succeeded }"),
            ("actions: { large: succeeded }", "actions: { large: success }"),
            ("undone: 0, parked: 1", "undone: none, parked: 1"),
            ("run: rolling_back", "run: undone"),
        ],
    );
}

#[test]
fn all_scenarios_together_have_a_limit() {
    let mut text = GOOD.split("scenarios:").next().unwrap().to_owned() + "scenarios:\n";
    for number in 0..11 {
        text.push_str(&format!(
            "  - id: n{number}\n    when: [{{ propose: stock.find, repeat: 990, expect: {{ outcome: deny }} }}]\n"
        ));
    }
    insta::assert_snapshot!(listing(&test_folder(&folder(&text), None).unwrap_err()));
}

#[test]
fn a_broken_contract_hides_no_error_of_the_other_files() {
    let own = edited(GOOD, "suite: Refunds of orders", "suite: Refunds of orders\nsweet: more");
    let own = edited(&own, "id: a-refund", "id: A Refund");
    let alone = listing(&test_folder(&folder(&own), None).unwrap_err());
    // No YAML at all, and a document that does not hold together.
    for contract in ["a: [".to_owned(), edited(YAML, "  autonomy: execute", "  autonomy: exekute")] {
        let mut folder = folder(&own);
        folder.contract = contract;
        folder.policy = edited(POLICY, "@id(\"mail\")\npermit", "@id(\"mail\")\npremit");
        let said = listing(&test_folder(&folder, None).unwrap_err());
        assert!(said.ends_with(&alone), "{alone}\n\n{said}");
        assert!(said.starts_with("contract.yaml:") && said.contains("this is not a Cedar policy"), "{said}");
        // What only a contract can tell is left alone.
        folder.scenarios[0].1 = GOOD.replace("order.refund", "order.unknown").into_bytes();
        let said = listing(&test_folder(&folder, None).unwrap_err());
        assert!(!said.contains("scenarios/"), "{said}");
    }
}
