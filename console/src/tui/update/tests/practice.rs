//! What somebody is told who has answered a practice question, and the line that counts them.

use ratatui::layout::Size;
use remit_proto::v1::{Attention, DecideResponse, Escalation, EscalationStatus, Practice};

use crate::tui::event::{Answer, Effect, Event, Fetched};
use crate::tui::fixture::{self, Desk};
use crate::tui::keys::Key;

/// A question that was for practice: to deny it was right.
fn ended(right: Option<bool>) -> Escalation {
    let practice = Practice {
        approve: false,
        because: "Nobody asked for it.".to_owned(),
        scenario: "nobody-asked-for-it".to_owned(),
        right,
        ..Practice::default()
    };
    let status = EscalationStatus::Denied.into();
    Escalation { status, practice: Some(Box::new(practice)), ..fixture::ask() }
}

#[test]
fn whoever_has_answered_practice_is_told_at_once() {
    for (right, words) in [
        (true, "RIGHT in PRACTICE, nothing ran: deny it, since: Nobody asked for it."),
        (false, "WRONG in PRACTICE, nothing ran: deny it, since: Nobody asked for it."),
    ] {
        let mut desk = Desk::new(Size::new(160, 48));
        for key in ['2', 'd'] {
            desk.key(Key::Char(key));
        }
        desk.paint();
        desk.wait(400);
        desk.text("another sale");
        let sent = desk.key(Key::Enter);
        let Some(Effect::Send { id, .. }) = sent.first() else { panic!("{sent:?}\n{}", desk.screen()) };
        let answer = DecideResponse { escalation: Some(ended(Some(right))), action: None };
        desk.event(Event::Answered { id: *id, answer: Answer::Decided(Box::new(answer)) });
        assert!(desk.screen().contains(words), "{}", desk.screen());
    }
}

#[test]
fn its_page_says_what_it_was_and_only_once_it_has_ended() {
    let mut desk = Desk::new(Size::new(160, 48));
    desk.key(Key::Char('2'));
    desk.key(Key::Enter);
    desk.fetched();
    assert!(!desk.screen().contains("PRACTICE"), "{}", desk.screen());
    for (right, words) in
        [(Some(true), "answered RIGHT"), (Some(false), "answered WRONG"), (None, "nobody answered")]
    {
        let mut detail = fixture::detail();
        detail.escalation = Some(ended(right));
        desk.event(Event::Fetched(Fetched::Action(Box::new(detail))));
        let screen = desk.screen();
        assert!(screen.contains("PRACTICE") && screen.contains(words), "{words}\n{screen}");
        assert!(screen.contains("nothing ran, and nothing could"), "{screen}");
    }
}

#[test]
fn the_line_under_the_queue_counts_practice_apart() {
    let words = "practice, 30 days: 3 right, 1 wrong, 2 that nobody answered";
    let practised =
        Attention { practice_right: 3, practice_wrong: 1, practice_lapsed: 2, ..Attention::default() };
    for (found, shows) in [(Attention::default(), false), (practised, true)] {
        for open in [false, true] {
            let mut desk = Desk::new(Size::new(160, 48));
            desk.key(Key::Char('2'));
            if open {
                desk.key(Key::Enter);
            }
            desk.event(Event::Fetched(Fetched::Attention(found)));
            let screen = desk.screen();
            assert!(screen.contains("nothing decided in the last hour"), "{screen}");
            assert_eq!(screen.contains(words), shows, "{screen}");
        }
    }
}
