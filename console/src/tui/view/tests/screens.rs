//! The screens that answers fill, each in every size: one table.

use ratatui::layout::Size;

use crate::tui::fixture::Desk;
use crate::tui::keys::Key;

const SIZES: [(u16, u16); 3] = [(80, 24), (100, 30), (160, 48)];

/// A screen, and the keys that lead there from the Overview.
const SCREENS: [(&str, &[Key]); 5] = [
    ("contracts", &[Key::Char('6')]),
    ("version", &[Key::Char('6'), Key::Enter]),
    ("cost", &[Key::Char('7')]),
    ("audit", &[Key::Char('8'), Key::Down]),
    ("service", &[Key::Char('j'), Key::Enter]),
];

fn at(screen: &[Key], (width, height): (u16, u16)) -> Desk {
    let mut desk = Desk::new(Size::new(width, height));
    for key in screen {
        desk.key(*key);
        desk.fetched();
    }
    desk
}

#[test]
fn each_screen_in_each_size() {
    for (name, keys) in SCREENS {
        for (width, height) in SIZES {
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), at(keys, (width, height)).screen());
        }
    }
}

#[test]
fn rows_are_found_by_text_and_open_what_they_stand_for() {
    let table = [
        ("6/revoked\n", "1 version(s)", "Version 1.0.0 of refund-decision   x revoked"),
        ("6/lena\n", "3 version(s)", "Version 1.2.0 of refund-decision   * active"),
        ("7/case\n", "1 budget(s)", "Run case-4711"),
        ("7/service/refund\n", "0 budget(s)", "0 budget(s)"),
        ("8/gateway\n", "1 entries", "Service refund-decision"),
        ("8/duplicate\n", "1 entries", "Action act-970"),
        ("8/root\n", "1 entries", "8 Audit"),
        ("7/refund-decision\n", "3 budget(s)", "Service refund-decision"),
    ];
    for (keys, filtered, opened) in table {
        let mut desk = Desk::new(Size::new(160, 48));
        for c in keys.chars() {
            desk.key(if c == '\n' { Key::Enter } else { Key::Char(c) });
            desk.fetched();
        }
        desk.key(Key::Char('g'));
        desk.fetched();
        let screen = desk.screen();
        assert!(screen.contains(filtered), "{keys:?}: no {filtered:?} in\n{screen}");
        desk.key(Key::Enter);
        desk.fetched();
        let screen = desk.screen();
        assert!(screen.contains(opened), "{keys:?}: no {opened:?} in\n{screen}");
    }
}

#[test]
fn an_act_on_a_row_is_about_what_stands_behind_it() {
    let table = [
        ("6", "stop service:refund-decision"),
        ("7", "stop domain:payments"),
        ("7jj", "stop service:refund-decision"),
        ("7G", "stop run:run-7"),
        ("8", "stop run:run-7"),
        ("8j", "stop service:refund-decision"),
        ("8G", "stop all"),
    ];
    for (keys, wanted) in table {
        let mut desk = Desk::new(Size::new(160, 48));
        for c in keys.chars().chain(['!']) {
            desk.key(Key::Char(c));
            desk.fetched();
        }
        let screen = desk.screen();
        assert!(screen.contains(wanted), "{keys:?}: no {wanted:?} in\n{screen}");
    }
}

#[test]
fn each_question_is_asked_at_first_sight_and_again_only_when_a_journal_moved() {
    use crate::tui::event::{Effect, Event, Fetch};
    let mut desk = at(&[Key::Char('6')], (80, 24));
    let asked = |desk: &Desk| desk.sent.iter().filter(|it| matches!(it, Effect::Fetch(_))).count();
    let first = Fetch::Version(crate::tui::fixture::listed::proposed());
    let questions = [Effect::Fetch(Fetch::Versions), Effect::Fetch(first)];
    assert!(questions.iter().all(|it| desk.sent.contains(it)), "{:?}", desk.sent);
    let before = asked(&desk);
    desk.wait(60_000);
    desk.event(Event::Tick);
    assert_eq!(asked(&desk), before, "nothing has happened since");
    let mut picture = crate::tui::fixture::picture();
    picture.positions.insert("payments".to_owned(), 1043);
    desk.event(Event::Picture(picture));
    assert_eq!(asked(&desk), before + 2);
}
