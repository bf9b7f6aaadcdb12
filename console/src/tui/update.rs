//! The reducer: one event in, effects out. Pure and total, so every safety rule of the console is a unit test.

mod answer;
mod attract;
mod card;
mod cards;
mod complete;
mod line;
mod notice;
mod page;
mod reach;
mod stream;

#[cfg(test)]
mod tests;

use tui_input::InputRequest;

pub(super) use self::attract::title;
pub(super) use self::cards::{approval_lock, ceiling_words, verdict_words};
pub(super) use self::line::VERBS;
pub(super) use self::reach::LABELS;

use super::clock::Now;
use super::event::{Effect, Event};
use super::hit::HitMap;
use super::keys::Key;
use super::state::link::LinkState;
use super::state::{Focus, State};

/// Changes the state by one event at one moment.
pub fn update(state: &mut State, event: Event, now: Now) -> Vec<Effect> {
    state.wall_ms = now.wall_ms;
    let mut effects = match event {
        // In whatever has the keys: the shell is wanted, and nothing is decided by it.
        Event::Key(press) if press.key == Key::Ctrl('z') => vec![Effect::Suspend],
        Event::Key(press) => match said(state, now) {
            Focus::Page => page::key(state, press.key, now),
            Focus::Prompt(_) => line::key(state, press.key, now),
            Focus::Card(_) => card::key(state, press, now),
            Focus::Help(_) => page::help_key(state, press.key),
            Focus::Copy => reach::copy(state, press.key, now),
            Focus::Jump => {
                reach::jump(state, if let Key::Char(letter) = press.key { Some(letter) } else { None });
                Vec::new()
            }
        },
        Event::Mouse(mouse) => {
            said(state, now);
            reach::mouse(state, mouse)
        }
        Event::Looked(is_looked_at) => {
            state.is_looked_at = is_looked_at;
            Vec::new()
        }
        Event::Told(words) => {
            state.say(now.tick_ms, words);
            Vec::new()
        }
        Event::Paste(text) => paste(state, &text, now),
        Event::Resized => {
            state.painted = None;
            if let Some(card) = state.card_mut() {
                card.complete = false;
            }
            Vec::new()
        }
        Event::Painted(hits) => {
            painted(state, hits, now);
            return Vec::new();
        }
        Event::Tick => Vec::new(),
        Event::FiltersLost { why } => {
            let words = format!("the filters hold here, but they are not kept for the next time: {why}");
            state.say(now.tick_ms, words);
            Vec::new()
        }
        Event::Terminate => vec![Effect::Quit],
        Event::Answered { id, answer } => answer::heard(state, id, answer, now),
        Event::Picture(picture) => {
            let before = state.picture.take();
            let effects = stream::heard(state, Event::Picture(picture), now);
            effects.into_iter().chain(attract::word(state, before.as_ref(), now)).collect()
        }
        Event::Who(_)
        | Event::Decision(_)
        | Event::Trace(_)
        | Event::TraceRestarted
        | Event::Up(_)
        | Event::Down { .. }
        | Event::Fetched(_)
        | Event::Ended { .. }
        | Event::Unfollowed { .. }
        | Event::FetchFailed { .. } => stream::heard(state, event, now),
    };
    card::void_if_changed(state, now);
    state.settle();
    effects.extend(stream::ask_for_page(state, now));
    effects
}

/// Whatever has the keys; the last word to the operator was read by now.
fn said(state: &mut State, now: Now) -> &Focus {
    state.notice = None;
    state.touched_tick_ms = now.tick_ms;
    &state.focus
}

/// What painted frames teach the reducer. When a frame changes this, another frame must show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    page: Option<(usize, usize)>,
    card: Option<(u64, bool, bool, Option<String>)>,
}

