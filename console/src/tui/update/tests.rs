//! The rules of acting, one story each, and a storm of keys that must never act by accident.

mod alerts;
mod alike;
mod completes;
mod filters;
mod practice;
mod reach;
mod storm;
mod switched;

use proptest::prelude::*;
use ratatui::layout::Size;
use remit_document::Document;
use remit_proto::v1::{
    Attention, Claim, DecisionUpdate, Escalation, EscalationStatus, Level, MovedFact, SetSwitchResponse,
    StateSnapshot, Tripped, Vote, decision_update,
};

use crate::tui::event::{Answer, Command, Effect, Event, Fetched};
use crate::tui::fixture::{self, DIGEST, Desk};
use crate::tui::keymap::live::Keymap;
use crate::tui::keys::{Key, Press};
use crate::tui::state::Focus;
use crate::tui::state::nav::Page;
use crate::tui::state::receipt::Fate;

fn desk() -> Desk {
    Desk::new(Size::new(80, 24))
}

/// The ask's page, loaded and read to its end.
fn reading() -> Desk {
    let mut desk = desk();
    desk.key(Key::Char('2'));
    desk.key(Key::Enter);
    desk.fetched();
    for _ in 0..8 {
        desk.key(Key::Char(' '));
    }
    desk
}

#[track_caller]
fn commands(desk: &Desk) -> Vec<Command> {
    let command = |effect: &&Effect| {
        if let Effect::Send { command, .. } = effect { Some(command.clone()) } else { None }
    };
    desk.acted().iter().filter_map(command).collect()
}

fn notice(desk: &Desk) -> &str {
    desk.state.notice.as_ref().map_or("", |notice| notice.words.as_str())
}

/// Selects the refund service, which is the second by name.
fn on_refunds() -> Desk {
    let mut desk = desk();
    desk.key(Key::Char('j'));
    desk
}

#[test]
fn a_stop_needs_the_number_on_the_card() {
    let mut desk = on_refunds();
    desk.key(Key::Char('!'));
    desk.key(Key::Char('s'));
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), [], "Enter alone does nothing");
    assert_eq!(desk.state.card().unwrap().said.as_deref(), Some("type `12` first"));
    desk.text("13");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), [], "a wrong number does nothing");
    desk.key(Key::Backspace);
    desk.text("2");
    desk.key(Key::Enter);
    let scope = "service:refund-decision".to_owned();
    let set = Command::SetSwitch { scope, ceiling: Level::None, reason: String::new(), cancel: false };
    assert_eq!(commands(&desk), [set], "no reason is made up: it is owed");
}

#[test]
fn safe_mode_on_one_service_takes_y_on_a_live_card() {
    let mut desk = on_refunds();
    desk.key(Key::Char('!'));
    desk.wait(10);
    desk.event(Event::Key(Press { key: Key::Char('m'), repeat: false }));
    desk.paint();
    desk.wait(100);
    desk.event(Event::Key(Press { key: Key::Char('y'), repeat: false }));
    assert_eq!(commands(&desk), [], "the card was not live yet");
    assert_eq!(desk.state.card().unwrap().dropped, 1);
    desk.wait(300);
    desk.event(Event::Key(Press { key: Key::Char('y'), repeat: true }));
    assert_eq!(commands(&desk), [], "a repeat confirms nothing");
    desk.wait(40);
    desk.event(Event::Key(Press { key: Key::Char('y'), repeat: false }));
    assert_eq!(commands(&desk), [], "two within 80 ms are a held key");
    desk.key(Key::Char('y'));
    assert_eq!(commands(&desk).len(), 1);
}

#[test]
fn an_approval_carries_the_digest_that_was_shown() {
    let mut desk = reading();
    desk.key(Key::Char('a'));
    desk.text("known customer");
    desk.key(Key::Tab);
    desk.text("5a1c");
    desk.key(Key::Enter);
    let (escalation, digest, reason) = ("esc-41".to_owned(), DIGEST.to_owned(), "known customer".to_owned());
    let shown = Document::of(desk.state.details.action.as_deref().unwrap()).unwrap().digest();
    let who = Box::new(desk.state.who.clone().unwrap());
    let approval =
        Command::Decide { escalation, digest, approve: true, reason, shown, not_inspectable: false, who };
    assert_eq!(commands(&desk), [approval]);
}

