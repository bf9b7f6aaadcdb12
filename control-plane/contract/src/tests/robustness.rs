//! Whatever the bytes are, compiling answers with problems and never panics.

use proptest::prelude::*;

use super::{POLICY, YAML, listing};
use crate::compile;

/// What YAML and the document give a meaning to.
const FRAGMENTS: [&str; 18] = [
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
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn mutated_documents_never_panic(
        edits in prop::collection::vec((0..YAML.len(), 0..24_usize, prop::sample::select(&FRAGMENTS[..])), 1..6)
    ) {
        let mut text = YAML.to_owned();
        for (at, cut, fragment) in edits {
            let start = (0..=at.min(text.len())).rev().find(|index| text.is_char_boundary(*index)).unwrap();
            let end = (start..=start.saturating_add(cut).min(text.len())).rev().find(|index| text.is_char_boundary(*index)).unwrap();
            text.replace_range(start..end, fragment);
        }
        if let Err(problems) = compile(&text, POLICY) {
            prop_assert!(!problems.is_empty(), "a refusal says why");
            prop_assert!(problems.iter().all(|problem| !problem.remedy.is_empty()), "{}", listing(&problems));
        }
    }

    #[test]
    fn mutated_policies_never_panic(at in 0..POLICY.len(), cut in 0..40_usize, fragment in prop::sample::select(&FRAGMENTS[..])) {
        let mut text = POLICY.to_owned();
        text.replace_range(at..at.saturating_add(cut).min(POLICY.len()), fragment);
        if let Err(problems) = compile(YAML, &text) {
            prop_assert!(!problems.is_empty(), "a refusal says why");
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("contract: {}{}", "[".repeat(20_000), "]".repeat(20_000));
    assert!(compile(&deep, POLICY).is_err());
}

#[test]
fn aliases_are_refused_before_they_multiply() {
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..64 {
        let below = level - 1;
        bomb.push_str(&format!("a{level}: &a{level} [*a{below}, *a{below}]\n"));
    }
    insta::assert_snapshot!(listing(&compile(&bomb, POLICY).unwrap_err()), @r"
    contract.yaml:1:9: anchors are not accepted
    hint: write the value out where it is needed
    ");
}

#[test]
fn large_files_are_refused() {
    let large = format!("{YAML}# {}\n", "x".repeat(1024 * 1024));
    insta::assert_snapshot!(listing(&compile(&large, POLICY).unwrap_err()), @r"
    contract.yaml: the file is larger than 1 MiB
    hint: a contract is read by people; make it shorter
    ");
}
