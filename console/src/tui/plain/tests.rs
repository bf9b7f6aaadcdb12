//! Sessions in lines: what is said as it changes, and that no line does what its card has not asked.

use ratatui::layout::Size;
use remit_proto::v1::{Attention, Level, StateSnapshot};

use super::reader::{Reader, Said};
use crate::tui::clock::Now;
use crate::tui::event::{Command, Effect, Event, Fetch, Fetched};
use crate::tui::fixture::{self, Desk};
use crate::tui::theme::Theme;

/// A session, and all that it has said.
struct Session {
    reader: Reader,
    now: Now,
    heard: Vec<String>,
    sent: Vec<Command>,
}

impl Session {
    fn new() -> Self {
        let desk = Desk::new(Size::new(80, 24));
        let reader = Reader::new(desk.state, Theme::plain());
        let mut session = Self { reader, now: desk.now, heard: Vec::new(), sent: Vec::new() };
        session.event(Event::Tick);
        session
    }

    /// Takes in what was said, and answers what is asked of the control plane.
    fn take(&mut self, said: Said) {
        self.heard.extend(said.lines);
        for effect in said.effects {
            if let Effect::Send { command, .. } = effect {
                self.sent.push(command);
            } else if let Effect::Fetch(Fetch::Action(_)) = effect {
                self.event(Event::Fetched(Fetched::Action(Box::new(fixture::detail()))));
            } else if let Effect::Fetch(Fetch::Attention) = effect {
                self.event(Event::Fetched(Fetched::Attention(Attention::default())));
            } else if let Effect::Fetch(Fetch::Preview(id)) = effect {
                self.event(Event::Fetched(Fetched::Preview(id, fixture::resumes())));
            }
        }
    }

    fn event(&mut self, event: Event) {
        let said = self.reader.event(event, self.now);
        self.take(said);
    }

    /// Types a line; returns what was said since, as one text.
    fn line(&mut self, text: &str) -> String {
        let before = self.heard.len();
        let said = self.reader.line(text, self.now);
        self.take(said);
        self.heard[before..].join("\n")
    }

    fn wait(&mut self, ms: u64) -> String {
        let before = self.heard.len();
        let tick_ms = self.now.tick_ms.saturating_add(ms);
        let wall_ms = self.now.wall_ms.saturating_add_unsigned(ms);
        self.now = Now { wall_ms, tick_ms };
        self.event(Event::Tick);
        self.heard[before..].join("\n")
    }

    fn picture(&mut self, change: impl FnOnce(&mut StateSnapshot)) -> String {
        let before = self.heard.len();
        let mut picture = self.reader.state.picture.clone().unwrap();
        change(&mut picture);
        self.event(Event::Picture(picture));
        self.heard[before..].join("\n")
    }
}

#[track_caller]
fn has(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is not in:\n{text}");
    }
}

#[test]
fn each_change_is_one_line_and_said_once() {
    let mut session = Session::new();
    let begun = session.heard.join("\n");
    has(
        &begun,
        &["LIVE: connected to staging", "1 question(s) wait, 1 switch(es)", "SAFE service:access-grants"],
    );
    assert_eq!(session.picture(|_| {}), "", "nothing has changed");
    let asked = session.picture(|it| {
        let more = remit_proto::v1::Escalation { id: "esc-00000042".to_owned(), ..fixture::ask() };
        it.pending.push(more);
    });
    assert_eq!(
        asked,
        "new question 00000042: refund-decision asks to run payouts.create: a refund above EUR 500 needs a person; \
         lapses in 14m00s"
    );
    let gone = session.picture(|it| it.pending.truncate(1));
    assert_eq!(gone, "question 00000042 waits no more");
    let lifted = session.picture(|it| it.switches.clear());
    has(&lifted, &["switch lifted: SAFE service:access-grants, by ivan"]);
    let fell = session.picture(|it| it.services[0].ceiling = Level::Recommend.into());
    assert_eq!(fell, "refund-decision may now: recommend");
    let failed = session.picture(|it| it.failed_domains = vec!["payments".to_owned()]);
    has(&failed, &["CRIT domain payments"]);
    let silent = session.wait(12_000);
    has(&silent, &["STALE"]);
}

#[test]
fn an_approval_reads_all_of_it_and_asks_what_its_card_asks() {
    let mut session = Session::new();
    has(&session.line("queue"), &["esc-41: refund-decision asks to run payouts.create"]);
    let read = session.line("approve 41");
    has(
        &read,
        &["WHAT   payouts.create runs", "194000", "<U+202E>", "EVIDENCE", "APPROVE esc-41", fixture::DIGEST],
    );
    assert!(!read.contains("LOCKED") && !read.contains("Space"), "{read}");
    // Whatever was typed before it could be heard answers nothing.
    has(&session.line("looks good"), &["thrown away"]);
    has(&session.wait(301), &["reason; `back` leaves"]);
    has(&session.line(""), &["a reason of at least 1 character", "reason;"]);
    has(&session.line("checked by phone"), &["type the last 4 characters of the digest"]);
    has(&session.line("0000"), &["that is not `5a1c`"]);
    assert!(session.sent.is_empty());
    has(&session.line("5a1c"), &["you: approve esc-41: SENT"]);
    let [Command::Decide { escalation, approve: true, reason, digest, shown, .. }] = session.sent.as_slice()
    else {
        panic!("{:?}", session.sent)
    };
    assert_eq!((escalation.as_str(), reason.as_str()), ("esc-41", "checked by phone"));
    assert!(digest == fixture::DIGEST && !shown.is_empty());
}