#[test]
fn production_begins_read_only_and_stopping_goes_on() {
    let mut desk = reading();
    desk.state.production = true;
    desk.key(Key::Char('a'));
    assert!(notice(&desk).contains("this is production, read-only"), "{}", notice(&desk));
    assert!(desk.screen().starts_with("PROD staging READ ONLY|"), "{}", desk.screen());
    desk.key(Key::Char('d'));
    assert!(desk.state.card().is_some(), "a denial is the safe direction");
    desk.key(Key::Esc);
    desk.text(":stop service:refund-decision");
    desk.key(Key::Enter);
    desk.text("12");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk).len(), 1, "so is a stop");
    for (line, open) in
        [(":write short", false), (":write INC-311, refund spike", true), (":readonly", false)]
    {
        desk.text(line);
        desk.key(Key::Enter);
        assert_eq!(!desk.state.is_read_only(desk.now.tick_ms), open, "{line}");
    }
    desk.text(":write INC-311, refund spike");
    desk.key(Key::Enter);
    assert!(desk.screen().starts_with("PROD staging WRITE 60m|"), "{}", desk.screen());
    desk.wait(60 * 60 * 1_000);
    assert!(desk.state.is_read_only(desk.now.tick_ms), "it closes by itself");
}

#[test]
fn haste_asks_for_one_thing_more() {
    let mut desk = reading();
    let hasty = Attention { decided: 11, approved: 11, hasty: true, ..Attention::default() };
    desk.event(Event::Fetched(Fetched::Attention(hasty)));
    desk.key(Key::Char('a'));
    desk.text("known customer");
    desk.key(Key::Tab);
    desk.text("5a1c");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), [], "{:?}", desk.state.card().and_then(|card| card.said.clone()));
    desk.text("payouts.create");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk).len(), 1);
}

#[test]
fn space_passes_nothing_over_however_fast_it_is_pressed() {
    let mut desk = desk();
    desk.key(Key::Char('2'));
    desk.key(Key::Enter);
    desk.fetched();
    desk.paint();
    for _ in 0..3 {
        desk.event(Event::Key(Press { key: Key::Char(' '), repeat: false }));
    }
    desk.paint();
    for _ in 0..8 {
        desk.key(Key::Char(' '));
    }
    desk.key(Key::Char('a'));
    assert!(desk.state.card().is_some(), "{}", notice(&desk));
}

#[test]
fn a_colleague_who_comes_and_goes_makes_nobody_read_again() {
    let mut desk = reading();
    let question = |shared: Escalation| StateSnapshot { pending: vec![shared], ..fixture::picture() };
    let ivan = Claim { by: "ivan".to_owned(), since: fixture::before(5) };
    let no = Vote { by: "mara".to_owned(), reason: "ask the shop".to_owned(), ..Vote::default() };
    desk.event(Event::Picture(question(Escalation {
        claims: vec![ivan],
        votes: vec![no],
        ..fixture::ask()
    })));
    desk.paint();
    desk.key(Key::Char('a'));
    assert!(desk.state.card().is_none(), "who reads and who has answered is read first");
    desk.key(Key::Char(' '));
    assert!(
        desk.screen().contains("READING ivan") && desk.screen().contains("mara denies"),
        "{}",
        desk.screen()
    );
    desk.key(Key::Char('a'));
    assert!(desk.state.card().is_some(), "{}", notice(&desk));
    desk.key(Key::Esc);
    desk.event(Event::Picture(question(fixture::ask())));
    desk.paint();
    desk.key(Key::Char('a'));
    assert!(desk.state.card().is_some(), "{}", notice(&desk));
}

#[test]
fn approval_is_locked_until_everything_was_shown() {
    let mut desk = desk();
    desk.key(Key::Char('2'));
    desk.key(Key::Char('a'));
    assert_eq!(notice(&desk), "approve is locked: open it with Enter and read it first");
    desk.key(Key::Enter);
    desk.key(Key::Char('a'));
    assert_eq!(notice(&desk), "approve is locked: its evidence has not arrived yet");
    desk.fetched();
    desk.key(Key::Char('a'));
    assert!(notice(&desk).starts_with("approve is locked: read on with Space"), "{}", notice(&desk));
    desk.state.link.heard_tick_ms = Some(0);
    desk.event(Event::Key(Press { key: Key::Char('a'), repeat: false }));
    assert!(notice(&desk).contains("the link is STALE"), "{}", notice(&desk));
    desk.event(Event::Key(Press { key: Key::Char('d'), repeat: false }));
    assert!(desk.state.card().is_some(), "a denial needs no fresh picture");
}

