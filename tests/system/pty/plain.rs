//! The console as lines: in a terminal that stays as it is, and in a pipe that gets not one escape sequence.

use std::{fs, process::Stdio};

use remit_proto::v1::ActionStatus;
use remit_tests::terminal::Terminal;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use super::person::Desk;
use crate::REMIT;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_are_read_and_answered_in_lines() {
    let mut desk = Desk::new().await;
    let (yes, digest) = desk.held("a").await;
    let (no, _) = desk.held("b").await;
    let pending = desk.remitd.operator().await.pending().await;
    let end_of = |action: &str| {
        let asked = pending.iter().find(|it| it.action == action).unwrap();
        asked.id.get(asked.id.len() - 8..).unwrap().to_owned()
    };
    let (yes_id, no_id) = (end_of(&yes), end_of(&no));
    let tail = digest.get(digest.len() - 4..).unwrap().to_owned();
    let (context, home) = (desk.site.data().join("context.toml"), desk.site.path().to_owned());
    let sit = move || {
        let arguments = ["--plain", "--context", context.to_str().unwrap()];
        let mut console = Terminal::start_in((110, 100), REMIT, &arguments, &home);
        console.shows(&["remit in lines", "LIVE", "2 question(s) wait"]);
        assert!(!console.is_taken());
        console.press_for("queue\r", &[&format!("{no_id}: refund-decision asks to run")]);
        console.press_for(&format!("deny {no_id}\r"), &["DENY esc_", "reason; `back` leaves"]);
        console.press_for("no such sale\r", &["ACKED, denied"]);
        console.press_for(&format!("approve {yes_id}\r"), &["APPROVE esc_", "EVIDENCE"]);
        console.shows_what("the card asks", |screen| screen.matches("reason; `back` leaves").count() == 2);
        console.press_for("checked by phone\r", &["type the last 4 characters of the digest; `back` leaves"]);
        console.press_for(&format!("{tail}\r"), &["ACKED, approved"]);
        console.press("quit\r");
        let (status, text) = console.ended();
        assert!(status.success(), "{status:?}\n{text}");
    };
    tokio::task::spawn_blocking(sit).await.unwrap();
    assert_eq!(desk.agent.end_of(&yes).await.status(), ActionStatus::Succeeded);
    assert_eq!(desk.agent.end_of(&no).await.status(), ActionStatus::Denied);
    assert_eq!(desk.site.upstream.ledger().payouts().len(), 1);
    desk.remitd.operator().await.verify().await;
}

#[tokio::test]
async fn a_pipe_gets_lines_and_no_escape_sequence() {
    let mut desk = Desk::new().await;
    desk.held("a").await;
    let context = desk.site.data().join("context.toml");
    let mut command = desk.site.bare(REMIT.as_ref());
    command.args(["--context", context.to_str().unwrap()]).env("ACCESSIBLE", "1");
    let mut console =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut keys, said) = (console.stdin.take().unwrap(), console.stdout.take().unwrap());
    let mut lines = BufReader::new(said).lines();
    let mut all = String::new();
    while !all.contains("question(s) wait") {
        all += &(lines.next_line().await.unwrap().unwrap() + "\n");
    }
    keys.write_all(b"queue\ngo overview\nhelp\n").await.unwrap();
    while !all.contains("nothing is stopped by leaving") {
        all += &(lines.next_line().await.unwrap().unwrap() + "\n");
    }
    // The end of what can be typed is the end of the session.
    drop(keys);
    while let Some(line) = lines.next_line().await.unwrap() {
        all += &(line + "\n");
    }
    assert!(console.wait().await.unwrap().success());
    let mut err = String::new();
    console.stderr.take().unwrap().read_to_string(&mut err).await.unwrap();
    assert!(all.contains("1 Overview") && all.contains("asks to run payout.create"), "{all}");
    assert!(!all.contains(|letter: char| letter.is_control() && letter != '\n'), "{all:?}");
    assert!(err.contains("log: ") && !err.contains('\x1b'), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_in_lines_goes_from_one_context_to_another() {
    let (mut desk, mut there) = (Desk::new().await, Desk::new().await);
    desk.held("a").await;
    there.held("b").await;
    there.held("c").await;
    let (context, home) = (desk.site.data().join("context.toml"), desk.site.path().to_owned());
    let text = fs::read_to_string(there.site.data().join("context.toml")).unwrap();
    let folder = home.join("remit/contexts");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("live.toml"), format!("{text}production = true\n")).unwrap();
    fs::write(folder.join("broken.toml"), "environment = 1\n").unwrap();
    let sit = move || {
        let arguments = ["--plain", "--context", context.to_str().unwrap()];
        let mut console = Terminal::start_in((110, 60), REMIT, &arguments, &home);
        console.shows(&["LIVE: connected to test", "1 question(s) wait"]);
        console.press_for("ctx\r", &["broken (cannot be used)", "live (test)"]);
        console.press_for("ctx broken\r", &["broken.toml"]);
        console.press_for("ctx live\r", &["this is `live` now"]);
        // What is there is said, and by the rules of there.
        console.shows(&["2 question(s) wait"]);
        console.press_for("release service:refund-decision\r", &["no switch is set at"]);
        console.press_for("readonly\r", &[]);
        console.press_for("stop service:refund-decision\r", &["STOP service:refund-decision", "open runs"]);
        console.press_for("back\r", &[]);
        console.press_for("write short\r", &["why, in 10 characters or more"]);
        console.press("quit\r");
        let (status, text) = console.ended();
        assert!(status.success(), "{status:?}\n{text}");
    };
    tokio::task::spawn_blocking(sit).await.unwrap();
}
