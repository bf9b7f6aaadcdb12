//! What leaves the console besides commands, and what a mouse can do.

use ratatui::layout::Size;

use crate::tui::event::{Effect, Event, Mouse, Part};
use crate::tui::fixture::{self, Desk, listed};
use crate::tui::keys::Key;
use crate::tui::linear;
use crate::tui::state::Focus;
use crate::tui::state::nav::Page;
use crate::tui::theme::Theme;
use crate::tui::update::title;

fn desk(keys: &str) -> Desk {
    let mut desk = Desk::new(Size::new(80, 24));
    desk.event(Event::Picture(listed::alike()));
    desk.fetched();
    for key in keys.chars() {
        desk.key(if key == '>' { Key::Enter } else { Key::Char(key) });
    }
    desk
}

fn selected(desk: &Desk) -> Option<String> {
    desk.state.selected_row().map(|(_, object)| object.id)
}

#[test]
fn a_click_chooses_a_row_and_the_wheel_goes_on() {
    let mut desk = desk("2");
    desk.paint();
    let top = desk.state.painted.as_ref().unwrap().list.clone().unwrap().at.1;
    for (row, chosen) in [(top + 2, "esc-53"), (top, "esc-51"), (top + 9, "esc-51"), (0, "esc-51")] {
        desk.event(Event::Mouse(Mouse::Click { column: 10, row }));
        desk.paint();
        assert_eq!(selected(&desk).as_deref(), Some(chosen), "row {row}");
    }
    desk.event(Event::Mouse(Mouse::Wheel { down: true }));
    assert_eq!(selected(&desk).as_deref(), Some("esc-53"));
    // Over a card it changes nothing behind it.
    desk.key(Key::Char('d'));
    desk.event(Event::Mouse(Mouse::Click { column: 10, row: top }));
    assert!(desk.state.card().is_some());
    assert_eq!(selected(&desk).as_deref(), Some("esc-53"));
    assert!(desk.acted().is_empty());
}

#[test]
fn a_click_chooses_what_was_seen_there_though_the_list_has_moved_on() {
    let mut desk = desk("2");
    desk.paint();
    let top = desk.state.painted.as_ref().unwrap().list.clone().unwrap().at.1;
    let mut picture = listed::alike();
    picture.pending.remove(0);
    desk.event(Event::Picture(picture));
    desk.event(Event::Mouse(Mouse::Click { column: 10, row: top + 1 }));
    assert_eq!(selected(&desk).as_deref(), Some("esc-52"));
    // What is not there any more is not exchanged for its neighbour.
    desk.event(Event::Mouse(Mouse::Click { column: 10, row: top }));
    assert_eq!(selected(&desk), None);
}

#[test]
fn a_click_on_a_tab_opens_the_view_and_over_a_card_nothing() {
    for (width, name) in [(80, " 3 "), (160, " 3 Trace ")] {
        let mut desk = Desk::new(Size::new(width, 24));
        assert!(
            desk.screen().lines().last().unwrap().starts_with("1-8 views"),
            "only where there is a mouse"
        );
        desk.state.drawn.has_tabs = true;
        let screen = desk.screen();
        let last = screen.lines().last().unwrap();
        let column = u16::try_from(last.find(name).unwrap() + 1).unwrap();
        let click = Event::Mouse(Mouse::Click { column, row: 23 });
        desk.key(Key::Char('j'));
        desk.key(Key::Char('!'));
        desk.event(click.clone());
        assert!(desk.state.card().is_some() && *desk.state.nav.page() == Page::Overview);
        desk.key(Key::Esc);
        desk.paint();
        desk.event(click);
        assert_eq!(*desk.state.nav.page(), Page::Trace);
        assert!(desk.acted().is_empty());
    }
}

#[test]
fn jump_puts_the_cursor_on_the_row_with_that_letter() {
    let mut desk = desk("2");
    desk.key(Key::Ctrl('o'));
    let screen = desk.screen();
    assert!(screen.contains("[a]") && screen.contains("[d]") && !screen.contains("[f]"), "{screen}");
    desk.key(Key::Char('d'));
    assert!(matches!(desk.state.focus, Focus::Page), "it opens nothing");
    assert_eq!(selected(&desk).as_deref(), Some("esc-53"));
    desk.key(Key::Ctrl('o'));
    desk.key(Key::Char('m'));
    assert_eq!(selected(&desk).as_deref(), Some("esc-53"), "no row has that letter");
}

#[test]
fn the_id_goes_to_the_clipboard_revealed() {
    let copied = |keys: &str| {
        let mut desk = desk(keys);
        desk.key(Key::Char('y'));
        let effects = desk.key(Key::Char('i'));
        effects
            .into_iter()
            .find_map(|effect| if let Effect::Copy { text, .. } = effect { Some(text) } else { None })
    };
    assert_eq!(copied("2j").as_deref(), Some("esc-52"));
    assert_eq!(copied("j").as_deref(), Some("refund-decision"));
    let mut desk = desk("");
    let mut picture = fixture::picture();
    picture.services[0].name = "refund\u{202e}s\u{7}".to_owned();
    desk.event(Event::Picture(picture));
    desk.key(Key::Char('G'));
    desk.key(Key::Char('y'));
    let sent = desk.key(Key::Char('i'));
    let [Effect::Copy { text, .. }, ..] = sent.as_slice() else { panic!("{sent:?}") };
    assert!(text.starts_with("refund<U+202E>s") && !text.contains(char::is_control), "{text}");
}

