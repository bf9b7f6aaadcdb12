//! A session that is recorded can be looked at again, frame by frame; a recording of a stranger does nothing to the terminal.

use std::{fs, process::Command};

use remit_tests::terminal::Terminal;

use super::begun;
use crate::REMIT;

fn replay(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(REMIT).env_clear().arg("replay").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_recorded_session_is_seen_again_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("session.cast");
    let file = path.to_str().unwrap();
    let mut console = begun(Terminal::start(REMIT, &["demo", "--record", file], home.path()));
    console.press_for("4", &["4 Switches"]);
    console.press_for("?", &["Keys here"]);
    console.press_for("\x1b", &["4 Switches", "views"]);
    console.resize(100, 28);
    console.press_until("5", "5 Parked");
    console.press(":quit\r");
    let (status, text) = console.ended();
    assert!(status.success() && text.contains("recording: "), "{status:?}\n{text}");

    let (code, last, err) = replay(&[file, "--frame", "last"]);
    assert_eq!(code, 0, "{err}");
    assert!(last.contains("5 Parked"), "{last}");
    let frames = fs::read_to_string(&path).unwrap().lines().filter(|line| line.contains("\"o\"")).count();
    let told = |number: usize| replay(&[file, "--frame", &number.to_string()]).1;
    assert!((1..=frames).any(|number| told(number).contains("1 Overview")), "the first screen is there");
    assert!((1..=frames).any(|number| told(number).contains("Keys here")), "so is the help");
    let (code, _, err) = replay(&[file, "--frame", "1000000"]);
    assert!(code == 1 && err.contains("the last one is "), "{err}");
    // It is played, too.
    let player = Terminal::start_in((120, 34), REMIT, &["replay", file, "--speed", "100"], home.path());
    player.shows(&["REPLAY frame"]);
    assert!(player.ended().0.success());
    // A file that is there is not written over.
    let again = Terminal::start(REMIT, &["demo", "--record", file], home.path());
    let (status, text) = again.ended();
    assert!(!status.success() && text.contains("cannot be begun"), "{text}");
}

#[test]
fn a_recording_of_a_stranger_is_only_text() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("hostile.cast");
    let hostile =
        "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}]0;title\u{7}\u{1b}Pq#0\u{1b}\\\u{1b}[2;5Hde\u{202e}ny\u{1b}[6n";
    let frame = serde_json::json!([0.1, "o", hostile]);
    fs::write(&path, format!("{{\"version\":2,\"width\":40,\"height\":5}}\n{frame}\n")).unwrap();
    let file = path.to_str().unwrap();
    let (code, out, err) = replay(&[file]);
    assert_eq!(code, 0, "{err}");
    assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}') && !out.contains("ZXZpbA"), "{out:?}");
    assert!(out.contains("    de<U+202E>ny"), "{out:?}");
    for (text, says) in [
        ("nothing", "is no recording"),
        ("{\"version\":2,\"width\":40,\"height\":5}\n[0.1,\"o\"\n", "line 2 of"),
        ("{\"version\":2,\"width\":0,\"height\":5}\n", "is no recording"),
    ] {
        fs::write(&path, text).unwrap();
        let (code, _, err) = replay(&[file]);
        assert!(code != 0 && err.contains(says), "{text}: {err}");
    }
    assert!(replay(&["/nowhere"]).2.contains("cannot be read"));
}