#[test]
fn a_card_dies_with_what_it_was_about() {
    let mut another = fixture::picture();
    another.pending[0].digest = "0".repeat(64);
    let mut gone = fixture::picture();
    gone.pending.clear();
    for picture in [another, gone] {
        let mut desk = reading();
        desk.key(Key::Char('d'));
        desk.text("duplicate");
        desk.event(Event::Picture(picture));
        desk.key(Key::Enter);
        assert_eq!(commands(&desk), []);
        let void = desk.state.card().unwrap().void.clone().unwrap();
        assert!(void.starts_with("changed under you, nothing done"), "{void}");
    }
}

#[test]
fn a_key_counts_only_for_the_frame_it_was_aimed_at() {
    let mut desk = reading();
    let mut other = fixture::picture();
    other.pending[0] = Escalation { digest: "1".repeat(64), ..fixture::ask() };
    desk.event(Event::Picture(other));
    desk.event(Event::Key(Press { key: Key::Char('d'), repeat: false }));
    assert!(desk.state.card().is_none());
    assert_eq!(notice(&desk), "changed under you, nothing done");
    desk.event(Event::Resized);
    desk.event(Event::Key(Press { key: Key::Char('!'), repeat: false }));
    assert!(desk.state.card().is_none(), "after a resize nothing is painted");
}

#[test]
fn whoever_approved_is_told_once_that_the_approval_is_void() {
    let mut desk = desk();
    let mut picture = fixture::picture();
    let moved = vec![MovedFact {
        item: "transaction".to_owned(),
        pointer: "/amount_minor".to_owned(),
        was_json: "50000".to_owned(),
        is_json: "40000".to_owned(),
    }];
    picture.pending[0] = Escalation {
        replaces: "esc-1".to_owned(),
        voided_voters: vec!["rita".to_owned(), "maya".to_owned()],
        moved: moved.clone(),
        ..fixture::ask()
    };
    for _ in 0..3 {
        desk.event(Event::Picture(picture.clone()));
    }
    let told: Vec<_> = desk.state.receipts.newest_first().cloned().collect();
    let [told] = &told[..] else { panic!("{told:?}") };
    assert_eq!(told.words, "your approval of esc-1");
    let Fate::Failed(fate) = &told.fate else { panic!("{told:?}") };
    assert!(fate.contains("transaction:/amount_minor was 50000, is 40000"), "{fate}");
    assert_eq!(commands(&desk), [], "nothing is sent");

    picture.pending[0].voided_voters = vec!["rita".to_owned()];
    picture.pending[0].id = "esc-3".to_owned();
    desk.event(Event::Picture(picture));
    assert_eq!(desk.state.receipts.newest_first().count(), 1, "it was not her approval");

    let vote = Vote { by: "maya".to_owned(), approve: true, ..Vote::default() };
    let denied = Escalation {
        id: "esc-4".to_owned(),
        status: EscalationStatus::Approved.into(),
        votes: vec![vote],
        moved,
        note: "approved, but by now: A policy forbids it.".to_owned(),
        ..fixture::ask()
    };
    let what = Some(decision_update::What::Escalation(denied));
    desk.event(Event::Decision(Box::new(DecisionUpdate { what, ..DecisionUpdate::default() })));
    let last = desk.state.receipts.last().unwrap();
    assert!(
        matches!(&last.fate, Fate::Failed(fate) if fate.starts_with("nothing ran: approved, but by now"))
    );
}

#[test]
fn a_tripwire_is_told_once_wherever_the_operator_is() {
    let mut desk = desk();
    let tripped = Tripped {
        scope: "service:refund-decision".to_owned(),
        wire: "in_doubt >= 3 over 10m".to_owned(),
        then: "stop".to_owned(),
        figures: "3 came into doubt in the last 10 minutes".to_owned(),
        events: vec![4, 9, 12],
        switch_id: "swi-1".to_owned(),
    };
    let what = Some(decision_update::What::Tripped(tripped));
    let update = DecisionUpdate { domain: "payments".to_owned(), seq: 13, what, ..DecisionUpdate::default() };
    for _ in 0..2 {
        desk.event(Event::Decision(Box::new(update.clone())));
    }
    let told: Vec<_> = desk.state.receipts.newest_first().cloned().collect();
    let [told] = &told[..] else { panic!("{told:?}") };
    assert_eq!(told.words, "service:refund-decision tripped in_doubt >= 3 over 10m");
    let Fate::Tripped(fate) = &told.fate else { panic!("{told:?}") };
    assert_eq!(fate, "stop, 3 came into doubt in the last 10 minutes");
    let screen = desk.screen();
    let line = "remitd: service:refund-decision tripped in_doubt >= 3 over 10m";
    assert!(screen.contains(line) && !screen.contains("FAILED"), "{screen}");
    assert_eq!(commands(&desk), [], "nothing is sent");
}

