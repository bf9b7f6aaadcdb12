//! The demo without a console: it proves itself, and its exit code says whether the proof held.

use std::process::Command;

use serde_json::Value;

use crate::REMIT;

fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(REMIT);
    command.arg("demo").args(arguments);
    command
}

#[test]
fn a_headless_demo_proves_what_happened() {
    let home = tempfile::tempdir().unwrap();
    let mut command = demo(&["--headless", "--for", "5s", "-o", "json"]);
    for variable in ["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        command.env(variable, home.path());
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let summary: Value = serde_json::from_str(&text).unwrap();
    let count = |name: &str| summary[name].as_u64().unwrap_or_else(|| panic!("no {name} in {text}"));

    assert_eq!(summary["journal_verified"], true, "{text}");
    assert_eq!(summary["ledger_matches"], true, "{text}");
    assert_eq!(count("late_admits"), 0, "{text}");
    assert!(summary["unfinished"].is_null(), "{text}");
    for something in ["runs", "admitted", "denied", "escalated", "executed", "undone", "payouts", "reversals"]
    {
        assert!(0 < count(something), "no {something}: {text}");
    }
    let stopped_by = summary["stopped_by"].as_object().unwrap();
    let rules = [
        "loop.same_call",
        "loop.cycle",
        "loop.no_progress",
        "value.at_most",
        "value.stop_below",
        "run.spend",
        "run.calls",
        "run.tools",
        "run.tokens",
    ];
    for rule in rules {
        assert!(stopped_by.get(rule).is_some_and(|runs| 0 < runs.as_u64().unwrap()), "no {rule}: {text}");
    }
    assert!(count("executed") <= count("admitted") + count("escalated"), "{text}");
    assert!(count("reversals") <= count("payouts"), "{text}");
    let operator = &summary["operator"];
    assert!(operator["containment_us"].is_u64(), "the stop was measured: {text}");
    assert!(0 < operator["in_flight_at_stop"].as_u64().unwrap(), "the stop met traffic: {text}");
    // The payments company refuses two reversals and loses one answer.
    assert_eq!((count("parked"), count("refused"), &operator["parked"]), (2, 2, &2.into()), "{text}");
    assert!(0 < operator["doubts"].as_u64().unwrap() && 0 < operator["undone"].as_u64().unwrap(), "{text}");
    assert!(operator["approved"].is_string() && operator["denied"].is_string(), "{text}");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "it leaves nothing behind");
}

#[test]
fn a_time_that_is_none_is_refused() {
    let output = demo(&["--headless", "--for", "soon"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("expected a time such as `20s`, `5m` or `1h`"), "{said}");
}
