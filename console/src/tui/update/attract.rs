//! What the console says outside of itself: the window's title, and a word while another window has the focus.
//!
//! Only fixed words, numbers and an environment's plain letters: texts of services have been a way to run commands there.

use remit_proto::v1::{Level, StateSnapshot};

use super::super::clock::Now;
use super::super::event::Effect;
use super::super::state::State;

/// Between two words at least so long, in milliseconds.
const QUIET_MS: u64 = 30_000;

/// Longest name of an environment in a title.
const LONGEST: usize = 24;

/// The title of the window.
#[must_use]
pub(in crate::tui) fn title(state: &State, now: Now) -> String {
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let place: String = state.environment.chars().filter(plain).take(LONGEST).collect();
    let link = state.link.state(now.tick_ms);
    match state.pending().count() {
        0 => format!("remit {place} {link}"),
        waiting => format!("({waiting}) remit {place} {link}"),
    }
}

/// A word, where a question or a ceiling is new in this picture and nobody looks.
pub(super) fn word(state: &mut State, before: Option<&StateSnapshot>, now: Now) -> Option<Effect> {
    let (Some(before), Some(after)) = (before, &state.picture) else { return None };
    if state.is_looked_at {
        return None;
    }
    let known = |id: &str| before.pending.iter().any(|asked| asked.id == id);
    let questions = after.pending.iter().filter(|asked| !known(&asked.id)).count();
    let fell = |name: &str, now: Level| {
        before.services.iter().any(|service| service.name == name && now < service.ceiling())
    };
    let lowered = after.services.iter().filter(|service| fell(&service.name, service.ceiling())).count();
    if questions == 0 && lowered == 0 {
        return None;
    }
    let recent = state.said_outside_tick_ms.is_some_and(|at| now.tick_ms.saturating_sub(at) < QUIET_MS);
    if recent {
        return None;
    }
    let waiting = after.pending.len();
    state.said_outside_tick_ms = Some(now.tick_ms);
    let mut words = vec![format!("{waiting} question(s) wait")];
    if 0 < lowered {
        words.push(format!("{lowered} ceiling(s) fell"));
    }
    Some(Effect::Attract { words: format!("remit: {}", words.join(", ")) })
}