#[test]
fn a_burst_of_keys_does_not_reach_the_card_it_opens() {
    let mut desk = on_refunds();
    for key in ['!', 's', '1', '2'] {
        desk.event(Event::Key(Press { key: Key::Char(key), repeat: false }));
    }
    desk.event(Event::Key(Press { key: Key::Enter, repeat: false }));
    assert_eq!(commands(&desk), []);
    assert_eq!(desk.state.card().unwrap().dropped, 4);
}

#[test]
fn pastes_are_text_or_nothing() {
    let mut desk = on_refunds();
    desk.event(Event::Paste("!s12\r".to_owned()));
    assert!(matches!(desk.state.focus, Focus::Page));
    desk.key(Key::Char('!'));
    desk.event(Event::Paste("s".to_owned()));
    desk.key(Key::Char('s'));
    desk.wait(500);
    desk.event(Event::Paste("12\n".to_owned()));
    assert_eq!(commands(&desk), [], "a pasted line break does not submit");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk).len(), 1);
}

#[test]
fn a_release_needs_reason_and_scope() {
    let mut desk = desk();
    desk.key(Key::Char('4'));
    desk.key(Key::Char('!'));
    desk.key(Key::Char('r'));
    desk.text("too short");
    desk.key(Key::Tab);
    desk.text("service:access-grants");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), []);
    desk.text(", not now");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), [], "nor before it is seen what goes again");
    desk.fetched();
    desk.key(Key::Enter);
    let (target, reason) = ("sw-3".to_owned(), "too short, not now".to_owned());
    assert_eq!(commands(&desk), [Command::Release { target, reason }]);
}

#[test]
fn an_undo_shows_its_plan_first() {
    let mut desk = desk();
    desk.text(":rollback run:run-7");
    let effects = desk.key(Key::Enter);
    let Some(Effect::Send { id, .. }) = effects.first() else { panic!("a plan is asked for") };
    desk.event(Event::Answered { id: *id, answer: Answer::Planned(Box::new(fixture::plan())) });
    assert!(desk.screen().contains("IRREVERSIBLE"));
    desk.text("1");
    desk.key(Key::Tab);
    desk.text("wrong card");
    desk.key(Key::Enter);
    let last = commands(&desk).pop().unwrap();
    let (plan, digest) = ("plan-2".to_owned(), "feed".repeat(16));
    assert_eq!(last, Command::StartRollback { plan, digest, reason: "wrong card".to_owned() });
}

#[test]
fn the_command_line_opens_cards_and_nothing_more() {
    for (line, opens) in [
        ("stop all", true),
        ("safe service:refund-decision", true),
        ("release service:access-grants", true),
        ("stop nothing:x", false),
    ] {
        let mut desk = desk();
        desk.text(&format!(":{line}"));
        desk.key(Key::Enter);
        assert_eq!(commands(&desk), []);
        assert_eq!(desk.state.card().is_some(), opens, "{line}");
    }
}

#[test]
fn escape_retreats_and_never_leaves() {
    let mut desk = reading();
    for _ in 0..5 {
        assert!(!desk.key(Key::Esc).contains(&Effect::Quit));
    }
    assert_eq!(*desk.state.nav.page(), Page::Queue);
    desk.event(Event::Key(Press { key: Key::Ctrl('c'), repeat: false }));
    assert_eq!(desk.event(Event::Key(Press { key: Key::Ctrl('c'), repeat: false })), [Effect::Quit]);
}

#[test]
fn a_filter_says_what_it_hides_and_stays_on_its_page() {
    let mut desk = desk();
    desk.text("/refund");
    desk.key(Key::Enter);
    assert!(desk.screen().contains("1 service(s)   filter: refund   1 hidden"), "{}", desk.screen());
    desk.key(Key::Char('4'));
    assert!(!desk.screen().contains("filter: refund"), "another page is not filtered");
    desk.key(Key::Char('1'));
    desk.key(Key::Esc);
    assert!(desk.screen().contains("2 service(s) ---"), "Esc lets go of it");
}

