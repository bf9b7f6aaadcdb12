//! What playing a scenario shows: differences, gaps, coverage; and that it shows the same again.

use proptest::prelude::*;
use remit_core::Event;

use super::*;

#[test]
fn the_good_ones_pass() {
    let tested = tested(GOOD);
    assert_eq!(failures(&tested), "");
    let steps: Vec<_> = tested.scenarios.iter().map(|played| (played.id.as_str(), played.steps)).collect();
    assert_eq!(steps, [("a-refund", 2), ("a-large-refund", 9)]);
}

#[test]
fn differences() {
    let table = [
        // Another outcome, with what the clauses said.
        changed("amount: 200, currency: EUR", "amount: 200, currency: USD"),
        // A wrong fact among right ones.
        changed("left: 0.40", "left: 0.15"),
        // Another list.
        changed("asks: [large]", "asks: [eu-review, large]"),
        changed("with: { refund_id: r1 }", "with: { refund_id: r2 }"),
        // Refused where it was not expected, and the other way round.
        changed("expect: { refused: not_permitted }", "expect: { status: succeeded }"),
        changed("by: ben, expect", "by: ada@acme.example, expect"),
        // What is not expected otherwise must go well.
        changed("expect: { status: failed, left: 0.40 }", "expect: { left: 0.40 }"),
        // What happened later to an earlier step.
        changed("actions: { large: succeeded }", "actions: { large: succeeded, first: succeeded }"),
        changed("undone: 0, parked: 1", "undone: 1"),
    ];
    let account: Vec<String> = table.iter().map(failures).collect();
    assert!(account.iter().all(|failed| !failed.is_empty()), "{account:#?}");
    insta::assert_snapshot!(account.join("\n"));
}

#[test]
fn scenarios_that_cannot_go_on() {
    let table = [
        changed("stock.find: [{ with: { item: tea }, ", "stock.find: [{ with: { item: tea }, times: 1, "),
        changed("reads: [{ tool: order.get, with: { order_id: o1 } }]", "reads: [{ tool: order.get }]"),
        changed(
            "order.get: [{ result: { id: o1",
            "order.get: [{ failed: gone, times: 1 }, { result: { id: o1",
        ),
        changed("approve: large, by: ben", "approve: first, by: ben"),
    ];
    let account: Vec<String> = table.iter().map(failures).collect();
    assert!(account.iter().all(|failed| !failed.is_empty()), "{account:#?}");
    insta::assert_snapshot!(account.join("\n"));
}

#[test]
fn a_filter_picks_by_file_and_id_and_says_nothing_about_coverage() {
    for (filter, ids) in
        [("large", &["a-large-refund"][..]), ("good", &["a-refund", "a-large-refund"]), ("x", &[])]
    {
        let tested = test_folder(&folder(GOOD), Some(filter)).unwrap();
        assert!(tested.scenarios.iter().map(|played| played.id.as_str()).eq(ids.iter().copied()), "{filter}");
        assert!(tested.rules.is_empty());
    }
}

/// The good givens with other scenarios.
fn with_steps(steps: &str) -> Tested {
    let given = GOOD.split("scenarios:").next().unwrap();
    tested(&format!("{given}scenarios:\n  - id: one\n    when:\n{steps}"))
}

/// A refund that people are asked about, after everything that it needs was read.
const HELD: &str = "      - { propose: stock.find, with: { item: tea } }
      - { propose: order.refund, as: first, with: { order_id: o1, amount: 5, currency: EUR }, expect: { status: failed } }
      - { propose: order.refund, as: large, with: { order_id: o1, amount: 200, currency: EUR }, expect: { outcome: escalate, status: held } }
";

#[test]
fn a_fact_that_moved_while_people_thought_voids_their_approval() {
    let reply = "order.get: [{ result: { id: o1, customer: { id: c1 }, currency: EUR, paid: true, total: 500, region: US } }]";
    let moved = reply.replace("[{ result", "[{ times: 1, result").replace(
        "}]",
        "}, { result: { id: o1, customer: { id: c1 }, currency: EUR, paid: true, total: 450, region: US } }]",
    );
    let steps = format!(
        "{HELD}      - {{ approve: large, by: ben, expect: {{ outcome: escalate, findings: {{ evidence: fact_moved }}, asks: [large], status: held }} }}
      - {{ approve: large, by: ben, expect: {{ outcome: admit, status: succeeded }} }}
"
    );
    let given = edited(GOOD.split("scenarios:").next().unwrap(), reply, &moved);
    let tested = tested(&format!("{given}scenarios:\n  - id: one\n    when:\n{steps}"));
    assert_eq!(failures(&tested), "");
}

#[test]
fn what_was_held_in_an_earlier_run_is_released_there() {
    let tested = with_steps(&format!(
        "{HELD}      - {{ start: case-2 }}\n      - {{ approve: large, by: ben, expect: {{ outcome: admit, status: succeeded }} }}\n"
    ));
    assert_eq!(failures(&tested), "");
}

#[test]
fn a_run_that_may_not_start_says_why_by_its_code() {
    let steps = "      - { wait: 400d }\n      - { start: case-2, expect: { refused: delegation_ended } }\n";
    assert_eq!(failures(&with_steps(steps)), "");
}

#[test]
fn what_is_left_of_each_budget_can_be_expected() {
    let left = |left: &str| {
        failures(&with_steps(&format!("{HELD}      - {{ wait: 1s, expect: {{ left: {left} }} }}\n")))
    };
    for right in ["0.2498", "{ money: 0.2498 }", "{ calls: 16, tools: { order.refund: 0 } }"] {
        assert_eq!(left(right), "");
    }
    insta::assert_snapshot!(left("{ money: 1, calls: 3, tools: { order.refund: 1 } }"));
}