/// What was learned so far.
#[must_use]
pub fn learned(state: &State) -> Learned {
    let shown = state.painted.as_ref().and_then(|hits| hits.shown.as_ref());
    Learned {
        page: shown.and_then(|shown| state.read.progress(&shown.key)),
        card: state
            .card()
            .map(|card| (card.id, card.painted_tick_ms.is_some(), card.complete, card.unread())),
    }
}

fn painted(state: &mut State, hits: HitMap, now: Now) {
    if let Some(shown) = &hits.shown {
        state.read.note(shown);
        // The painter knew how far the document goes; the cursor did not.
        let furthest = shown.total.saturating_sub(shown.end.saturating_sub(shown.first));
        let cursor = state.nav.cursor_mut();
        cursor.scroll = cursor.scroll.min(furthest);
    }
    if let (Some(card), Some(seen)) = (state.card_mut(), &hits.card)
        && card.id == seen.id
    {
        card.painted_tick_ms.get_or_insert(now.tick_ms);
        card.complete = seen.complete;
        if let Some(shown) = &seen.shown {
            card.read.note(shown);
            card.read_key = Some(shown.key.clone());
            card.scroll = card.scroll.min(shown.total.saturating_sub(shown.end.saturating_sub(shown.first)));
        }
    }
    state.painted = Some(hits);
}

/// A paste is text for a field with focus, and nothing anywhere else: it can never press a key.
fn paste(state: &mut State, text: &str, now: Now) -> Vec<Effect> {
    match &mut state.focus {
        Focus::Prompt(prompt) => {
            prompt.problem = None;
            super::state::card::type_into(&mut prompt.input, text);
        }
        Focus::Card(card) if !card.fields.is_empty() && card.is_armed(now.tick_ms) && card.void.is_none() => {
            card.insert(text);
        }
        Focus::Card(card) => card.said = Some("a paste was ignored".to_owned()),
        Focus::Page | Focus::Help(_) | Focus::Jump | Focus::Copy => {
            state.say(now.tick_ms, "a paste was ignored: no text field has the focus");
        }
    }
    Vec::new()
}

/// The editing keys of a one-line text field.
fn edit_request(key: Key) -> Option<InputRequest> {
    match key {
        Key::Char(c) => Some(InputRequest::InsertChar(c)),
        Key::Backspace => Some(InputRequest::DeletePrevChar),
        Key::Delete => Some(InputRequest::DeleteNextChar),
        Key::Left => Some(InputRequest::GoToPrevChar),
        Key::Right => Some(InputRequest::GoToNextChar),
        Key::Home | Key::Ctrl('a') => Some(InputRequest::GoToStart),
        Key::End | Key::Ctrl('e') => Some(InputRequest::GoToEnd),
        Key::Ctrl('u') => Some(InputRequest::DeleteFromStart),
        Key::Ctrl('w') => Some(InputRequest::DeletePrevWord),
        Key::Ctrl(_)
        | Key::Enter
        | Key::Esc
        | Key::Tab
        | Key::BackTab
        | Key::Up
        | Key::Down
        | Key::PageUp
        | Key::PageDown => None,
    }
}

/// Why an act in the unsafe direction is not possible on what is known now, if it is not.
fn too_old(state: &State, now: Now) -> Option<String> {
    if state.is_read_only(now.tick_ms) {
        return Some(
            "this is production, read-only; `:write REASON` opens it for an hour at most".to_owned(),
        );
    }
    let link = state.link.state(now.tick_ms);
    match link {
        LinkState::Live | LinkState::Lagging => None,
        LinkState::Connecting | LinkState::Stale | LinkState::Offline => {
            Some(format!("the link is {link}: this needs a picture younger than 10 s"))
        }
    }
}

/// Why nothing but a stop is possible, if that is so.
fn cut_off(state: &State, now: Now) -> Option<String> {
    let link = state.link.state(now.tick_ms);
    match link {
        LinkState::Live | LinkState::Lagging | LinkState::Stale => None,
        LinkState::Connecting | LinkState::Offline => {
            Some(format!("the link is {link}: only a stop can be tried"))
        }
    }
}
