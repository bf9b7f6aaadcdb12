//! Several breaks in one document: each is told of as if it were alone, and nothing that only follows from them is.

use std::{collections::BTreeSet, fs, path::PathBuf};

use proptest::{prelude::*, sample::Index};
use serde_json::Value;

use super::{POLICY, YAML, edited};
use crate::{Severity, compile, problem::Problems, yaml};

fn shipped(name: &str, file: &str) -> String {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/contracts");
    fs::read_to_string(dir.join(name).join(file)).unwrap()
}

/// What is wrong, without its places; notes left out.
fn errors(yaml: &str, policy: &str) -> BTreeSet<String> {
    let problems = compile(yaml, policy).err().unwrap_or_default();
    let errors = problems.into_iter().filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| format!("{}: {}", problem.file, anonymous(&problem.message))).collect()
}

/// A rule whose id is broken too is told of without it.
fn anonymous(message: &str) -> String {
    let found =
        message.split_once("rule `").and_then(|(before, rest)| Some((before, rest.split_once('`')?.1)));
    found.map_or_else(|| message.to_owned(), |(before, after)| format!("{before}the rule{after}"))
}

/// Every place of a document, as a pointer.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (key, child) in children {
        let at = format!("{at}/{key}");
        found.push(at.clone());
        pointers(child, &at, found);
    }
}

/// The document with one place broken: a value that fits nowhere, a list, or nothing at all.
fn broken(document: &mut Value, at: &str, how: u8) {
    let (parent, key) = at.rsplit_once('/').unwrap();
    match (how, document.pointer_mut(parent)) {
        (0, Some(Value::Object(fields))) => {
            fields.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
        }
        (1, Some(_)) => *document.pointer_mut(at).unwrap() = Value::Array(Vec::new()),
        (_, Some(_)) => *document.pointer_mut(at).unwrap() = Value::from("?!"),
        (_, None) => {}
    }
}

fn documents() -> Vec<(Value, String)> {
    let contracts = ["refund-decision", "access-grants"]
        .map(|name| (shipped(name, "contract.yaml"), shipped(name, "policy.cedar")));
    let texts = contracts.into_iter().chain([(YAML.to_owned(), POLICY.to_owned())]);
    texts
        .map(|(text, policy)| {
            let problems = Problems::of("document");
            (yaml::to_json(&yaml::parse(&text, &problems).unwrap(), &problems).unwrap(), policy)
        })
        .collect()
}

/// What is wrong with a document that is broken in these places.
fn wrong((document, policy): &(Value, String), breaks: &[(String, u8)]) -> BTreeSet<String> {
    let mut document = document.clone();
    let mut breaks = breaks.to_vec();
    // From behind, so that no removal moves the next place.
    breaks.sort();
    breaks.iter().rev().for_each(|(at, how)| broken(&mut document, at, *how));
    errors(&document.to_string(), policy)
}

