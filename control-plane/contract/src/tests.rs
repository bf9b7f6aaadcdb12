//! The shipped contracts compile, and a digest names every byte.

use std::path::PathBuf;

use crate::{CompiledContract, Problem, load};

/// The folder of a shipped contract.
fn shipped(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/contracts").join(name)
}

/// A shipped contract, compiled, or its problems as people read them.
pub(crate) fn loaded(name: &str) -> CompiledContract {
    load(&shipped(name)).unwrap_or_else(|problems| panic!("{}", listing(&problems)))
}

/// The two files of the refund contract: the good document that tests edit.
pub(crate) fn refund() -> (String, String) {
    let dir = shipped("refund-decision");
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap();
    (read("contract.yaml"), read("policy.cedar"))
}

/// Problems as people read them.
pub(crate) fn listing(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn shipped_contracts_compile() {
    for name in ["refund-decision", "access-grants"] {
        let mut terms = loaded(name).terms().as_ref().clone();
        terms.digest = remit_core::Digest::of(b"");
        insta::assert_json_snapshot!(format!("terms_of_{name}"), terms);
    }
}
