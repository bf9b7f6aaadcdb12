//! What the console asks of a terminal besides drawing: its bell, a word on the desktop, the window's title; and that it is
//! all as it was afterwards.

use std::fs;

use remit_tests::terminal::{OLD_TITLE, Terminal};

use super::person::{Desk, leave};
use crate::REMIT;

/// A way out of the console.
type End = fn(&mut Terminal);

/// The window gets the focus, or loses it, as a terminal says it.
const FOCUS: (&str, &str) = ("\x1b[I", "\x1b[O");

/// A console with this line in its file.
fn console(
    desk: &Desk,
    line: &str,
    variables: &[(&str, &str)],
) -> impl FnOnce() -> Terminal + Send + 'static {
    let home = desk.site.path().to_owned();
    let (context, config) = (desk.site.data().join("context.toml"), home.join("config.toml"));
    fs::write(&config, line).unwrap();
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    move || {
        let arguments = ["--context", context.to_str().unwrap(), "--config", config.to_str().unwrap()];
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let terminal = Terminal::start_with((100, 30), REMIT, (&arguments, &variables), &home);
        terminal.shows(&["1 Overview", "LIVE"]);
        terminal
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_rings_or_is_told_only_while_another_window_has_the_focus() {
    for (how, bells, notices) in [("bell", 1, 0), ("desktop", 0, 1), ("off", 0, 0)] {
        let mut desk = Desk::new().await;
        let begin = console(&desk, &format!("notify = \"{how}\"\n"), &[]);
        let mut console = tokio::task::spawn_blocking(begin).await.unwrap();
        // While somebody looks at it, a question is on the screen and nowhere else.
        console.press(FOCUS.0);
        desk.held("a").await;
        console.asks("a title with one question", |outside| outside.title.starts_with("(1) remit test"));
        console.press(FOCUS.1);
        // The focus is heard before the next key.
        console.press_for("2", &["2 Queue"]);
        assert_eq!((console.outside().bells, console.outside().notices.len()), (0, 0), "{how}");
        desk.held("b").await;
        console.asks("a title with two questions", |outside| outside.title.starts_with("(2) remit test"));
        console.asks("a word", |outside| (outside.bells, outside.notices.len()) == (bells, notices));
        if let Some(words) = console.outside().notices.first() {
            assert_eq!(
                words, "remit: 2 question(s) wait",
                "fixed words and a number, nothing of a service's"
            );
        }
        // A third one soon after the second is no news.
        desk.held("c").await;
        console.asks("a title with three questions", |outside| outside.title.starts_with("(3) remit test"));
        assert_eq!((console.outside().bells, console.outside().notices.len()), (bells, notices), "{how}");
        tokio::task::spawn_blocking(move || leave(console)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_title_is_brought_back_on_every_way_out() {
    let desk = Desk::new().await;
    let ways: [(&str, End); 3] = [
        ("quit", |console| console.press(":quit\r")),
        ("TERM", |console| console.signal("TERM")),
        ("HUP", |console| console.signal("HUP")),
    ];
    for (way, end) in ways {
        let begin = console(&desk, "", &[]);
        let act = move || {
            let mut console = begin();
            console.asks("its own title", |outside| outside.title == "remit test LIVE");
            end(&mut console);
            // Asserts that the old title is back, and that nothing is kept twice.
            console.ended();
            way
        };
        tokio::task::spawn_blocking(act).await.unwrap();
    }
    // Stopped by the shell, and after a panic.
    let begin = console(&desk, "", &[]);
    let stop = move || {
        let mut console = begin();
        console.asks("its own title", |outside| outside.title == "remit test LIVE");
        console.press("\x1a");
        console.is_given_back();
        assert_eq!(console.outside().title, OLD_TITLE);
        console.is_stopped();
        console.signal("CONT");
        console.asks("its own title again", |outside| outside.title == "remit test LIVE");
        leave(console);
    };
    tokio::task::spawn_blocking(stop).await.unwrap();
    let begin = console(&desk, "", &[("FAILPOINTS", "paint=20*off->panic")]);
    let panic = move || {
        let console = begin();
        console.asks("its own title", |outside| outside.title == "remit test LIVE");
        let (status, text) = console.ended();
        assert!(!status.success() && text.contains("failpoint paint panic"), "{status:?}\n{text}");
    };
    tokio::task::spawn_blocking(panic).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_without_a_title_keeps_what_it_has() {
    let desk = Desk::new().await;
    for (line, variables) in [("title = false\n", &[][..]), ("", &[("TERM", "linux")][..])] {
        let begin = console(&desk, line, variables);
        let act = move || {
            let mut console = begin();
            console.press_for("2", &["2 Queue"]);
            assert_eq!(console.outside().title, OLD_TITLE);
            leave(console);
        };
        tokio::task::spawn_blocking(act).await.unwrap();
    }
}
