//! What the console takes and gives besides keys and frames: a mouse, files, a configuration of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use remit_tests::terminal::Terminal;

use super::person::{Desk, leave};
use crate::REMIT;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mouse_chooses_and_a_list_goes_to_a_file() {
    let mut desk = Desk::new().await;
    for case in ["a", "b", "c"] {
        desk.held(case).await;
    }
    let home = desk.site.path().to_owned();
    let (context, config) = (desk.site.data().join("context.toml"), home.join("config.toml"));
    fs::write(&config, "mouse = true\n\n[keys]\nqueue = \"Q\"\n").unwrap();
    let act = move || {
        let file = |name: &str| home.join(name).to_str().unwrap().to_owned();
        let arguments = ["--context", context.to_str().unwrap(), "--config", config.to_str().unwrap()];
        let mut console = Terminal::start_in((120, 30), REMIT, &arguments, &home);
        console.shows(&["1 Overview", "LIVE"]);
        assert!(console.hears_the_mouse());
        console.press_for("Q", &["Q Queue", "\"US-50000-a\""]);
        // Far below the rows nothing happens; on a row it is chosen, and its ask is shown.
        let first = console.line_of("refund-decision    payout").unwrap();
        console.click(12, 29);
        console.click(12, first + 2);
        console.press_for("", &["\"US-50000-c\""]);
        console.press_for("\r", &["lapses in", "US-50000-c"]);
        console.press_for("y", &["i the id   r the row   p the whole page"]);
        console.press_for("p", &["the page went to the clipboard: "]);
        console.press_for("\x1b", &["Q Queue", "LAPSES"]);
        // What is alike is one row, and all of it is denied at once.
        console.press_for("v", &["3 alike: refund-decision", "folded"]);
        console.press_for(&format!(":export csv {}\r", file("rows.csv")), &["3 rows: "]);
        console.press_for(&format!(":dump {}\r", file("screen.txt")), &["the screen: "]);
        console.press_for(&format!(":dump {}\r", file("screen.txt")), &["was not written", "exists"]);
        console.press_for("!", &["ACT on", "deny all of this group"]);
        console.press_for("d", &["DENY 3 that are alike", "live: Enter"]);
        console.press("3\tsame card, three times\r");
        console.shows(&["nothing waits for a person"]);
        leave(console);
        let rows = fs::read_to_string(file("rows.csv")).unwrap();
        assert!(rows.lines().count() == 4 && rows.contains("US-50000-b"), "{rows}");
        assert_eq!(fs::metadata(file("rows.csv")).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(fs::read_to_string(file("screen.txt")).unwrap().contains("3 alike: refund-decision"));
    };
    tokio::task::spawn_blocking(act).await.unwrap();
    assert!(desk.remitd.operator().await.pending().await.is_empty());
    desk.remitd.operator().await.verify().await;
}

#[test]
fn the_mouse_is_given_back_on_every_way_out() {
    let home = tempfile::tempdir().unwrap();
    for way in ["TERM", "HUP", "TSTP"] {
        let mut console = Terminal::start(REMIT, &["demo", "--mouse"], home.path());
        console.shows(&["1 Overview", "LIVE", " 2 "]);
        assert!(console.is_taken() && console.hears_the_mouse());
        console.signal(way);
        if way == "TSTP" {
            console.is_given_back();
            assert!(!console.hears_the_mouse());
            console.is_stopped();
            console.signal("CONT");
            console.shows(&["1 Overview", "LIVE"]);
            assert!(console.is_taken() && console.hears_the_mouse());
            console.press(":quit\r");
        }
        // Asserts that it is off.
        console.ended();
    }
}

#[test]
fn a_configuration_that_cannot_be_used_opens_nothing() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    fs::write(&config, "[keys]\ndeny = \"y\"\n").unwrap();
    let arguments = ["demo", "--config", config.to_str().unwrap()];
    let (status, text) = Terminal::start(REMIT, &arguments, home.path()).ended();
    assert_eq!(status.exit_code(), 2, "{text}");
    for words in ["line 2: `deny`: `y` confirms in a card", "remit config explain"] {
        assert!(text.replace('\n', "").contains(words), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_sent_to_a_colleague_who_sees_that_it_is_theirs() {
    let mut desk = Desk::new().await;
    desk.held("a").await;
    desk.remitd.operator().await.person_token("lena", &["payments-risk"]).await;
    desk.at_console((100, 30), |mut console| {
        console.press_for("2", &["2 Queue", "WHAT"]);
        console.press_for("s", &["SEND esc_", "live: Enter"]);
        console.press("lena\tyou know this shop\r");
        console.shows(&["ACKED", "-> lena"]);
        console.press_for("\r", &["IF YES", "LIMITS"]);
        console.press_until(" ", "you know this shop");
        leave(console);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_goes_from_one_context_to_another() {
    let desk = Desk::new().await;
    let text = fs::read_to_string(desk.site.data().join("context.toml")).unwrap();
    let folder = desk.site.path().join("remit/contexts");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("live.toml"), format!("{text}production = true\n")).unwrap();
    fs::write(folder.join("broken.toml"), "environment = 1\n").unwrap();
    desk.at_console((120, 30), |mut console| {
        console.press_for(":ctx\r", &["broken (cannot be used)", "live (test)"]);
        console.press_for(":ctx nowhere\r", &["nowhere", "live"]);
        console.press_for(":ctx broken\r", &["broken.toml"]);
        console.press_for(":ctx live\r", &["PROD", "LIVE", "this is `live` now"]);
        console.press_for("2", &["2 Queue"]);
        leave(console);
    })
    .await;
}
