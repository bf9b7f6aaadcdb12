//! The command line completes from what is known, and brings earlier lines back without their reasons.

use ratatui::layout::Size;

use crate::tui::fixture::Desk;
use crate::tui::keys::Key;
use crate::tui::state::Focus;

fn line(desk: &Desk) -> &str {
    let Focus::Prompt(prompt) = &desk.state.focus else { panic!("no line: {:?}", desk.state.focus) };
    prompt.input.value()
}

#[test]
fn a_word_is_completed_as_far_as_there_is_no_choice() {
    for (typed, completed, said) in [
        ("ro", "rollback ", ""),
        ("stop service:ref", "stop service:refund-decision ", ""),
        ("stop srvref", "stop service:refund-decision ", ""),
        ("go qu", "go queue ", ""),
        ("re", "re", "readonly  reason  release"),
        ("stop nothing", "stop nothing", "nothing known here begins with `nothing`"),
        ("go queue x", "go queue x", "nothing known here begins with `x`"),
    ] {
        let mut desk = Desk::new(Size::new(160, 48));
        desk.key(Key::Char(':'));
        desk.text(typed);
        desk.key(Key::Tab);
        assert_eq!(line(&desk), completed, "{typed}");
        assert_eq!(desk.state.notice.as_ref().map_or("", |it| it.words.as_str()), said, "{typed}");
    }
}

#[test]
fn a_completed_stop_still_only_opens_its_card() {
    let mut desk = Desk::new(Size::new(160, 48));
    desk.text(":stop srvref");
    desk.key(Key::Tab);
    assert!(desk.key(Key::Enter).is_empty());
    assert!(desk.state.card().is_some());
}

#[test]
fn earlier_lines_come_back_without_reasons() {
    let mut desk = Desk::new(Size::new(80, 24));
    desk.state.production = true;
    for given in [":go queue", ":write the customer called again", ":go trace"] {
        desk.text(given);
        desk.key(Key::Enter);
    }
    desk.key(Key::Char(':'));
    for (key, shown) in [
        (Key::Up, "go trace"),
        (Key::Up, "write"),
        (Key::Up, "go queue"),
        (Key::Up, "go queue"),
        (Key::Down, "write"),
        (Key::Down, "go trace"),
        (Key::Down, ""),
    ] {
        desk.key(key);
        assert_eq!(line(&desk), shown);
    }
}