/// Of two places one may stand in the other; then there is but one break.
fn apart(breaks: &[(String, u8)]) -> bool {
    let within = |one: &str, other: &str| format!("{one}/").starts_with(&format!("{other}/"));
    breaks.iter().enumerate().all(|(index, (one, _))| {
        breaks.split_at(index).1.iter().skip(1).all(|(other, _)| !within(one, other) && !within(other, one))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Whatever else is broken: nothing is said that is not said of one of the breaks alone.
    #[test]
    fn nothing_only_follows(
        which in any::<Index>(),
        breaks in proptest::collection::vec((any::<Index>(), 0_u8..3), 2..4),
    ) {
        let documents = documents();
        let whole = which.get(&documents);
        let mut places = Vec::new();
        pointers(&whole.0, "", &mut places);
        let breaks: Vec<_> = breaks.iter().map(|(at, how)| (at.get(&places).clone(), *how)).collect();
        prop_assume!(apart(&breaks));
        let alone = breaks.iter().flat_map(|one| wrong(whole, std::slice::from_ref(one))).collect();
        let together = wrong(whole, &breaks);
        let spurious: Vec<_> = together.difference(&alone).collect();
        prop_assert!(spurious.is_empty(), "{breaks:?}: {spurious:?}");
    }
}

/// Breaks of the shipped refund contract that have nothing to do with each other, two and more in every section and
/// in the policies: which file, what stands there, what is put there, and a part of what is said.
const BREAKS: [(&str, &str, &str, &str); 31] = [
    ("contract.yaml", "version: 1.0.0 ", "version: one ", "version `one`"),
    ("contract.yaml", "  autonomy: execute ", "  autonomy: exekute ", "`exekute` is not an action type"),
    ("contract.yaml", "on: 2025-01-01", "on: yesterday", "`yesterday` is not a date"),
    (
        "contract.yaml",
        "    customer.note: draft",
        "    customer.note: sketch",
        "`sketch` is not an action type",
    ),
    ("contract.yaml", "      spend: 0.05", "      spend: much", "the workflow's spend"),
    (
        "contract.yaml",
        "actions: [transactions.get, el",
        "actions: [transaction.get, el",
        "action `transaction.get`",
    ),
    (
        "contract.yaml",
        "      because: Refunds above 200.00 need a person.",
        "      because: []",
        "the rule's reason",
    ),
    (
        "contract.yaml",
        "context.params.amount_minor > 20000",
        "context.params.amount_minr > 20000",
        "no `context.params.amount_minr`",
    ),
    (
        "contract.yaml",
        "{ amount_minor: 1..50000 }",
        "{ amount_mino: 1..50000 }",
        "no parameter `amount_mino`",
    ),
    ("contract.yaml", "      fresh_for: 10m", "      fresh_for: soon", "fresh_for is not a duration"),
    ("contract.yaml", "      from: eligibility.check", "      from: eligibility.chek", "`eligibility.chek`"),
    ("contract.yaml", "      untrusted: [/text]", "      untrusted: [text]", "`text` is not a JSON pointer"),
    ("contract.yaml", "[params:/currency, tr", "[params:/currenci, tr", "no parameter `currenci`"),
    ("contract.yaml", "      /account: [", "      /acount: [", "no parameter `acount`"),
    ("contract.yaml", "  file: policy.cedar", "  file: other.cedar", "policy.file `other.cedar`"),
    ("contract.yaml", "      timeout: 1s", "      timeout: 1x", "timeout is not a duration"),
    (
        "contract.yaml",
        "      request: POST /payouts\n",
        "      request: POST payouts\n",
        "request `POST payouts`",
    ),
    (
        "contract.yaml",
        "\"refund:{transaction_id}\"",
        "\"refund:{transaction}\"",
        "no parameter `transaction`",
    ),
    ("contract.yaml", "maxLength: 64, description", "maxLenght: 64, description", "no word `maxLenght`"),
    ("contract.yaml", "maximum: 1000000", "maximum: none", "is not a JSON Schema"),
    (
        "contract.yaml",
        "    desk: { http: \"${DESK_URL}\", private: true }",
        "    desk: { http: desk }",
        "`desk` is not an address",
    ),
    ("contract.yaml", "    wall_time: 10m", "    wall_time: 10", "cost.run.wall_time"),
    (
        "contract.yaml",
        "    customer.reply: 0.01",
        "    customer.replie: 0.01",
        "unknown tool `customer.replie`",
    ),
    ("contract.yaml", "within: 72h", "within: 72x", "within is not a duration"),
    (
        "contract.yaml",
        "with: { payout_id: result:/payout_id }\n",
        "with: { payout: result:/payout_id }\n",
        "no parameter `payout`",
    ),
    (
        "policy.cedar",
        "@id(\"talk-to-people\")\npermit",
        "@id(\"talk-to-people\")\npremit",
        "is not a Cedar policy",
    ),
    (
        "policy.cedar",
        ".eligibility.eligible }",
        ".eligibility.eligibel }",
        "`context.evidence.eligibility.eligibel`",
    ),
    ("policy.cedar", ".status == \"settled\"", ".status == 1 + true", "policy `settled-sales-only`"),
    ("policy.cedar", "@quorum(\"1\")", "@quorum(\"some\")", "@quorum `some`"),
    (
        "policy.cedar",
        "Action::\"payouts.get\", Action::\"tickets.get\"]",
        "Action::\"payouts.get\", Action::\"ticket.get\"]",
        "unknown action `ticket.get`",
    ),
    (
        "policy.cedar",
        "context.params.amount_minor >= 10000",
        "context.params.amount >= 10000",
        "no `context.params.amount`",
    ),
];

#[test]
fn of_independent_breaks_none_hides_another() {
    let good = (shipped("refund-decision", "contract.yaml"), shipped("refund-decision", "policy.cedar"));
    let put = |(yaml, policy): &(String, String), (file, from, to, _): &(&str, &str, &str, &str)| match *file
    {
        "contract.yaml" => (edited(yaml, from, to), policy.clone()),
        _ => (yaml.clone(), edited(policy, from, to)),
    };
    let alone: Vec<_> = BREAKS
        .iter()
        .map(|one| {
            let (yaml, policy) = put(&good, one);
            let found = errors(&yaml, &policy);
            assert!(found.iter().any(|said| said.contains(one.3)), "{one:?}: {found:?}");
            found
        })
        .collect();
    for (index, one) in BREAKS.iter().enumerate() {
        for (other_index, other) in BREAKS.iter().enumerate().skip(index + 1) {
            let (yaml, policy) = put(&put(&good, one), other);
            let both: BTreeSet<_> = alone[index].union(&alone[other_index]).cloned().collect();
            assert_eq!(errors(&yaml, &policy), both, "{one:?} and {other:?}");
        }
    }
    // And all of them at once.
    let (yaml, policy) = BREAKS.iter().fold(good, |broken, one| put(&broken, one));
    let all: BTreeSet<_> = alone.into_iter().flatten().collect();
    assert_eq!(errors(&yaml, &policy), all);
}

/// Two sections that are broken whole, in each way.
#[test]
fn of_two_broken_sections_each_is_told_of_as_if_it_were_alone() {
    for whole in documents() {
        let Value::Object(fields) = &whole.0 else { panic!("no document") };
        let breaks = fields.keys().flat_map(|name| (0..3).map(move |how| (format!("/{name}"), how)));
        let alone: Vec<_> = breaks.map(|one| (wrong(&whole, std::slice::from_ref(&one)), one)).collect();
        for (number, (of_one, one)) in alone.iter().enumerate() {
            for (of_other, other) in alone.iter().skip(number + 1).filter(|(_, other)| other.0 != one.0) {
                let together = wrong(&whole, &[one.clone(), other.clone()]);
                let told = |error: &&String| !of_one.contains(*error) && !of_other.contains(*error);
                let spurious: Vec<_> = together.iter().filter(told).collect();
                assert!(spurious.is_empty(), "{one:?}, {other:?}: {spurious:?}");
            }
        }
    }
}
