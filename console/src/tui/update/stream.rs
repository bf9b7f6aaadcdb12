//! What the streams and answers to questions change, and which questions the page on screen has.

use std::collections::BTreeMap;

use remit_proto::v1::{DecisionUpdate, StateSnapshot, WhoAmIResponse};

use super::super::clock::Now;
use super::super::event::{Effect, Event, Fetch, Fetched};
use super::super::state::card::Ask;
use super::super::state::link::{Down, Stream};
use super::super::state::nav::Page;
use super::super::state::{Asked, RECENT, State};
use super::notice;

/// A page asks again at most this often.
const ASK_MS: u64 = 1_000;
/// A question that got no answer is asked again after this.
const ASK_AGAIN_MS: u64 = 5_000;

/// A claim is renewed this often, three times in the 90 s that it holds.
const CLAIM_MS: u64 = 30_000;
/// Whoever has pressed no key for so long does not read any more.
const AWAY_MS: u64 = 90_000;

/// What is costly to answer is asked again at most this often.
const ASK_SELDOM_MS: u64 = 30_000;

pub(super) fn heard(state: &mut State, event: Event, now: Now) -> Vec<Effect> {
    match event {
        Event::Who(who) => introduced(state, who),
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
        Event::Fetched(fetched) => fetched_one(state, fetched, now),
        Event::Ended { id, row } => {
            if let Some(contained) = state.contained.as_mut().filter(|contained| contained.id == id) {
                contained.unfollowed = None;
                contained.ended(*row);
            }
        }
        Event::Unfollowed { id, why } => {
            if let Some(contained) = state.contained.as_mut().filter(|contained| contained.id == id) {
                contained.unfollowed = Some(why);
            }
        }
        Event::FetchFailed { fetch, sentence } => {
            state.details.failed.insert(fetch, sentence);
        }
        Event::Key(_)
        | Event::Mouse(_)
        | Event::Looked(_)
        | Event::Told(_)
        | Event::Paste(_)
        | Event::Resized
        | Event::Painted(_)
        | Event::Tick
        | Event::FiltersLost { .. }
        | Event::Answered { .. }
        | Event::Terminate => {}
    }
    Vec::new()
}

/// What a page asked for.
fn fetched_one(state: &mut State, fetched: Fetched, now: Now) {
    state.details.failed.retain(|fetch, _| !fetched.answers(fetch));
    // A late answer about something else does not take the place of what this page is about.
    let alike = questions(state, now).into_iter().find(|question| fetched.is_like(question));
    if alike.is_some_and(|question| !fetched.answers(&question)) {
        return;
    }
    match fetched {
        Fetched::Runs(service, answer) => state.details.runs = Some((service, answer.runs)),
        Fetched::Run(run) => state.details.run = Some(run),
        Fetched::Action(action) => state.details.action = Some(action),
        Fetched::Rollback(rollback) => state.details.rollback = Some(rollback),
        Fetched::Parked(parked) => state.details.parked = Some(parked),
        Fetched::Versions(versions) => state.details.versions = Some(versions),
        Fetched::Version(compared) => state.details.compared = Some(compared),
        Fetched::Cost(nodes) => state.details.cost = Some(nodes),
        Fetched::Blast(blast) => state.details.blast = Some(blast),
        Fetched::Audit(filter, audit) => state.keep_audit(filter, audit),
        Fetched::Attention(found) => state.details.attention = Some(found),
        Fetched::Claimed => {}
        // What an open card shows stays as it is while somebody reads it.
        Fetched::Preview(switch, preview) if state.preview_of(&switch).is_none() => {
            state.details.preview = Some((switch, preview));
        }
        Fetched::Preview(..) => {}
    }
}

fn introduced(state: &mut State, who: WhoAmIResponse) {
    if !who.environment.is_empty() {
        state.environment.clone_from(&who.environment);
    }
    state.who = Some(who);
}

fn decision(state: &mut State, update: DecisionUpdate) {
    state.link.up(Stream::Decisions);
    state.recent.push_front(update);
    state.recent.truncate(RECENT);
}

