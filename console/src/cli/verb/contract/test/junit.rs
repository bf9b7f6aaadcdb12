//! What the scenarios showed as JUnit XML, for build servers.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use remit_contract::scenario::{Played, Tested, Tie};

/// The report: a suite for each file, and one for the rules. What ends the command with 1 is a failure here too.
///
/// # Errors
/// When it cannot be put into XML.
pub(super) fn report(tested: &Tested, strict: bool) -> Result<String, String> {
    let mut report = Report::new(format!("{} {}", tested.terms.service, tested.terms.version));
    let mut rest = tested.scenarios.as_slice();
    while let Some(first) = rest.first() {
        let (file, after) = rest.split_at(rest.iter().take_while(|played| played.file == first.file).count());
        let mut suite = TestSuite::new(format!("{} ({})", first.suite, first.file));
        suite.add_test_cases(file.iter().map(case));
        report.add_test_suite(suite);
        rest = after;
    }
    if !tested.rules.is_empty() {
        let mut suite = TestSuite::new("coverage");
        suite.add_test_cases(tested.rules.iter().map(|rule| {
            let status = match rule.tie {
                Tie::Held => TestCaseStatus::success(),
                Tie::Loose | Tie::Vacuous => {
                    let fails = strict && rule.tie == Tie::Vacuous;
                    let mut status = if fails {
                        TestCaseStatus::non_success(NonSuccessKind::Failure)
                    } else {
                        TestCaseStatus::skipped()
                    };
                    status.set_message(format!("{} ({}:{})", rule.tie.as_str(), rule.file, rule.line));
                    status
                }
            };
            TestCase::new(rule.name.clone(), status)
        }));
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| error.to_string())
}

fn case(played: &Played) -> TestCase {
    let status = match &played.failure {
        None => TestCaseStatus::success(),
        Some(difference) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(format!("{}:{}: {}", played.file, difference.line, difference.step));
            let notes = difference.notes.join("\n");
            status
                .set_description(format!("expected\n{}got\n{}{notes}", difference.expected, difference.got));
            status
        }
    };
    let mut case = TestCase::new(played.id.clone(), status);
    case.set_classname(played.file.clone());
    case
}
