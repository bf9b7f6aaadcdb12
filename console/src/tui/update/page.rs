//! Keys on a page: movement acts on the state, but a key that leads to an act needs the frame it was aimed at.

use remit_proto::v1::{Alert, AuditEntry};

use super::super::clock::Now;
use super::super::event::Effect;
use super::super::hit::{Kind, Object};
use super::super::keymap::Verb;
use super::super::keys::Key;
use super::super::state::nav::Page;
use super::super::state::rows::Step;
use super::super::state::{Focus, Prompt, Purpose, State};
use super::cards;

/// Two Ctrl-C within this time leave.
const INTERRUPT_MS: u64 = 2_000;

pub(super) fn key(state: &mut State, key: Key, now: Now) -> Vec<Effect> {
    let Some(verb) = state.keymap.lookup(key, state.nav.page()) else { return Vec::new() };
    if verb != Verb::Interrupt {
        state.interrupted_tick_ms = None;
    }
    match verb {
        Verb::Overview => state.nav.go(Page::Overview),
        Verb::Queue => state.nav.go(Page::Queue),
        Verb::Trace => state.nav.go(Page::Trace),
        Verb::Switches => state.nav.go(Page::Switches),
        Verb::Parked => state.nav.go(Page::Parked),
        Verb::Contracts => state.nav.go(Page::Contracts),
        Verb::Cost => state.nav.go(Page::Cost),
        Verb::Audit => state.nav.go(Page::Audit),
        Verb::Acknowledge => cards::acknowledge(state, now),
        Verb::Down => step(state, Step::On(1)),
        Verb::Up => step(state, Step::Back(1)),
        Verb::PageDown => step(state, Step::On(page_rows(state))),
        Verb::ReadOn => read_on(state),
        Verb::PageUp => step(state, Step::Back(page_rows(state))),
        Verb::First => step(state, Step::First),
        Verb::Last => step(state, Step::Last),
        Verb::Open => open(state, now),
        Verb::Back => back(state),
        Verb::Earlier => {
            if !state.nav.earlier() {
                state.say(now.tick_ms, "no earlier page");
            }
        }
        Verb::Later => {
            if !state.nav.later() {
                state.say(now.tick_ms, "no later page");
            }
        }
        Verb::Filter => filter(state, now),
        Verb::CommandLine => prompt(state, Purpose::Command),
        Verb::Freeze => freeze(state),
        Verb::Help => state.focus = Focus::Help(0),
        Verb::Act => cards::menu(state, now),
        Verb::Approve => cards::answer(state, true, now),
        Verb::Deny => cards::answer(state, false, now),
        Verb::HandOver => cards::hand_over(state, now),
        Verb::Fold => fold(state, now),
        Verb::NextSection | Verb::LastSection if state.sections.is_empty() => {
            let words = "no section yet: `<filter>` filters, `:save NAME` makes it one";
            state.say(now.tick_ms, state.keymap.words(words));
        }
        Verb::NextSection => state.walk_sections(false),
        Verb::LastSection => state.walk_sections(true),
        Verb::Waterfall => state.drawn.is_waterfall = !state.drawn.is_waterfall,
        Verb::Happened => cards::resolve(state, true, now),
        Verb::DidNotHappen => cards::resolve(state, false, now),
        Verb::Jump => state.focus = Focus::Jump,
        Verb::Copy => state.focus = Focus::Copy,
        Verb::Retry => {
            state.details.asked.clear();
            return vec![Effect::Retry];
        }
        Verb::Interrupt => return interrupt(state, now),
        Verb::Suspend => return vec![Effect::Suspend],
    }
    Vec::new()
}

/// Ctrl-C: leaves when pressed twice, wherever the focus is.
pub(super) fn interrupt(state: &mut State, now: Now) -> Vec<Effect> {
    let again = state.interrupted_tick_ms.is_some_and(|at| now.tick_ms.saturating_sub(at) < INTERRUPT_MS);
    state.interrupted_tick_ms = Some(now.tick_ms);
    if again {
        return vec![Effect::Quit];
    }
    state.say(now.tick_ms, "Ctrl-C again leaves the console; nothing is stopped by leaving");
    Vec::new()
}

pub(super) fn help_key(state: &mut State, key: Key) -> Vec<Effect> {
    let Focus::Help(line) = &mut state.focus else { return Vec::new() };
    match state.keymap.lookup(key, &Page::Overview) {
        Some(Verb::Down | Verb::PageDown | Verb::ReadOn) => {
            *line = line.saturating_add(5).min(state.keymap.rows().len());
        }
        Some(Verb::Up | Verb::PageUp) => *line = line.saturating_sub(5),
        Some(_) | None => state.focus = Focus::Page,
    }
    Vec::new()
}

/// The thing under the cursor, if the last frame on the terminal showed it exactly as it is now.
pub(super) fn aimed_at(state: &State) -> Result<Option<Object>, &'static str> {
    let Some(painted) = &state.painted else {
        return Err("nothing was painted since, nothing done");
    };
    if painted.selected == state.subject() {
        Ok(painted.selected.clone())
    } else {
        Err("changed under you, nothing done")
    }
}

fn page_rows(state: &State) -> usize {
    state.painted.as_ref().map_or(10, |hits| match &hits.shown {
        Some(shown) => shown.end.saturating_sub(shown.first),
        None => hits.list_rows,
    })
}

