//! Questions that are alike or shared, as they look.

use super::check_desk;
use crate::tui::event::Event;
use crate::tui::fixture::listed;
use crate::tui::keys::Key;

fn desk(name: &str, keys: &str) {
    check_desk(name, |desk| {
        desk.event(Event::Picture(listed::alike()));
        for key in keys.chars() {
            desk.key(if key == '>' { Key::Enter } else { Key::Char(key) });
        }
    });
}

#[test]
fn folded() {
    desk("queue_folded", "2v");
}

#[test]
fn a_group() {
    desk("queue_alike", "2v>");
}

#[test]
fn the_cards() {
    desk("card_deny_alike", "2v!d");
    desk("card_send", "2s");
}
