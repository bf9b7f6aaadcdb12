//! Whole contracts: the shipped ones compile, malformed ones say what is wrong and where.

use crate::{CompiledContract, Problem, compile};

mod assertions;
mod documents;
mod fuzz;
mod policies;
mod radius;
mod recovery;
mod robustness;
mod run;
mod shipped;
mod sources;
mod together;
mod tripwires;
mod undos;
mod workflows;

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
pub(crate) fn account(
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