fn step(state: &mut State, step: Step) {
    match state.nav.page() {
        Page::Action(_) | Page::Decision(_) | Page::Rollback(_) | Page::Parked | Page::Version(_) => {
            let total = state.painted.as_ref().and_then(|h| h.shown.as_ref()).map_or(0, |shown| shown.total);
            let cursor = state.nav.cursor_mut();
            cursor.scroll = step.from(cursor.scroll, total);
        }
        Page::Overview
        | Page::Queue
        | Page::Trace
        | Page::Switches
        | Page::Contracts
        | Page::Cost
        | Page::Audit
        | Page::Alerts
        | Page::Alike(_)
        | Page::Service(_)
        | Page::Run(_) => state.step(step),
    }
}

/// So many rows or lines, as the wheel turns.
pub(super) fn wheel(state: &mut State, down: bool, rows: usize) {
    step(state, if down { Step::On(rows) } else { Step::Back(rows) });
}

/// However fast it is pressed, no part is passed over: what counts is what was painted.
fn read_on(state: &mut State) {
    let shown = state.painted.as_ref().and_then(|hits| hits.shown.as_ref());
    match shown.and_then(|shown| state.read.unread(&shown.key)) {
        Some(line) => state.nav.cursor_mut().scroll = line,
        None => step(state, Step::On(page_rows(state))),
    }
}

fn open(state: &mut State, now: Now) {
    let target = if *state.nav.page() == Page::Trace { record_page(state) } else { row_page(state) };
    match target {
        Some(page) => state.nav.go(page),
        None => state.say(now.tick_ms, "nothing to open here"),
    }
}

fn row_page(state: &State) -> Option<Page> {
    if let Page::Decision(id) = state.nav.page() {
        return state.escalation(id).map(|e| Page::Action(e.action.clone()));
    }
    let (_, object) = state.selected_row()?;
    match object.kind {
        Kind::Service => Some(Page::Service(object.id)),
        Kind::Run => Some(Page::Run(object.id)),
        Kind::Action => Some(Page::Action(object.id)),
        Kind::Escalation => Some(Page::Decision(object.id)),
        Kind::Alike => Some(Page::Alike(object.id)),
        Kind::Switch => {
            let switch = state.switch(&object.id)?;
            switch.scope.strip_prefix("service:").map(|name| Page::Service(name.to_owned()))
        }
        Kind::Version => Some(Page::Version(object.id)),
        Kind::Budget => match state.stands_for(&object)? {
            of if of.kind == Kind::Service => Some(Page::Service(of.id)),
            of if of.kind == Kind::Run => Some(Page::Run(of.id)),
            _ => None,
        },
        Kind::Deed => state.deed(&object.id).and_then(deed_page),
        Kind::Alert => state.alert(&object.id).and_then(alert_page),
        Kind::Everything | Kind::Tool | Kind::Domain => None,
    }
}

/// The most exact page for what somebody did.
fn deed_page(entry: &AuditEntry) -> Option<Page> {
    let pages = [
        (&entry.action, Page::Action as fn(String) -> Page),
        (&entry.run, Page::Run),
        (&entry.service, Page::Service),
    ];
    pages.into_iter().find(|(id, _)| !id.is_empty()).map(|(id, page)| page(id.clone()))
}

/// The page of what an alert is about, else that of its service.
fn alert_page(alert: &Alert) -> Option<Page> {
    let about = alert.about.as_str();
    match alert.condition.as_str() {
        "in_doubt" => Some(Page::Action(about.to_owned())),
        "lapses_soon" => Some(Page::Decision(about.to_owned())),
        "reason_owed" | "reason_late" | "review_overdue" => Some(Page::Switches),
        _ => alert.scope.strip_prefix("service:").map(|name| Page::Service(name.to_owned())),
    }
}

/// The most exact page for the pinned record, or for the newest one while the trace runs on.
fn record_page(state: &State) -> Option<Page> {
    let record = match state.nav.cursor().id.and_then(|id| id.parse().ok()) {
        Some(number) => state.trace.record(number)?,
        None => state.trace.row(state.trace.rows().checked_sub(1)?)?.1,
    };
    if !record.action.is_empty() {
        Some(Page::Action(record.action))
    } else if !record.run.is_empty() {
        Some(Page::Run(record.run))
    } else if !record.service.is_empty() {
        Some(Page::Service(record.service))
    } else {
        None
    }
}

fn back(state: &mut State) {
    if state.nav.page().is_root() {
        state.filters.remove(&state.nav.page().clone());
        state.receipts.see();
    } else {
        state.nav.earlier();
    }
}

fn prompt(state: &mut State, purpose: Purpose) {
    let value = match purpose {
        Purpose::Filter => state.filter(),
        Purpose::Command => String::new(),
    };
    state.focus = Focus::Prompt(Prompt { purpose, input: value.into(), problem: None, nth_line: None });
}

/// Only the numbered views have rows to hide.
fn filter(state: &mut State, now: Now) {
    if state.nav.page().is_root() {
        prompt(state, Purpose::Filter);
    } else {
        state.say(now.tick_ms, "nothing is filtered on this page");
    }
}

/// Rows come and go with it: the cursor begins anew.
fn fold(state: &mut State, now: Now) {
    state.drawn.is_folded = !state.drawn.is_folded;
    state.nav.cursor_mut().id = None;
    let words =
        if state.drawn.is_folded { "what is alike is one row now; <open> opens it" } else { "each is a row" };
    state.say(now.tick_ms, state.keymap.words(words));
}

fn freeze(state: &mut State) {
    state.trace.frozen = match state.trace.frozen {
        Some(_) => None,
        None => Some(state.trace.end()),
    };
}
