//! What the streams and answers to questions change, and which question the page on screen has.

use std::collections::BTreeMap;

use remit_proto::v1::{DecisionUpdate, StateSnapshot};

use super::super::clock::Now;
use super::super::event::{Effect, Event, Fetch, Fetched};
use super::super::state::link::{Down, Stream};
use super::super::state::nav::Page;
use super::super::state::{Asked, RECENT, State};
use super::notice;

/// A page asks again at most this often.
const ASK_MS: u64 = 1_000;
/// A question that got no answer is asked again after this.
const ASK_AGAIN_MS: u64 = 5_000;

pub(super) fn heard(state: &mut State, event: Event, now: Now) -> Vec<Effect> {
    match event {
        Event::Who(who) => {
            if !who.environment.is_empty() {
                state.environment.clone_from(&who.environment);
            }
            state.who = Some(who);
        }
        Event::Picture(picture) => {
            state.link.heard_tick_ms = Some(now.tick_ms);
            state.link.up(Stream::State);
            state.picture = Some(picture);
            notice::asked_again(state, now);
        }
        Event::Decision(update) => {
            notice::denied(state, &update, now);
            notice::tripped(state, &update, now);
            decision(state, *update);
        }
        Event::Trace(batch) => {
            state.link.up(Stream::Trace);
            state.trace.extend(batch);
        }
        Event::TraceRestarted => state.trace.restart(),
        Event::Up(stream) => state.link.up(stream),
        Event::Down { stream, reason, attempt, retry_ms } => {
            let retry_tick_ms = now.tick_ms.saturating_add(retry_ms);
            state.link.down(stream, Down { reason, attempt, retry_tick_ms });
        }
        Event::Fetched(fetched) => {
            state.details.failed = None;
            match fetched {
                Fetched::Runs(service, answer) => state.details.runs = Some((service, answer.runs)),
                Fetched::Run(run) => state.details.run = Some(run),
                Fetched::Action(action) => state.details.action = Some(action),
                Fetched::Rollback(rollback) => state.details.rollback = Some(rollback),
                Fetched::Parked(parked) => state.details.parked = Some(parked),
            }
        }
        Event::FetchFailed { fetch, sentence } => state.details.failed = Some((fetch, sentence)),
        Event::Key(_)
        | Event::Paste(_)
        | Event::Resized
        | Event::Painted(_)
        | Event::Tick
        | Event::Answered { .. }
        | Event::Terminate => {}
    }
    Vec::new()
}

fn decision(state: &mut State, update: DecisionUpdate) {
    state.link.up(Stream::Decisions);
    state.recent.push_front(update);
    state.recent.truncate(RECENT);
}

/// The question of the page on screen, if it is due: at first sight, then when a journal moved on.
pub(super) fn ask_for_page(state: &mut State, now: Now) -> Vec<Effect> {
    let Some(fetch) = question(state) else { return Vec::new() };
    let positions = positions(state.picture.as_ref());
    if let Some(asked) = state.details.asked.as_ref().filter(|asked| asked.fetch == fetch) {
        let since = now.tick_ms.saturating_sub(asked.tick_ms);
        let moved = asked.positions != positions && ASK_MS <= since;
        let unanswered =
            state.details.failed.as_ref().is_some_and(|(of, _)| *of == fetch) && ASK_AGAIN_MS <= since;
        if !moved && !unanswered {
            return Vec::new();
        }
    }
    state.details.asked = Some(Asked { fetch: fetch.clone(), tick_ms: now.tick_ms, positions });
    vec![Effect::Fetch(fetch)]
}

fn question(state: &State) -> Option<Fetch> {
    match state.nav.page() {
        Page::Overview | Page::Queue | Page::Trace | Page::Switches => None,
        Page::Service(name) => Some(Fetch::Runs(name.clone())),
        Page::Run(id) => Some(Fetch::Run(id.clone())),
        Page::Action(id) => Some(Fetch::Action(id.clone())),
        Page::Rollback(id) => Some(Fetch::Rollback(id.clone())),
        Page::Parked => Some(Fetch::Parked),
        Page::Decision(id) => {
            let action = state.escalation(id).map(|e| e.action.clone());
            // Once it is decided it leaves the picture; its page keeps what it showed.
            let shown = || {
                let detail = state.details.action.as_ref()?;
                detail.escalation.as_ref().filter(|e| e.id == *id).map(|e| e.action.clone())
            };
            action.or_else(shown).map(Fetch::Action)
        }
    }
}

fn positions(picture: Option<&StateSnapshot>) -> BTreeMap<String, u64> {
    picture.iter().flat_map(|p| &p.positions).map(|(domain, seq)| (domain.clone(), *seq)).collect()
}
