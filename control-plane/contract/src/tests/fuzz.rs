//! Whatever the bytes are, compiling answers with problems at places that are there, and never panics.
//!
//! `cargo test` plays the corpus and half a second of chance; the gate plays on for longer. A seed that failed is
//! played again with `BOLERO_RANDOM_SEED`; what it found goes into the corpus.

use std::time::Duration;

use super::{POLICY, YAML, listing};
use crate::{Problem, compile, domain::parse};

/// How long chance is tried when the environment does not say.
const TEST_TIME: Duration = Duration::from_millis(500);

/// What YAML, the document or Cedar give a meaning to.
const FRAGMENTS: [&str; 32] = [
    ":",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "  ",
    "\"",
    "'",
    "&a ",
    "*a",
    "!!x ",
    "|\n",
    "? ",
    "\u{feff}",
    "é\u{0}",
    "999999999999999999999",
    "context",
    ".params",
    ".evidence",
    " has ",
    " == ",
    " && ",
    ".contains(",
    ")",
    "principal",
    "like \"*\"",
    "if true then ",
    " else ",
    "@id(\"a\")",
    "forbid (principal, action, resource);",
];

/// The text that bytes stand for: themselves when they begin with ASCII, else edits of a good text, of four bytes
/// each: where, how much is cut, what is put there.
fn text_of(bytes: &[u8], good: &str) -> String {
    let Some((128.., edits)) = bytes.split_first() else {
        return String::from_utf8_lossy(bytes).into_owned();
    };
    let mut text = good.to_owned();
    for edit in edits.chunks_exact(4).take(6) {
        let at = usize::from(u16::from_le_bytes([edit[0], edit[1]])).checked_rem(text.len()).unwrap_or(0);
        let start = text.floor_char_boundary(at);
        let end = text.floor_char_boundary(start.saturating_add(usize::from(edit[2] % 32)).min(text.len()));
        text.replace_range(start..end, FRAGMENTS[usize::from(edit[3] % 32)]);
    }
    text
}

/// A refusal says why, what to do, and where in a text that has such a place.
fn check(yaml: &str, policy: &str) {
    let Err(problems) = compile(yaml, policy) else { return };
    assert!(!problems.is_empty(), "a refusal says why");
    for problem in &problems {
        // For YAML a carriage return ends a line, too.
        let is_yaml = problem.file == "contract.yaml";
        let text = if is_yaml { yaml.replace("\r\n", "\n").replace('\r', "\n") } else { policy.to_owned() };
        let lines: Vec<&str> = text.split('\n').collect();
        assert!(!problem.remedy.is_empty() && is_in(problem, &lines), "{}\n{text:?}", listing(&problems));
    }
}

/// The same of a domain's file.
fn check_domain(text: &str) {
    let Err(problems) = parse(text, "payments.yaml") else { return };
    let (lines, said) = (text.replace("\r\n", "\n").replace('\r', "\n"), listing(&problems));
    let lines: Vec<&str> = lines.split('\n').collect();
    assert!(!problems.is_empty(), "a refusal says why");
    assert!(problems.iter().all(|it| !it.remedy.is_empty() && is_in(it, &lines)), "{said}\n{text:?}");
}

/// One line and one column behind the end are places too: something may be missing there.
fn is_in(problem: &Problem, lines: &[&str]) -> bool {
    let length = lines.get(problem.line.saturating_sub(1)).map_or(0, |line| line.chars().count());
    problem.line <= lines.len().saturating_add(1)
        && problem.column.saturating_add(problem.width) <= length.saturating_add(2)
}

#[test]
fn documents() {
    let target = bolero::check!(name = "documents");
    target.with_test_time(TEST_TIME).for_each(|bytes: &[u8]| check(&text_of(bytes, YAML), POLICY));
}

#[test]
fn domains() {
    const GOOD: &str = "# A domain\ndomain: remit/v1\nname: payments\ncurrency: USD\nbacktest: required\n";
    let target = bolero::check!(name = "domains");
    target.with_test_time(TEST_TIME).for_each(|bytes: &[u8]| check_domain(&text_of(bytes, GOOD)));
}

#[test]
fn policies() {
    let target = bolero::check!(name = "policies");
    target.with_test_time(TEST_TIME).for_each(|bytes: &[u8]| check(YAML, &text_of(bytes, POLICY)));
}