#[test]
fn a_late_answer_about_another_action_is_not_read_as_this_one() {
    let mut session = Session::new();
    let said = session.reader.line("approve 41", session.now);
    session.heard.extend(said.lines);
    let mut other = fixture::detail();
    other.action = Some(remit_proto::v1::Action { id: "act-5".to_owned(), ..fixture::action() });
    other.escalation = None;
    let before = session.heard.len();
    session.event(Event::Fetched(Fetched::Attention(Attention::default())));
    session.event(Event::Fetched(Fetched::Action(Box::new(other))));
    assert_eq!(session.heard[before..], [""; 0], "it still waits for its own");
    session.event(Event::Fetched(Fetched::Action(Box::new(fixture::detail()))));
    has(&session.heard.join("\n"), &["APPROVE esc-41"]);
}

#[test]
fn an_answer_about_the_page_before_does_not_take_its_place() {
    let mut session = Session::new();
    session.reader.line("approve 41", session.now);
    let mut before = fixture::detail();
    before.action = Some(remit_proto::v1::Action { id: "act-5".to_owned(), ..fixture::action() });
    before.escalation = None;
    session.event(Event::Fetched(Fetched::Action(Box::new(fixture::detail()))));
    session.event(Event::Fetched(Fetched::Action(Box::new(before))));
    session.event(Event::Fetched(Fetched::Attention(Attention::default())));
    has(&session.heard.join("\n"), &["APPROVE esc-41"]);
}

#[test]
fn a_card_is_left_with_back_and_dies_with_what_it_is_about() {
    let mut session = Session::new();
    has(&session.line("deny 41"), &["DENY esc-41"]);
    session.wait(301);
    has(&session.line("back"), &["left; nothing is done"]);
    session.line("deny 41");
    session.wait(301);
    let void = session.picture(|it| it.pending.clear());
    has(&void, &["waits no more", "changed under you, nothing done", "any line leaves"]);
    has(&session.line("no such sale"), &["left; nothing is done"]);
    has(&session.line("deny 41"), &["no question waits with the id `41`"]);
    assert!(session.sent.is_empty());
}

#[test]
fn stops_and_releases_are_the_cards_of_the_command_line() {
    let mut session = Session::new();
    has(&session.line("stop service:nobody"), &["is no scope"]);
    has(&session.line("stop service:refund-decision"), &["STOP service:refund-decision", "12 open run(s)"]);
    has(&session.wait(301), &["type the number of open runs"]);
    has(&session.line("12"), &["reason (may follow within 10 minutes)"]);
    has(&session.line("spend is odd"), &["`cancel` cuts it off"]);
    session.line("cancel");
    let stop = session.sent.pop();
    let Some(Command::SetSwitch { scope, ceiling: Level::None, reason, cancel: true }) = &stop else {
        panic!("{stop:?}")
    };
    assert_eq!((scope.as_str(), reason.as_str()), ("service:refund-decision", "spend is odd"));
    has(&session.line("release service:access-grants"), &["RELEASE service:access-grants", "3 open run(s)"]);
    session.wait(301);
    session.line("looked at it, it is well");
    session.line("service:access-grants");
    assert!(matches!(session.sent.pop(), Some(Command::Release { .. })));
    // The mildest act is one word, and only that word.
    session.line("safe service:refund-decision");
    has(&session.wait(301), &["type `y` to confirm"]);
    has(&session.line("yes"), &["left; nothing is done"]);
    session.line("safe service:refund-decision");
    session.wait(301);
    session.line("y");
    assert!(matches!(session.sent.pop(), Some(Command::SetSwitch { ceiling: Level::Draft, .. })));
}

#[test]
fn pages_are_read_and_words_that_mean_nothing_are_told() {
    let mut session = Session::new();
    has(&session.line("services"), &["refund-decision may execute: 12 open run(s)"]);
    has(&session.line("switches"), &["SAFE service:access-grants"]);
    let page = session.line("go switches");
    has(&page, &["4 Switches", "access-grants"]);
    assert!(!page.contains("---"), "{page}");
    has(&session.line("show act-977"), &["Action act-977", "DIGEST", "CLAUSES"]);
    has(&session.line("approve"), &["which question"]);
    has(&session.line("explode"), &["`explode` is no command"]);
    has(&session.line("help"), &["approve ID", "nothing is stopped by leaving"]);
    session.line("go trace");
    let wrong = session.line("filter outcom=deny");
    has(&wrong, &["outcom"]);
    // What could not be read leaves no field open that would swallow the next line.
    has(&session.line("stop service:nobody"), &["is no scope"]);
    assert!(session.sent.is_empty());
}
