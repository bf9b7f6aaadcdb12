//! An incident in the demo, as a person has it: the refunds are stopped from the console and from the command line under
//! full traffic, a doubt is explained, the last five minutes are undone, what was refused is taken over; and the ledger
//! ends equal to the journal.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;

use remit_tests::terminal::Terminal;

use super::demo;
use crate::REMIT;

/// The key that reads on.
const PAGE_DOWN: &str = "\x1b[6~";
const SCOPE: &str = "service:refund-decision";
/// Longest wait for anything that must happen.
const PATIENCE: Duration = Duration::from_secs(40);

/// The command line beside the console.
struct Line {
    /// The demo's folder.
    dir: PathBuf,
}

impl Line {
    fn beside(home: &Path) -> Self {
        let mut entries = fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path());
        let is_demo = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("remit-demo-");
        Self { dir: entries.find(is_demo).expect("the demo has a folder") }
    }

    /// What a command answers.
    fn remit(&self, arguments: &[&str]) -> Value {
        let context = self.dir.join("control-plane/context.toml");
        let output = Command::new(REMIT)
            .env_clear()
            .arg("--context")
            .arg(context)
            .args(["-o", "json"])
            .args(arguments)
            .output();
        let output = output.unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {out}\n{err}");
        // Of a stream, the first line.
        let text = if arguments.contains(&"--follow") { out.lines().next().unwrap() } else { &out };
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// Refunds in this state, by id.
    fn payouts(&self, status: &str) -> Vec<String> {
        let found = self.remit(&["get", "actions", "--status", status, "--limit", "1000"]);
        let actions = found["actions"].as_array().unwrap().iter();
        let payouts = actions.filter(|action| action["tool"] == "payout.create");
        payouts.map(|action| action["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The payout that the payments company has made under a key.
    fn statement(&self, key: &str) -> Option<String> {
        let ledger = Connection::open(self.dir.join("payments.sqlite")).unwrap();
        let number = ledger.query_row("SELECT number FROM payouts WHERE key = ?1", [key], |row| row.get(0));
        number.optional().unwrap().map(|number: i64| format!("po-{number:05}"))
    }

    /// Says of every refund in doubt what the statement says of it.
    fn explain(&self) {
        for id in self.payouts("in-doubt") {
            let reason = ["--reason", "it is what the statement says"];
            match self.statement(&id) {
                Some(payout) => {
                    let result = format!("{{\"payout_id\":\"{payout}\",\"status\":\"paid\"}}");
                    self.remit(&[&["resolve", &id, "--happened", "--result", &result], &reason[..]].concat());
                }
                None => drop(self.remit(&[&["resolve", &id, "--did-not-happen"], &reason[..]].concat())),
            }
        }
    }
}

/// Waits until something is so; a program is asked, so there is nothing to be woken by.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "no {what}");
    }
}

/// The number that stands behind a word on the screen.
fn number_after(terminal: &Terminal, word: &str) -> String {
    let screen = terminal.contents();
    let line = screen.lines().find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("{screen}"));
    line.trim_start_matches(word).split_whitespace().next().unwrap().to_owned()
}

#[test]
fn refunds_are_stopped_undone_and_accounted_for() {
    let home = tempfile::tempdir().unwrap();
    let mut console = demo(home.path());
    let line = Line::beside(home.path());
    until("refunds to undo", || 5 <= line.payouts("succeeded").len());

    // From the console: the acknowledgement says how long it took and what is in flight.
    until("a refund on its way", || !line.payouts("running").is_empty());
    console.press_for(
        &format!(":stop {SCOPE}\r"),
        &["STOP service:refund-decision", "in flight", "live: Enter"],
    );
    let runs = number_after(&console, "holds");
    console.press(&format!("{runs}\twrong orders are paid\r"));
    console.shows(&["in flight, ", "ACKED in ", "nothing admitted after"]);
    // From the command line: the same stop again, followed until nothing is in flight.
    let stopped = line.remit(&["stop", SCOPE, "--reason", "wrong orders are paid", "--follow"]);
    assert!(stopped["containment_us"].is_u64() && stopped["in_flight"].is_array(), "{stopped}");
    assert!(line.payouts("running").is_empty(), "all that was in flight has ended");

    line.explain();
    console.press_for(&format!(":rollback {SCOPE} 5m\r"), &["UNDO", "type the number of steps"]);
    // All of the plan must have been on the screen.
    console.press_until(PAGE_DOWN, "live: Enter");
    let steps = number_after(&console, "undoes");
    console.press(&format!("{steps}\tpaid for the wrong orders\r"));
    console.shows(&["2 parked"]);
    let parked = line.remit(&["get", "parked"]);
    let parked = parked["parked"].as_array().unwrap();
    assert_eq!(parked.len(), 2, "two reversals are refused: {parked:?}");
    let plan = parked[0]["plan"].as_str().unwrap();
    for left in parked {
        assert_eq!(left["why"], "refused", "{left}");
        let action = left["target"]["id"].as_str().unwrap();
        line.remit(&["rollback", "skip", plan, action, "--reason", "the customer has withdrawn it"]);
    }
    until("end of the rollback", || line.remit(&["rollback", "show", plan])["state"] == "closed");
    assert!(
        line.payouts("in-doubt").is_empty() && line.payouts("succeeded").len() == 2,
        "but what was refused"
    );
    line.remit(&["release", SCOPE, "--reason", "what could be undone is undone"]);

    console.press(":quit\r");
    let (status, text) = console.ended();
    assert!(status.success(), "{status:?}\n{text}");
    assert!(text.contains("verified, ") && text.contains("matches, "), "{text}");
    assert!(text.contains("2, 2 reversals were refused"), "{text}");
}
