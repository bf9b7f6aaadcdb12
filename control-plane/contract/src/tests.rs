//! Whole contracts: the shipped ones compile, malformed ones say what is wrong and where.

use std::path::PathBuf;

use crate::{CompiledContract, Problem, compile, load};

mod documents;
mod policies;
mod robustness;

/// The good document that tests edit.
pub(crate) const YAML: &str = include_str!("tests/good.yaml");

/// The good policies that tests edit.
pub(crate) const POLICY: &str = include_str!("tests/good.cedar");

/// A contract that must compile.
pub(crate) fn compiled(yaml: &str, policy: &str) -> CompiledContract {
    compile(yaml, policy).unwrap_or_else(|problems| panic!("{}", listing(&problems)))
}

/// The text with one passage replaced, which must be there exactly once.
pub(crate) fn edited(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "`{from}` stands exactly once in the good text");
    text.replace(from, to)
}

/// Problems as people read them.
pub(crate) fn listing(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What each edit leads to, as one text for a snapshot.
fn account(
    edits: &[(&str, &str)],
    compile: impl Fn(&str, &str) -> Result<CompiledContract, Vec<Problem>>,
) -> String {
    let mut account = String::new();
    for (from, to) in edits {
        let said = match compile(from, to) {
            Ok(_) => "accepted".to_owned(),
            Err(problems) => listing(&problems),
        };
        account.push_str(&format!("- {}\n+ {}\n{said}\n\n", from.escape_debug(), to.escape_debug()));
    }
    account
}

#[test]
fn shipped_contracts_compile() {
    for name in ["refund-decision", "access-grants"] {
        let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/contracts").join(name);
        let contract = load(&dir).unwrap_or_else(|problems| panic!("{}", listing(&problems)));
        let mut terms = contract.terms().as_ref().clone();
        // The identity changes with every byte; here it is the meaning that is looked at.
        terms.digest = remit_core::Digest::of(b"");
        insta::assert_json_snapshot!(format!("terms_of_{name}"), terms);
    }
}
