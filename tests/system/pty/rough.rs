//! A console whose surroundings are rough: the control plane dies, the window shakes, the line is slow, the shell stops it.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use remit_tests::{firehose::Firehose, terminal::Terminal};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::runtime::{Builder, Runtime};

use super::{
    demo,
    person::{Desk, leave},
};
use crate::REMIT;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_outlives_its_control_plane_and_decides_nothing_meanwhile() {
    let mut desk = Desk::new().await;
    let (_, _) = desk.held("a").await;
    let (site, address) = (desk.site.path().to_owned(), desk.remitd.address);
    let context = desk.site.data().join("context.toml");
    let start = move || {
        let mut console =
            Terminal::start_in((100, 30), REMIT, &["--context", context.to_str().unwrap()], &site);
        console.shows(&["1 Overview", "LIVE"]);
        console.press_for("2", &["2 Queue", "WHAT"]);
        console
    };
    let console = tokio::task::spawn_blocking(start).await.unwrap();
    desk.remitd.kill().await;
    let offline = move || {
        let mut console = console;
        console.shows(&["OFFLINE", "refused"]);
        console.press_for("d", &["deny is locked"]);
        console.press_for("1", &["1 Overview"]);
        console
    };
    let console = tokio::task::spawn_blocking(offline).await.unwrap();
    let remitd = desk.site.start_at(address).await;
    let back = move || {
        let mut console = console;
        console.press("r");
        console.shows(&["LIVE"]);
        console.press_for("2", &["2 Queue", "WHAT"]);
        console.press_for("d", &["DENY", "live: Enter"]);
        console.press_for("no such sale\r", &["ACKED"]);
        leave(console);
    };
    tokio::task::spawn_blocking(back).await.unwrap();
    assert!(remitd.operator().await.pending().await.is_empty());
    remitd.operator().await.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_control_plane_that_hangs_is_seen_to_and_stopping_is_still_offered() {
    let mut desk = Desk::new().await;
    desk.held("a").await;
    let hung = desk.remitd.process();
    let freeze = move |signal: &str| {
        let sent = std::process::Command::new("sh")
            .args(["-c", "kill -\"$0\" \"$1\"", signal, &hung.to_string()])
            .status();
        assert!(sent.unwrap().success());
    };
    desk.at_console((100, 30), move |mut console| {
        console.press_for("2", &["2 Queue", "WHAT"]);
        console.press_for("\r", &["lapses in", "a approve"]);
        freeze("STOP");
        console.shows(&["STALE"]);
        console.press_for("a", &["approve is locked"]);
        // Denying and stopping make things safer: they are offered, and say that nobody answers.
        console.press_for("d", &["DENY esc_", "live: Enter"]);
        console.press_for("\x1b", &["lapses in"]);
        console.press_for("!", &["ACT on"]);
        console.press_for("S", &["STOP service:refund-decision", "live: Enter"]);
        console.press_for("\x1b", &["lapses in"]);
        freeze("CONT");
        console.shows(&["LIVE"]);
        console.press_for("d", &["DENY esc_", "live: Enter"]);
        console.press_for("no such sale\r", &["ACKED"]);
        leave(console);
    })
    .await;
    desk.remitd.operator().await.verify().await;
}

/// Records a second: more than any control plane of ours has to tell.
const FIREHOSE: u64 = 20_000;

/// A console at a control plane that pours out records, on its trace. The runtime is what pours.
fn at_a_firehose(home: &Path) -> (Terminal, Arc<Firehose>, Runtime) {
    let pours = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (source, address) = pours.block_on(Firehose::serve());
    let context = Firehose::context(home, address);
    let arguments = ["--context", context.to_str().unwrap()];
    let mut console = Terminal::start_in((100, 30), REMIT, &arguments, home);
    console.shows(&["1 Overview", "LIVE", "refund-decision"]);
    source.pour(FIREHOSE);
    console.press_for("3", &["3 Trace", "FOLLOWING", "payout.create decided"]);
    (console, source, pours)
}

/// Waits until more was poured out than any buffer on the way takes.
fn pours_on(console: &Terminal, source: &Firehose, before: u64) {
    console.shows_what("record after record", |_| before + 2 * FIREHOSE < source.sent());
}

#[test]
fn a_shaking_window_at_a_firehose_ends_in_a_right_frame() {
    let home = tempfile::tempdir().unwrap();
    let (mut console, source, _pours) = at_a_firehose(home.path());
    let before = source.sent();
    let mut chance = StdRng::seed_from_u64(7);
    for _ in 0..100 {
        console.resize(chance.random_range(1..240), chance.random_range(1..80));
    }
    console.resize(100, 30);
    console.shows(&["3 Trace", "FOLLOWING", "views", "payout.create decided"]);
    pours_on(&console, &source, before);
    // A key counts for a frame of the size that the window has by now.
    console.press_until("1", "CEILING");
    console.press(":quit\r");
    let (status, text) = console.ended();
    assert!(status.success(), "{status:?}\n{text}");
}

#[test]
fn a_slow_line_at_a_firehose_makes_late_and_not_deaf() {
    let home = tempfile::tempdir().unwrap();
    let (mut console, source, _pours) = at_a_firehose(home.path());
    let before = source.sent();
    // About 40 KiB a second.
    console.slow(Duration::from_millis(100));
    console.press_for("?", &["Keys here"]);
    console.press_for("\x1b", &["FOLLOWING"]);
    console.press_for("1", &["1 Overview"]);
    pours_on(&console, &source, before);
    console.press(":quit\r");
    console.slow(Duration::ZERO);
    let (status, text) = console.ended();
    assert!(status.success(), "{status:?}\n{text}");
}

#[test]
fn ctrl_z_gives_the_terminal_back_until_the_console_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let mut console = demo(home.path());
    for stop in ["key", "signal"] {
        if stop == "key" {
            console.press("\x1a");
        } else {
            console.signal("TSTP");
        }
        console.is_given_back();
        console.is_stopped();
        console.signal("CONT");
        console.shows(&["1 Overview", "LIVE", "refund-decision"]);
        assert!(console.is_taken(), "{stop}");
    }
    console.press_for("2", &["2 Queue"]);
    console.press(":quit\r");
    let (status, text) = console.ended();
    assert!(status.success(), "{status:?}\n{text}");
}

#[test]
fn a_lost_terminal_ends_the_console() {
    let home = tempfile::tempdir().unwrap();
    let console = demo(home.path());
    console.signal("HUP");
    let (_, text) = console.ended();
    assert!(text.contains("verified, "), "{text}");
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_readable() {
    let home = tempfile::tempdir().unwrap();
    let panics = [("FAILPOINTS", "paint=5*off->panic")];
    let console = Terminal::start_with((120, 30), REMIT, (&["demo"], &panics), home.path());
    let (status, text) = console.ended();
    assert!(!status.success(), "{status:?}\n{text}");
    assert!(text.contains("failpoint paint panic"), "{text}");
}
