//! The console in a real terminal: it walks, and whatever ends it gives the terminal back.

mod incident;
mod outside;
mod person;
mod plain;
mod reach;
mod recorded;
mod rough;
mod screens;

use std::{fs, path::Path};

use remit_tests::terminal::Terminal;

use crate::REMIT;

/// A demo in its console, once the first services have acted.
fn demo(home: &Path) -> Terminal {
    begun(Terminal::start(REMIT, &["demo"], home))
}

/// Waits until the first services have acted.
fn begun(terminal: Terminal) -> Terminal {
    terminal.shows(&["1 Overview", "LIVE", "refund-decision", "access-grants"]);
    assert!(terminal.is_taken());
    terminal
}

/// Nothing of a demo stays behind.
fn left_behind(home: &Path) -> Vec<String> {
    let entries = fs::read_dir(home).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.into_string().unwrap()).filter(|name| name.starts_with("remit-demo-")).collect()
}

#[test]
fn the_demo_walks_its_screens_and_gives_the_terminal_back() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path());
    terminal.press_for("3", &["3 Trace", "refund-decision"]);
    terminal.press_for("4", &["4 Switches"]);
    terminal.press_for("2", &["2 Queue", "LAPSES", "ASKS F", "{\""]);
    terminal.press_for("\r", &["lapses in", "then nothing runs", "WHAT"]);
    terminal.press_for("\x1b", &["LAPSES", "ASKS F"]);
    terminal.press_for("?", &["Keys here", "Overview: services, ceilings, budgets"]);
    terminal.press_for("\x1b", &["2 Queue", "LAPSES"]);
    terminal.press_for("1", &["1 Overview", "CEILING"]);
    terminal.press_for(":quit", &["quit"]);
    terminal.press("\r");
    let (status, text) = terminal.ended();
    assert!(status.success(), "{status:?}\n{text}");
    assert!(text.contains("verified, ") && text.contains("matches, "), "{text}");
    assert_eq!(left_behind(home.path()), [""; 0]);
}

#[test]
fn a_terminated_console_gives_the_terminal_back() {
    let home = tempfile::tempdir().unwrap();
    let terminal = demo(home.path());
    terminal.signal("TERM");
    let (_, text) = terminal.ended();
    assert!(text.contains("verified, "), "{text}");
}

#[test]
fn an_interrupt_must_be_pressed_twice() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path());
    terminal.press("\x03");
    terminal.press_for("4", &["4 Switches"]);
    assert!(terminal.is_taken(), "once is not enough");
    terminal.press("\x03\x03");
    let (status, text) = terminal.ended();
    assert!(status.success(), "{status:?}\n{text}");
}