#[test]
fn the_cursor_holds_on_to_a_thing() {
    let mut desk = on_refunds();
    let mut more = fixture::picture();
    more.services.push(remit_proto::v1::Service { name: "aaa".to_owned(), ..Default::default() });
    desk.event(Event::Picture(more));
    assert_eq!(desk.state.subject().unwrap().id, "refund-decision");
    let mut less = fixture::picture();
    less.services.remove(0);
    desk.event(Event::Picture(less));
    assert_eq!(desk.state.subject(), None, "another service does not slide under the cursor");
}

#[test]
fn the_receipt_of_a_switch_says_what_is_promised() {
    let mut desk = desk();
    desk.text(":stop service:refund-decision");
    desk.key(Key::Enter);
    desk.text("12");
    let effects = desk.key(Key::Enter);
    let Some(Effect::Send { id, .. }) = effects.first() else { panic!("a stop is sent") };
    assert_eq!(desk.state.receipts.last().unwrap().fate, Fate::Sent);
    let answer = SetSwitchResponse {
        containment_us: 1_842,
        voided: 3,
        in_flight: vec![fixture::flying(), fixture::flying()],
        positions: [("payments".to_owned(), 1042)].into(),
        ..Default::default()
    };
    desk.event(Event::Answered { id: *id, answer: Answer::Set(answer) });
    let words = "in 1.8 ms, 2 in flight, 3 held voided, nothing admitted after payments@1042";
    assert_eq!(desk.state.receipts.last().unwrap().fate, Fate::Acked(words.to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn no_storm_of_keys_acts_by_accident(storm in storm::any()) {
        storm::check(storm, Keymap::default())?;
    }

    #[test]
    fn nor_under_any_other_keys(storm in storm::any(), keymap in storm::keymap()) {
        storm::check(storm, keymap)?;
    }
}

/// The page of an action in doubt.
fn doubting() -> Desk {
    let mut desk = on_refunds();
    for _ in 0..3 {
        desk.key(Key::Enter);
        desk.fetched();
    }
    desk.event(Event::Fetched(Fetched::Action(Box::new(fixture::doubtful()))));
    desk
}

#[test]
fn what_became_of_an_action_is_said_with_a_reason_and_the_end_of_its_id() {
    let mut desk = doubting();
    desk.key(Key::Char('h'));
    assert_eq!(commands(&desk), [], "the opening key says nothing");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), [], "nor does Enter alone");
    desk.text("it is on the statement");
    desk.key(Key::Tab);
    desk.text("-978");
    desk.key(Key::Enter);
    assert_eq!(desk.state.card().unwrap().said.as_deref(), Some("that is not `-977`"));
    desk.key(Key::Backspace);
    desk.text("7");
    desk.key(Key::Tab);
    desk.text(r#"{"payout_id":"po-7"}"#);
    desk.key(Key::Enter);
    let said = |happened, reason: &str, result: &str| Command::Resolve {
        action: "act-977".to_owned(),
        happened,
        reason: reason.to_owned(),
        result_json: result.to_owned(),
    };
    assert_eq!(commands(&desk), [said(true, "it is on the statement", r#"{"payout_id":"po-7"}"#)]);

    let mut desk = doubting();
    desk.key(Key::Char('n'));
    desk.text("not on the statement");
    desk.key(Key::Tab);
    desk.text("-977");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), [said(false, "not on the statement", "")]);
}

#[test]
fn nothing_is_said_of_what_is_known_or_changed_meanwhile() {
    let mut desk = on_refunds();
    for _ in 0..3 {
        desk.key(Key::Enter);
        desk.fetched();
    }
    desk.key(Key::Char('h'));
    assert_eq!(notice(&desk), "the action is not in doubt: there is nothing to say");

    let mut desk = doubting();
    desk.key(Key::Char('n'));
    desk.text("not on the statement");
    let mut other = fixture::doubtful();
    other.statements.push(other.statements[0].clone());
    desk.event(Event::Fetched(Fetched::Action(Box::new(other))));
    desk.key(Key::Tab);
    desk.text("-977");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), []);
    let void = desk.state.card().unwrap().void.clone().unwrap();
    assert!(void.ends_with("somebody else has said something"), "{void}");

    let mut desk = doubting();
    desk.state.link.heard_tick_ms = Some(0);
    desk.event(Event::Key(Press { key: Key::Char('h'), repeat: false }));
    assert!(notice(&desk).starts_with("this is locked: the link is"), "{}", notice(&desk));
}