/// The questions of the page on screen that are due: at first sight, then when a journal moved on.
pub(super) fn ask_for_page(state: &mut State, now: Now) -> Vec<Effect> {
    let mut questions = questions(state, now);
    if let Some(Ask::Release(switch)) = state.card().map(|card| &card.ask) {
        questions.push(Fetch::Preview(switch.id.clone()));
    }
    state.details.asked.retain(|fetch, _| questions.contains(fetch));
    state.details.failed.retain(|fetch, _| questions.contains(fetch));
    let positions = positions(state.picture.as_ref());
    let due: Vec<_> = questions.into_iter().filter(|fetch| is_due(state, fetch, &positions, now)).collect();
    for fetch in &due {
        let asked = Asked { tick_ms: now.tick_ms, positions: positions.clone() };
        state.details.asked.insert(fetch.clone(), asked);
    }
    due.into_iter().map(Effect::Fetch).collect()
}

fn is_due(state: &State, fetch: &Fetch, positions: &BTreeMap<String, u64>, now: Now) -> bool {
    let Some(asked) = state.details.asked.get(fetch) else { return true };
    let since = now.tick_ms.saturating_sub(asked.tick_ms);
    let is_shown = matches!(fetch, Fetch::Preview(switch) if state.preview_of(switch).is_some());
    let moved = !is_shown && asked.positions != *positions && again_ms(fetch) <= since;
    let unanswered = state.details.failed.contains_key(fetch) && ASK_AGAIN_MS <= since;
    // Tokens and keys move a journal that the picture does not count.
    let unseen = matches!(fetch, Fetch::Audit(_)) && ASK_AGAIN_MS <= since;
    if let Fetch::Claim(_) = fetch {
        return CLAIM_MS <= since;
    }
    moved || unanswered || unseen
}

/// Where a journal moves on all the time, a question is asked again at most this often.
const fn again_ms(fetch: &Fetch) -> u64 {
    match fetch {
        // What a version says never changes; only its state does, and the list beside it tells that.
        Fetch::Version(_) => ASK_AGAIN_MS,
        // The control plane reads a day of its journal for it.
        Fetch::Blast(_) => ASK_SELDOM_MS,
        Fetch::Runs(_)
        | Fetch::Run(_)
        | Fetch::Action(_)
        | Fetch::Rollback(_)
        | Fetch::Parked
        | Fetch::Versions
        | Fetch::Cost
        | Fetch::Audit(_)
        | Fetch::Attention
        | Fetch::Claim(_)
        | Fetch::Preview(_) => ASK_MS,
    }
}

fn questions(state: &State, now: Now) -> Vec<Fetch> {
    match state.nav.page() {
        Page::Overview | Page::Trace | Page::Switches | Page::Alerts => Vec::new(),
        Page::Queue | Page::Alike(_) => vec![Fetch::Attention],
        Page::Service(name) => vec![Fetch::Runs(name.clone()), Fetch::Blast(name.clone())],
        Page::Run(id) => vec![Fetch::Run(id.clone())],
        Page::Action(id) => vec![Fetch::Action(id.clone())],
        Page::Rollback(id) => vec![Fetch::Rollback(id.clone())],
        Page::Parked => vec![Fetch::Parked],
        Page::Contracts => {
            let chosen = state.selected_row().map(|(_, object)| Fetch::Version(object.id));
            std::iter::once(Fetch::Versions).chain(chosen).collect()
        }
        Page::Version(name) => vec![Fetch::Version(name.clone())],
        Page::Cost => vec![Fetch::Cost],
        Page::Audit => vec![Fetch::Audit(state.filter())],
        Page::Decision(id) => {
            let action = state.escalation(id).map(|e| e.action.clone());
            // Once it is decided it leaves the picture; its page keeps what it showed.
            let shown = || {
                let detail = state.details.action.as_ref()?;
                detail.escalation.as_ref().filter(|e| e.id == *id).map(|e| e.action.clone())
            };
            let here = now.tick_ms.saturating_sub(state.touched_tick_ms) < AWAY_MS;
            let reads = (here && action.is_some()).then(|| Fetch::Claim(id.clone()));
            let detail = action.or_else(shown).map(Fetch::Action);
            detail.into_iter().chain([Fetch::Attention]).chain(reads).collect()
        }
    }
}

fn positions(picture: Option<&StateSnapshot>) -> BTreeMap<String, u64> {
    picture.iter().flat_map(|p| &p.positions).map(|(domain, seq)| (domain.clone(), *seq)).collect()
}
