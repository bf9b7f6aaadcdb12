//! Screens with other keys: whatever names a key names the one that somebody has bound.

use ratatui::layout::Size;

use crate::tui::event::Event;
use crate::tui::fixture::{Desk, listed};
use crate::tui::keymap::live::Keymap;
use crate::tui::keys::Key;

/// Open, approve, deny and a few more on keys that stand for nothing else.
fn rebound(size: (u16, u16)) -> Desk {
    let mut desk = Desk::new(Size::new(size.0, size.1));
    let keys = [
        ("overview", "F"),
        ("open", "Ctrl-T"),
        ("approve", "Q"),
        ("deny", "X"),
        ("fold", "Z"),
        ("read_on", "Ctrl-R"),
        ("filter", "Ctrl-F"),
        ("retry", "Ctrl-E"),
        ("help", "Ctrl-G"),
    ];
    let keys = keys.map(|(id, key)| (id.to_owned(), vec![key.to_owned()])).into();
    desk.state.keymap = Keymap::with(&keys).unwrap();
    desk.event(Event::Picture(listed::alike()));
    desk
}

#[test]
fn every_sentence_and_hint_names_the_key_as_it_is() {
    let wrong =
        ["Enter open", "d den", "a approve", "a LOCKED", "v unfold", "Space", "/ filter", "? help", "1-8"];
    for size in [(80, 24), (160, 48)] {
        let mut desk = rebound(size);
        let (deny, fold, open) = (Key::Char('X'), Key::Char('Z'), Key::Ctrl('t'));
        let keys = [
            vec![Key::Char('2')],
            vec![fold],
            vec![open],
            vec![Key::Esc, fold],
            vec![open],
            vec![deny, Key::Esc],
        ];
        let mut all = String::new();
        for press in keys {
            press.into_iter().for_each(|key| drop(desk.key(key)));
            desk.fetched();
            all += &desk.screen();
        }
        if size.1 < 40 {
            desk.key(Key::Ctrl('g'));
            let help = desk.screen();
            assert!(help.contains("Ctrl-R or PgDn reads on") && help.contains("j k scroll"), "{help}");
        }
        for words in wrong {
            assert!(!all.contains(words), "`{words}` is on a screen:\n{all}");
        }
        let right = [
            "Ctrl-T opens it with its evidence; X begins to deny",
            "folded: Z unfolds",
            "Q approve",
            "X deny",
            "F 2 3 4 5 6 7 8 views",
            "Ctrl-G help\n",
        ];
        for words in right {
            assert!(all.contains(words), "`{words}` is on no screen of {size:?}:\n{all}");
        }
    }
}

#[test]
fn every_heading_begins_with_the_key_as_it_is() {
    let views = [
        ("overview", "Q", "Overview"),
        ("queue", "W", "Queue"),
        ("trace", "E", "Trace"),
        ("switches", "R", "Switches"),
        ("parked", "T", "Parked"),
        ("contracts", "Z", "Contracts"),
        ("cost", "U", "Cost"),
        ("audit", "I", "Audit"),
        ("acknowledge", "O", "Alerts"),
    ];
    let keys = views.map(|(id, key, _)| (id.to_owned(), vec![key.to_owned()])).into();
    let mut desk = Desk::new(Size::new(120, 40));
    desk.state.keymap = Keymap::with(&keys).unwrap();
    for (id, key, name) in views {
        desk.key(Key::Char(key.chars().next().unwrap()));
        let loading = desk.screen();
        desk.fetched();
        for screen in [loading, desk.screen()] {
            assert!(screen.contains(&format!("- {key} {name} ")), "{id}:\n{screen}");
        }
    }
    // A page below a view, and a sentence that names another one.
    desk.key(Key::Char('W'));
    desk.key(Key::Enter);
    desk.fetched();
    assert!(desk.screen().contains("- W Queue   lapses in"), "{}", desk.screen());
    let mut picture = crate::tui::fixture::picture();
    let again = remit_proto::v1::Switch { id: "swi-9".to_owned(), ..picture.switches[0].clone() };
    let scope = again.scope.clone();
    picture.switches.push(again);
    desk.event(Event::Picture(picture));
    desk.text(&format!(":release {scope}"));
    desk.key(Key::Enter);
    assert!(desk.screen().contains("choose one on R"), "{}", desk.screen());
}
