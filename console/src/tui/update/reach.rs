//! What leaves the console besides commands: copies, screens and lists as files; and what the mouse does in it.

use super::super::clock::Now;
use super::super::event::{Effect, Mouse, Part};
use super::super::keys::Key;
use super::super::state::nav::Page;
use super::super::state::{Focus, State};
use super::super::when;
use super::page;
use crate::export::{self, Form};
use crate::inert::Inert;

/// Labels of jump mode, in the order of the rows.
pub(in crate::tui) const LABELS: &str = "asdfghjklqwertyuiopzxcvbnm";

/// Rows that one turn of the wheel goes on.
const WHEEL: usize = 3;

/// A letter of the copy menu; any other key leaves it.
pub(super) fn copy(state: &mut State, key: Key, now: Now) -> Vec<Effect> {
    state.focus = Focus::Page;
    if key == Key::Char('i') {
        copy_id(state, now)
    } else if key == Key::Char('r') {
        vec![Effect::CopyShown(Part::Row)]
    } else if key == Key::Char('p') {
        vec![Effect::CopyShown(Part::Page)]
    } else {
        Vec::new()
    }
}

/// Copies the id of what the cursor is on, or what the page is about.
fn copy_id(state: &mut State, now: Now) -> Vec<Effect> {
    let record = || {
        let number = state.nav.cursor().id?.parse().ok()?;
        let record = state.trace.record(number)?;
        Some(if record.action.is_empty() {
            format!("{}@{}", record.domain, record.seq)
        } else {
            record.action
        })
    };
    let page = state.nav.page();
    let found = if *page == Page::Trace {
        record()
    } else if let Page::Rollback(id) | Page::Version(id) = page {
        Some(id.clone())
    } else {
        state.subject().map(|object| object.id)
    };
    let Some(id) = found else {
        state.say(now.tick_ms, "nothing is under the cursor to copy");
        return Vec::new();
    };
    vec![Effect::Copy { what: "the id".to_owned(), text: Inert::line(&id).to_string() }]
}

/// `:dump [FILE]`, `:export FORM [FILE]`.
pub(super) fn file(state: &mut State, verb: &str, rest: &str, now: Now) -> Vec<Effect> {
    let named = |path: &str| Some(path.trim().to_owned()).filter(|path| !path.is_empty());
    let at = when::compact(now.wall_ms);
    if verb == "dump" {
        return vec![Effect::Dump { path: named(rest), fallback: format!("screen-{at}.txt") }];
    }
    let (form, path) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let Some(form) = Form::named(form) else {
        state.say(now.tick_ms, "`export md|json|csv [FILE]` writes the rows of this page");
        return Vec::new();
    };
    let Some(listed) = export::page(state, form) else {
        state.say(now.tick_ms, "this page is no list; `:dump` writes what is on the screen");
        return Vec::new();
    };
    let fallback = format!("{}-{at}.{}", listed.name, form.extension());
    let what = format!("{} rows", listed.rows);
    vec![Effect::Keep { path: named(path), fallback, what, text: listed.text }]
}

/// A click chooses a row or a view, the wheel moves on. Neither confirms or decides anything.
pub(super) fn mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    match (&state.focus, mouse) {
        (Focus::Page, Mouse::Click { column, row }) => {
            let painted = state.painted.as_ref();
            let tab = painted.and_then(|hits| hits.tab_at(column, row)).cloned();
            let line = painted.and_then(|hits| hits.line_at(column, row));
            if let Some(page) = tab {
                state.nav.go(page);
            } else if let Some(line) = line {
                choose(state, line);
            }
        }
        (Focus::Page, Mouse::Wheel { down }) => page::wheel(state, down, WHEEL),
        (Focus::Card(_), Mouse::Wheel { down }) => {
            if let Some(card) = state.card_mut() {
                card.scroll =
                    if down { card.scroll.saturating_add(WHEEL) } else { card.scroll.saturating_sub(WHEEL) };
            }
        }
        (Focus::Card(_), Mouse::Click { .. })
        | (Focus::Prompt(_) | Focus::Help(_) | Focus::Jump | Focus::Copy, _) => {}
    }
    Vec::new()
}

/// Puts the cursor on a row that the last frame showed: the one that was seen, wherever it is by now.
fn choose(state: &mut State, line: usize) {
    let Some(list) = state.painted.as_ref().and_then(|hits| hits.list.clone()) else { return };
    let Some(id) = list.ids.get(line) else { return };
    if *state.nav.page() == Page::Trace {
        state.trace.anchor = list.ids.first().and_then(|number| number.parse().ok());
    }
    let cursor = state.nav.cursor_mut();
    cursor.id = Some(id.clone());
    cursor.index = list.first.saturating_add(line);
}

/// The letter of a row puts the cursor there; any other key leaves.
pub(super) fn jump(state: &mut State, letter: Option<char>) {
    state.focus = Focus::Page;
    if let Some(nth) = letter.and_then(|letter| LABELS.find(letter)) {
        choose(state, nth);
    }
}