#[test]
fn approvals_can_be_given() {
    let scenario = |approvals: &str| {
        let given = GOOD.split("scenarios:").next().unwrap();
        let stock = "reads: [{ tool: stock.find, with: { item: tea } }, ";
        let given = edited(given, "reads: [", stock).replace("{ failed: closed, times: 1 }, ", "");
        format!(
            "{given}scenarios:\n  - id: one\n    given: {{ approvals: [{approvals}] }}\n    when:\n      - {{ wait: 1s, expect: {{ actions: {{ large: succeeded }}, left: {{ tools: {{ order.refund: 1 }} }} }} }}\n"
        )
    };
    let large =
        "{ of: order.refund, as: large, with: { order_id: o1, amount: 200, currency: EUR }, by: [ben] }";
    assert_eq!(failures(&tested(&scenario(large))), "");
    let wrong = [
        ("by: [ben]", "by: [olga]"),
        ("by: [ben]", "by: [ada@acme.example]"),
        ("by: [ben]", "by: []"),
        ("amount: 200", "amount: 50"),
        ("amount: 200", "amount: 700"),
    ];
    let account: Vec<String> =
        wrong.iter().map(|(from, to)| failures(&tested(&scenario(&edited(large, from, to))))).collect();
    assert!(account.iter().all(|failed| !failed.is_empty()), "{account:#?}");
    insta::assert_snapshot!(account.join("\n"));
}

/// Each rule with its tie, a line each.
fn ties(tested: &Tested) -> String {
    tested
        .rules
        .iter()
        .map(|rule| format!("{:<7} {}:{} {}\n", rule.tie.as_str(), rule.file, rule.line, rule.name))
        .collect()
}

#[test]
fn coverage() {
    insta::assert_snapshot!(ties(&tested(GOOD)));
}

#[test]
fn a_rule_is_loose_when_decisions_differ_without_it_and_nobody_says_so() {
    let asks =
        "expect: { outcome: escalate, asks: [large], findings: { scope: needs_approval }, status: held }";
    let tie = |scenarios: &str| {
        let tested = tested(scenarios);
        tested.rules.iter().find(|rule| rule.name == "scope.escalate.large").map(|rule| rule.tie)
    };
    let one = |amount: u32| {
        format!(
            "suite: One\nscenarios:\n  - id: one\n    when:\n      - propose: order.refund\n        with: {{ order_id: o1, amount: {amount}, currency: EUR }}\n        expect: {{ outcome: deny }}\n"
        )
    };
    assert_eq!(tie(GOOD), Some(Tie::Held));
    assert_eq!(tie(&edited(GOOD, asks, "expect: { outcome: escalate, status: held }")), Some(Tie::Held));
    // Nothing was read, so it is denied with the rule and without; only the scope's finding differs.
    assert_eq!(tie(&one(101)), Some(Tie::Loose));
    assert_eq!(tie(&one(100)), Some(Tie::Vacuous));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever amounts are proposed: a scenario shows the same twice, no budget is overdrawn, nothing runs
    /// that was not admitted.
    #[test]
    fn playing_is_a_function_of_the_files(amounts in prop::collection::vec(0_u32..700, 1..6), waits in prop::collection::vec(1_u32..400, 6)) {
        let mut text = GOOD.split("scenarios:").next().unwrap().to_owned() + "scenarios:\n  - id: any\n    when:\n";
        for (amount, wait) in amounts.iter().zip(&waits) {
            text.push_str(&format!(
                "      - {{ wait: {wait}s }}\n      - {{ propose: stock.find, with: {{ item: tea }}, expect: {{ outcome: admit }} }}\n      - {{ propose: order.refund, with: {{ order_id: o1, amount: {amount}, currency: EUR }}, expect: {{ outcome: deny }} }}\n",
            ));
        }
        let folder = folder(&text);
        let contract = compile_folder(&folder).unwrap();
        let suites = suites(&folder, Some(&contract)).unwrap();
        let play = || play::play(&contract, &suites[0], &suites[0].scenarios[0]);
        let ((failure, trace), (again, same)) = (play(), play());
        prop_assert_eq!(failure, again);
        prop_assert_eq!(&trace.history, &same.history);
        for event in trace.events() {
            let Event::ActionStarted { action, .. } = event else { continue };
            prop_assert!(trace.events().any(|event| matches!(event, Event::ActionDecided(decided)
                if decided.proposal.action == *action && decided.decision.outcome == remit_core::Outcome::Admit)));
        }
    }

    /// Whatever the bytes are, reading a file answers with problems and never panics.
    #[test]
    fn mutated_files_never_panic(at in 0..GOOD.len(), cut in 0..40_usize, fragment in "[:{}\\[\\], \n'\"&*a-z0-9]{0,6}") {
        let mut text = GOOD.to_owned();
        text.replace_range(at..at.saturating_add(cut).min(GOOD.len()), &fragment);
        let folder = folder(&text);
        let contract = compile_folder(&folder).unwrap();
        match suites(&folder, Some(&contract)) {
            Ok(read) => {
                for scenario in &read[0].scenarios {
                    play::play(&contract, &read[0], scenario);
                }
            }
            Err(problems) => prop_assert!(problems.iter().all(|problem| !problem.remedy.is_empty())),
        }
    }
}