#[test]
fn the_copy_menu_names_what_it_copies_and_any_other_key_leaves_it() {
    let mut desk = desk("2j");
    desk.key(Key::Char('y'));
    let screen = desk.screen();
    assert!(screen.contains("i the id   r the row   p the whole page"), "{screen}");
    assert!(desk.key(Key::Char('r')).contains(&Effect::CopyShown(Part::Row)));
    desk.key(Key::Char('y'));
    assert!(desk.key(Key::Char('p')).contains(&Effect::CopyShown(Part::Page)));
    // Twice the key that opens it copies nothing, and then the page has the keys again.
    for key in [Key::Char('y'), Key::Enter, Key::Esc, Key::Char('d'), Key::Char('a')] {
        desk.key(Key::Char('y'));
        let sent = desk.key(key);
        assert!(!sent.iter().any(|it| matches!(it, Effect::Copy { .. } | Effect::CopyShown(_))), "{sent:?}");
        assert!(matches!(desk.state.focus, Focus::Page), "{key:?}");
    }
    let row = linear::row(&desk.state, &Theme::plain(), desk.now).unwrap();
    assert!(row.contains("refund-decision") && !row.contains('\n'), "{row}");
    let mut desk = Desk::new(Size::new(80, 24));
    desk.key(Key::Char('2'));
    desk.key(Key::Enter);
    desk.fetched();
    let page = linear::lines(&desk.state, &Theme::plain(), desk.now).0.join("\n");
    assert!(page.contains("<U+202E>") && page.contains("EVIDENCE") && !page.contains("approve.."), "{page}");
    assert_eq!(linear::row(&desk.state, &Theme::plain(), desk.now), None);
}

#[test]
fn a_list_and_a_screen_go_to_a_file() {
    let given = |keys: &str, line: &str| {
        let mut desk = desk(keys);
        desk.text(line);
        let effects = desk.key(Key::Enter);
        (effects, desk.screen())
    };
    let (sent, _) = given("2", ":export csv rows.csv");
    let [Effect::Keep { path, fallback, what, text }, ..] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!((path.as_deref(), what.as_str()), (Some("rows.csv"), "3 rows"));
    assert!(fallback.starts_with("escalations-20260301T0312") && text.starts_with("ID,"), "{fallback}");
    let (sent, _) = given("2", ":dump");
    assert!(
        matches!(&sent[0], Effect::Dump { path: None, fallback } if fallback.ends_with(".txt")),
        "{sent:?}"
    );
    for (keys, line, words) in [("2", ":export pdf", "export md|json|csv"), ("2>", ":export md", "no list")] {
        let (sent, screen) = given(keys, line);
        assert!(
            !sent.iter().any(|it| matches!(it, Effect::Keep { .. })) && screen.contains(words),
            "{screen}"
        );
    }
}

#[test]
fn a_word_outside_comes_when_nobody_looks_and_not_too_often() {
    let mut desk = desk("");
    let arrives = |desk: &mut Desk, id: &str| {
        let mut picture = desk.state.picture.clone().unwrap();
        picture.pending.push(remit_proto::v1::Escalation { id: id.to_owned(), ..fixture::ask() });
        let effects = desk.event(Event::Picture(picture));
        effects
            .into_iter()
            .find_map(|effect| if let Effect::Attract { words } = effect { Some(words) } else { None })
    };
    assert_eq!(arrives(&mut desk, "esc-61"), None, "somebody looks");
    desk.event(Event::Looked(false));
    assert_eq!(arrives(&mut desk, "esc-62").as_deref(), Some("remit: 5 question(s) wait"));
    desk.wait(29_000);
    assert_eq!(arrives(&mut desk, "esc-63"), None, "so soon again");
    desk.wait(2_000);
    assert_eq!(arrives(&mut desk, "esc-64").as_deref(), Some("remit: 7 question(s) wait"));
    desk.wait(31_000);
    let mut picture = desk.state.picture.clone().unwrap();
    picture.services[0].ceiling = remit_proto::v1::Level::None.into();
    let effects = desk.event(Event::Picture(picture));
    let words = "remit: 7 question(s) wait, 1 ceiling(s) fell".to_owned();
    assert!(effects.contains(&Effect::Attract { words }), "{effects:?}");
}

#[test]
fn the_title_has_plain_letters_only() {
    let mut desk = desk("");
    assert_eq!(title(&desk.state, desk.now), "(3) remit staging LIVE");
    desk.state.environment = "pr\u{1b}]0;od\u{7}!".to_owned();
    desk.event(Event::Picture(remit_proto::v1::StateSnapshot { pending: Vec::new(), ..fixture::picture() }));
    assert_eq!(title(&desk.state, desk.now), "remit pr0od LIVE");
}
