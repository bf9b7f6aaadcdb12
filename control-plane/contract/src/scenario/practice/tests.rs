//! What can be put to people as practice: as things stand, with other names each time, on a stage that nobody else has.

use std::{collections::BTreeSet, path::Path};

use remit_core::{
    Command, Event, Level, Person, State, SwitchId, Timestamp,
    event::ActionDecided,
    handle,
    practice::Answer,
    proposal::{Channel, Mode},
    switch::{Scope, Switch},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Like, PracticeQuestion, Renumbered, alike, moved::moved, practice};
use crate::{
    CompiledContract, Folder, compile_folder, load,
    scenario::{suites, test_folder},
    tests::{POLICY, YAML, edited, listing},
};

/// 2026-11-27T08:00:00Z.
const NOW: Timestamp = Timestamp::from_micros(1_795_766_400_000_000);

const GOOD: &str = include_str!("../tests/good.yaml");

/// Scenarios of the good contract, the last of which may be put.
const ASKED: &str = "suite: Practice
given:
  at: 2026-03-02T09:00:00Z
  tools: { order.get: [{ result: { id: o1, customer: { id: c1 }, currency: EUR, paid: true, total: 500, region: US } }] }
  reads: [{ tool: order.get, with: { order_id: o1 } }]
scenarios:
  - id: too-much
    when:
      - propose: order.refund
        with: { order_id: o1, amount: 200, currency: EUR }
        expect: { outcome: escalate }
        answer: deny
        because: Half of it was sent back.
";

fn folder(scenarios: &str) -> Folder {
    let file = ("scenarios/practice.yaml".to_owned(), scenarios.as_bytes().to_vec());
    Folder { contract: YAML.to_owned(), policy: POLICY.to_owned(), scenarios: vec![file] }
}

fn shipped() -> (CompiledContract, Vec<PracticeQuestion>) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/contracts/refund-decision");
    let contract = load(&dir).unwrap();
    let found = practice(&contract, &Folder::read(&dir).unwrap()).unwrap();
    (contract, found)
}

/// The domain of a contract, in which it is active and nothing has happened.
fn stage(contract: &CompiledContract) -> State {
    let terms = contract.terms();
    let mut state = State::new(terms.domain.clone());
    let activate = Command::ActivateContract { terms: Box::new((**terms).clone()), by: "lee".to_owned() };
    for event in handle(&state, activate, NOW).unwrap() {
        state.apply(&event, NOW);
    }
    state.staged(&terms.service).unwrap()
}

fn like(number: u64) -> Like {
    Like {
        now: NOW,
        run: "case-4711".to_owned(),
        channel: Channel::Mcp,
        mode: Mode::Execute,
        draw: |at, number| Uuid::from_u128((u128::from(at.as_micros().unsigned_abs()) << 64) | number),
        number,
    }
}

/// The last decision, which asks.
fn asked(history: &[(Timestamp, Event)]) -> (Timestamp, &ActionDecided) {
    let Some((at, Event::ActionDecided(decided))) = history.last() else { panic!("{history:#?}") };
    (*at, decided)
}

#[test]
fn a_scenario_that_knows_the_answer_is_a_question_for_practice() {
    let (_, found) = shipped();
    let told: Vec<_> = found.iter().map(|it| (it.scenario.as_str(), it.tool.as_str(), it.known)).collect();
    assert_eq!(
        told,
        [
            ("nobody-asked-for-it", "payout.create", Answer::Deny),
            ("all-of-it-is-as-it-should-be", "payout.create", Answer::Approve),
        ]
    );
    let contract = compile_folder(&folder(ASKED)).unwrap();
    let [found] = practice(&contract, &folder(ASKED)).unwrap().try_into().unwrap();
    assert_eq!((found.known, found.because.as_str()), (Answer::Deny, "Half of it was sent back."));
    let none = practice(&contract, &folder(GOOD)).unwrap();
    assert!(none.is_empty(), "a question without a known answer is none: {none:#?}");
}

#[test]
fn it_is_asked_now_with_other_names_each_time_and_leaves_the_stage_as_it_was() {
    let (contract, found) = shipped();
    let stage = stage(&contract);
    let before = stage.clone();
    let mut names = BTreeSet::new();
    for number in 0..40 {
        let put = found[0].put(&contract, &stage, &like(number)).unwrap();
        let (at, decided) = asked(&put.history);
        let question = decided.question.as_ref().unwrap();
        assert_eq!((put.question, put.action), (question.id, decided.proposal.action));
        assert_eq!(at, NOW, "it is asked at that moment");
        assert!(put.history.windows(2).all(|pair| pair[0].0 <= pair[1].0), "in order");
        assert!(put.history[0].0 < NOW, "what goes before it has taken its time");
        let params = decided.proposal.params.value();
        let id = params["transaction_id"].as_str().unwrap().to_owned();
        assert_eq!((id.len(), decided.proposal.channel), ("tx-0318-1".len(), Channel::Mcp));
        assert!(id.starts_with("tx-") && id.ends_with("-1"), "{id}");
        names.insert(id);
        // Every fact is of the sale that is asked about, and was read before.
        let evidence = &decided.assessment.evidence;
        assert_eq!(evidence.len(), 2, "{evidence:#?}");
        assert!(evidence.iter().all(|used| used.observed_at < NOW && used.observed_at >= put.history[0].0));
    }
    assert!(names.len() > 35, "{names:?}");
    assert_eq!(stage, before, "what happens on a stage stays there");
}

