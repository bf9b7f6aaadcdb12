//! Which context is asked, and what a shell is given.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use super::{begins, fitting, named_context, reasons};

#[test]
fn the_context_is_the_one_that_was_typed() {
    for (words, named) in [
        (&["remit", "--context", "prod", "stop"][..], Some("prod")),
        (&["remit", "stop", "--context=a.toml", "all"], Some("a.toml")),
        (&["remit", "stop", "--context", "=", "a.toml"], Some("a.toml")),
        (&["remit", "stop", "all"], None),
        (&["remit", "--context"], None),
    ] {
        assert_eq!(
            named_context(words.iter().map(OsString::from)).as_deref(),
            named.map(Path::new),
            "{words:?}"
        );
    }
}

#[test]
fn a_shell_gets_nothing_that_it_would_interpret() {
    let names = ["good-1", "good$(reboot)", "good two", "goo\u{202e}d", "other"];
    let found = fitting(OsStr::new("good"), names.map(|name| (name.to_owned(), "a\u{1b}[2J\nb".to_owned())));
    let [only] = &found[..] else { panic!("{found:?}") };
    assert_eq!(only.get_value(), "good-1");
    let help = only.get_help().unwrap().to_string();
    assert!(!help.contains(['\u{1b}', '\n']), "{help:?}");
}

#[test]
fn an_id_is_whole_once_it_is_begun() {
    for (current, whole) in [("", false), ("r", true), ("run_0", true), ("9b1c", false)] {
        assert_eq!(begins(OsStr::new(current), "run_"), whole, "{current}");
    }
    assert!(reasons(OsStr::new("evidence_st")).iter().any(|it| it.get_value() == "evidence_stale"));
}
