//! Questions that are alike, and questions that go to somebody else.

use ratatui::layout::Size;

use crate::tui::event::{Answer, Command, Effect, Event, Fetch};
use crate::tui::fixture::{self, Desk, listed};
use crate::tui::keys::Key;
use crate::tui::state::nav::Page;

fn desk() -> Desk {
    let mut desk = Desk::new(Size::new(100, 30));
    desk.event(Event::Picture(listed::alike()));
    desk.key(Key::Char('2'));
    desk
}

#[test]
fn alike_is_one_row_that_says_what_differs_and_opens() {
    let mut desk = desk();
    assert_eq!(desk.state.rows().len(), 3);
    desk.key(Key::Char('v'));
    assert_eq!(desk.state.rows().len(), 1);
    let screen = desk.screen();
    assert!(screen.contains("== 3 alike; what differs: amount_minor, order"), "{screen}");
    // Neither is decided by a key that is meant for one question.
    for key in ['a', 'd', 's'] {
        desk.key(Key::Char(key));
        assert!(desk.state.card().is_none(), "{key}");
    }
    desk.key(Key::Enter);
    assert!(matches!(desk.state.nav.page(), Page::Alike(_)));
    let screen = desk.screen();
    for text in ["3 alike: refund-decision", "card=\"4411\"", "amount_minor", "1940000", "\"A-52\""] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    desk.key(Key::Down);
    desk.key(Key::Enter);
    assert_eq!(*desk.state.nav.page(), Page::Decision("esc-52".to_owned()));
    desk.key(Key::Esc);
    assert!(matches!(desk.state.nav.page(), Page::Alike(_)));
    desk.key(Key::Esc);
    desk.key(Key::Char('v'));
    assert_eq!(desk.state.rows().len(), 3);
}

#[test]
fn all_of_a_group_is_denied_by_its_number_and_no_more_than_waited() {
    let mut desk = desk();
    for key in ['v', '!', 'd'] {
        desk.key(Key::Char(key));
    }
    let screen = desk.screen();
    assert!(screen.contains("DENY 3 that are alike"), "{screen}");
    desk.text("2");
    desk.key(Key::Tab);
    desk.text("looks injected");
    desk.key(Key::Enter);
    assert!(desk.acted().is_empty(), "that is not the number");
    desk.key(Key::Backspace);
    desk.text("3");
    // One was answered meanwhile, and another has come.
    let mut picture = listed::alike();
    picture.pending.remove(0);
    picture
        .pending
        .push(remit_proto::v1::Escalation { id: "esc-54".to_owned(), ..picture.pending[0].clone() });
    desk.event(Event::Picture(picture));
    let sent = desk.key(Key::Enter);
    let denied: Vec<_> = sent
        .iter()
        .filter_map(|effect| {
            let Effect::Send { command, .. } = effect else { return None };
            let Command::Decide { escalation, approve: false, reason, .. } = command else {
                panic!("{command:?}")
            };
            Some((escalation.clone(), reason.clone()))
        })
        .collect();
    let why = "looks injected".to_owned();
    assert_eq!(denied, [("esc-52".to_owned(), why.clone()), ("esc-53".to_owned(), why)]);
}

#[test]
fn a_question_goes_to_somebody_with_a_note_and_says_so() {
    let mut desk = desk();
    let screen = desk.screen();
    assert!(screen.contains("* ivan reads") && screen.contains("-> lena"), "{screen}");
    desk.key(Key::Char('s'));
    desk.key(Key::Enter);
    assert!(desk.acted().is_empty(), "nobody is named");
    desk.text("lena");
    desk.key(Key::Tab);
    desk.text("your shop");
    let sent = desk.key(Key::Enter);
    let Some(Effect::Send { id, command, .. }) = sent.first() else { panic!("{sent:?}") };
    let wanted = Command::HandOver {
        escalation: "esc-51".to_owned(),
        to: "lena".to_owned(),
        note: "your shop".to_owned(),
    };
    assert_eq!(*command, wanted);
    let handed = remit_proto::v1::Escalation { handed_to: "lena".to_owned(), ..fixture::ask() };
    desk.event(Event::Answered { id: *id, answer: Answer::HandedOver(Box::new(handed)) });
    assert!(desk.screen().contains("lena is to answer it"), "{}", desk.screen());
}

#[test]
fn whoever_reads_says_so_until_they_are_away() {
    let mut desk = desk();
    let claims = |effects: &[Effect]| {
        effects.iter().filter(|it| matches!(it, Effect::Fetch(Fetch::Claim(id)) if id == "esc-51")).count()
    };
    desk.key(Key::Enter);
    assert_eq!(claims(&desk.sent), 1);
    desk.wait(29_000);
    assert_eq!(claims(&desk.event(Event::Tick)), 0, "it still holds");
    desk.wait(2_000);
    assert_eq!(claims(&desk.event(Event::Tick)), 1);
    desk.wait(60_000);
    assert_eq!(claims(&desk.event(Event::Tick)), 0, "no key for so long: nobody reads");
    assert_eq!(claims(&desk.key(Key::Char('j'))), 1);
}