#[test]
fn a_domain_where_nobody_would_be_asked_puts_nothing() {
    let (contract, found) = shipped();
    let mut stage = stage(&contract);
    let terms = contract.terms();
    let by = Person { name: "olga".to_owned(), groups: terms.run_duty.clone() };
    let scope = Scope::Service(terms.service.clone());
    let switch = Switch {
        reason: "a campaign".to_owned(),
        ..Switch::new(SwitchId::new(Uuid::from_u128(1)), scope, Level::Draft, NOW)
    };
    assert!(found[0].put(&contract, &stage, &like(1)).is_some());
    for event in handle(&stage, Command::SetSwitch { switch, by }, NOW).unwrap() {
        stage.apply(&event, NOW);
    }
    assert!(found[0].put(&contract, &stage, &like(1)).is_none(), "safe mode asks nobody");
}

#[test]
fn other_digits_look_the_same() {
    for (name, number) in [("case-4711", 1), ("case-4711", 2), ("refund of order 12", 3), ("night", 4)] {
        let other = alike(name, number);
        let shape = |name: &str| name.replace(|c: char| c.is_ascii_digit(), "0");
        assert_eq!(shape(&other), shape(name));
        assert_eq!(other == name, name == "night", "{other}");
    }
}

#[test]
fn a_number_is_another_one_wherever_it_stands_and_nothing_else_is() {
    let said =
        json!({ "id": "tx-0318-1", "who": "cu-0318", "case": 318, "at": "10318", "n": [2, "0318/0318"] });
    let is = json!({ "id": "tx-0007-1", "who": "cu-0007", "case": 7, "at": "10318", "n": [2, "0007/0007"] });
    let other = Renumbered::of(&json!("tx-0318-1"), 120_007).unwrap();
    assert_eq!(other.in_value(&said), is);
    let short = Renumbered::of(&json!("o-31"), 7).unwrap();
    assert_eq!(short.in_value(&json!(["o-31", 31])), json!(["o-07", 31]), "it may be an amount");
    for name in [json!("tx-1"), json!("tx"), json!(4711), Value::Null] {
        assert_eq!(Renumbered::of(&name, 7), None, "{name}");
    }
}

#[test]
fn moments_keep_their_distance_to_the_question() {
    const DAY: i64 = 86_400_000_000;
    for (value, by, is) in [
        (json!("2026-03-02T09:00:00Z"), DAY, json!("2026-03-03T09:00:00Z")),
        (json!("2026-03-02T10:00:00+01:00"), 999_999, json!("2026-03-02T09:00:00Z")),
        (json!("2026-03-02"), DAY + 5, json!("2026-03-03")),
        (json!("2026-03-02"), -1, json!("2026-03-01")),
        (json!("2026-13-02"), DAY, json!("2026-13-02")),
        (json!("on 2026-03-02T09:00:00Z"), DAY, json!("on 2026-03-02T09:00:00Z")),
        (json!(20260302), DAY, json!(20260302)),
        (json!({ "a": ["2026-03-02", true] }), DAY, json!({ "a": ["2026-03-03", true] })),
        (Value::Null, DAY, Value::Null),
    ] {
        assert_eq!(moved(&value, by), is, "{value} by {by}");
    }
}

#[test]
fn what_cannot_be_put_to_people_is_refused() {
    let edits = [
        ("        answer: deny\n", ""),
        ("        because: Half of it was sent back.\n", ""),
        ("answer: deny", "answer: no"),
        ("answer: deny", "answer: denied"),
        ("answer: deny", "answer: [deny]"),
        ("because: Half of it was sent back.", "because: { it: was }"),
        ("expect: { outcome: escalate }", "expect: { outcome: deny }"),
        ("        expect: { outcome: escalate }\n", ""),
        ("      - propose: order.refund\n", "      - wait: 1s\n      - propose: order.refund\n"),
        ("sent back.\n", "sent back.\n      - { propose: order.get, with: { order_id: o1 } }\n"),
        ("  reads:", "  spent: { calls: 2 }\n  reads:"),
        ("  reads:", "  spent: { service: { calls: 2 } }\n  reads:"),
        ("  reads:", "  switches: [{ scope: run, ceiling: execute }]\n  reads:"),
        ("    when:\n", "    given: { busy: [order.get] }\n    when:\n"),
        (
            "      - propose: order.refund\n",
            "      - end: run\n        answer: deny\n        because: No.\n      - propose: order.refund\n",
        ),
    ];
    let mut account = String::new();
    for (from, to) in edits {
        let said = match test_folder(&folder(&edited(ASKED, from, to)), None) {
            Ok(_) => "accepted".to_owned(),
            Err(problems) => listing(&problems),
        };
        assert_ne!(said, "accepted", "{from} -> {to}");
        account.push_str(&format!("- {}\n+ {}\n{said}\n\n", from.escape_debug(), to.escape_debug()));
    }
    insta::assert_snapshot!(account);
    let long = edited(ASKED, "Half of it was sent back.", &"x".repeat(501));
    let said = listing(&test_folder(&folder(&long), None).unwrap_err());
    assert!(said.contains("`because` has 501 bytes, at most 500 are told"), "{said}");
    assert!(suites(&folder(ASKED), None).is_ok(), "without a contract, too");
}
