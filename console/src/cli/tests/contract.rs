//! `remit contract test`: what it prints, what it reports to build servers, and how it ends.

use std::{fs, path::PathBuf};

use super::verbs::{Ran, run_with};
use crate::cli::exit::Exit;

/// A copy of a shipped contract, to be edited.
struct Copy(tempfile::TempDir);

impl Copy {
    fn of(name: &str) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets/contracts").join(name);
        fs::create_dir(copy.0.path().join("scenarios")).unwrap();
        for folder in ["", "scenarios"] {
            for entry in fs::read_dir(from.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    fs::copy(&path, copy.0.path().join(folder).join(path.file_name().unwrap())).unwrap();
                }
            }
        }
        copy
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` stands exactly once in {file}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// `remit contract test` on it, with these options.
    async fn test(&self, options: &str) -> Ran {
        let dir = self.0.path().to_str().unwrap();
        let words = format!("contract test {dir} {options}");
        run_with("http://127.0.0.1:1", "", words.trim_end()).await
    }
}

#[tokio::test]
async fn shipped_contracts_are_tested_and_tied_down() {
    for name in ["access-grants", "refund-decision"] {
        let ran = Copy::of(name).test("--strict").await;
        assert_eq!(ran.exit, Exit::Ok, "{}", ran.whole());
        assert!(!ran.out.contains("vacuous"), "{}", ran.out);
    }
}

#[tokio::test]
async fn a_failed_scenario_shows_the_difference_and_ends_with_no() {
    let copy = Copy::of("access-grants");
    copy.edit(
        "policy.cedar",
        "unless { context.evidence.employee.active };",
        "when { context.evidence.role.privileged };",
    );
    let ran = copy.test("--filter nobody").await;
    insta::assert_snapshot!(ran.whole());
    assert_eq!(copy.test("--filter ordinary").await.exit, Exit::Ok);
}

#[tokio::test]
async fn a_vacuous_rule_is_a_warning_and_with_strict_an_error() {
    let copy = Copy::of("access-grants");
    copy.edit(
        "scenarios/grants.yaml",
        "      - propose: grant.bulk_create\n",
        "      - propose: role.create\n",
    );
    let (warned, strict) = (copy.test("").await, copy.test("--strict").await);
    assert_eq!((warned.exit, strict.exit), (Exit::Ok, Exit::No), "{}", strict.whole());
    let named = |ran: &Ran, word: &str| {
        let lines = ran.out.lines().filter(|line| line.trim_start().starts_with(word));
        lines.map(|line| line.contains("scope.forbidden.grant.bulk_create")).collect::<Vec<_>>()
    };
    assert_eq!(named(&warned, "vacuous"), [true], "{}", warned.out);
    assert_eq!(named(&strict, "VACUOUS"), [true], "{}", strict.out);
    // Build servers that read only the report see what the command's exit says.
    let report = copy.0.path().join("report.xml");
    for (strict, failures) in [("", "failures=\"0\""), ("--strict", "failures=\"1\"")] {
        copy.test(format!("{strict} --junit {}", report.display()).trim_start()).await;
        let xml = fs::read_to_string(&report).unwrap();
        let head = xml.lines().find(|line| line.contains("<testsuites ")).unwrap();
        assert!(head.contains(failures), "{strict}: {head}");
    }
}

#[tokio::test]
async fn programs_read_json_and_junit() {
    let copy = Copy::of("access-grants");
    copy.edit("scenarios/grants.yaml", "expect: { undone: 1, actions", "expect: { undone: 2, actions");
    let report = copy.0.path().join("report.xml");
    let ran = copy.test(&format!("-o json --junit {}", report.display())).await;
    assert_eq!(ran.exit, Exit::No);
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["ok"], false);
    insta::assert_json_snapshot!(said["scenarios"][0]);
    assert_eq!(said["rules"][0]["tie"], "held");
    let xml = fs::read_to_string(report).unwrap();
    assert!(xml.contains("failures=\"1\""), "{xml}");
    assert!(xml.contains("undone: 2") && xml.contains("undone: 1"), "{xml}");
}

#[tokio::test]
async fn what_cannot_be_tested_says_why() {
    let copy = Copy::of("access-grants");
    copy.edit("scenarios/grants.yaml", "suite: Roles", "sweet: Roles");
    let ran = copy.test("").await;
    assert_eq!(ran.exit, Exit::No);
    assert!(ran.out.contains("scenarios/grants.yaml:2:1\n"), "{}", ran.out);
    let ran = Copy::of("access-grants").test("--filter nothing-like-it").await;
    assert_eq!(ran.exit, Exit::No);
    assert!(ran.err.contains("no scenario is called `nothing-like-it`"), "{}", ran.err);
}
