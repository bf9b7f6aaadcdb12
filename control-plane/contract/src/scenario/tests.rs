//! Scenarios: the shipped ones hold every rule, a wrong one says what differs, a vacuous rule is found.

use std::path::PathBuf;

use super::*;
use crate::tests::{POLICY, YAML, edited, listing};

mod canaries;
mod familiar;
mod instead;
mod malformed;
mod metered;
mod played;
mod recovery;
mod sources;

/// A scenario file about the good contract, that tests edit.
const GOOD: &str = include_str!("tests/good.yaml");

/// The good contract with these scenarios.
fn folder(scenarios: &str) -> Folder {
    let file = ("scenarios/good.yaml".to_owned(), scenarios.as_bytes().to_vec());
    Folder { contract: YAML.to_owned(), policy: POLICY.to_owned(), scenarios: vec![file] }
}

/// What the only scenario of a file makes happen, which must go as it says.
pub(super) fn recorded(scenarios: &str) -> Vec<(remit_core::Timestamp, remit_core::Event)> {
    let folder = folder(scenarios);
    let contract = compile_folder(&folder).unwrap();
    let suites = suites(&folder, Some(&contract)).unwrap_or_else(|problems| panic!("{}", listing(&problems)));
    let (_, trace) = play::play(&contract, &suites[0], &suites[0].scenarios[0]);
    trace.history
}

fn tested(scenarios: &str) -> Tested {
    test_folder(&folder(scenarios), None).unwrap_or_else(|problems| panic!("{}", listing(&problems)))
}

/// The good scenarios with one passage replaced.
fn changed(from: &str, to: &str) -> Tested {
    tested(&edited(GOOD, from, to))
}

/// What failed, as one text.
fn failures(tested: &Tested) -> String {
    let failed = tested.scenarios.iter().filter_map(|played| Some((played, played.failure.as_ref()?)));
    failed
        .map(|(played, Failure { line, step, expected, got, notes })| {
            format!("{}:{line} {step}\nexpected\n{expected}got\n{got}notes {notes:#?}\n", played.id)
        })
        .collect()
}

#[test]
fn shipped_scenarios_pass_and_hold_every_rule() {
    for name in ["access-grants", "refund-decision"] {
        let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/contracts").join(name);
        let tested = test(&dir, None).unwrap_or_else(|problems| panic!("{}", listing(&problems)));
        assert_eq!(failures(&tested), "");
        let free: Vec<_> = tested.rules.iter().filter(|rule| rule.tie != Tie::Held).collect();
        assert!(free.is_empty(), "{free:#?}");
        assert!(tested.rules.len() > 25, "the rules were not found");
    }
}
