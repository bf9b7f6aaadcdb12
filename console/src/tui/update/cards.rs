//! Opening cards: from a key or from the command line, always the same card, never a command.

use remit_document::Document;
use remit_proto::v1::{Alert, Escalation, Level, Switch};

use super::super::clock::Now;
use super::super::event::{Command, Effect};
use super::super::hit::{Kind, Object};
use super::super::state::card::{Ask, Card, Entry, Opens};
use super::super::state::facts;
use super::super::state::nav::Page;
use super::super::state::{Focus, State};
use super::{answer, cut_off, page, too_old};

/// Opens the act menu of what the cursor is on.
pub(super) fn menu(state: &mut State, now: Now) {
    match page::aimed_at(state) {
        Ok(about) => {
            let entries = entries(state, about.as_ref(), now);
            open(state, Ask::Menu { about, entries });
        }
        Err(why) => state.say(now.tick_ms, why),
    }
}

/// Opens the card that answers the escalation under the cursor.
pub(super) fn answer(state: &mut State, approve: bool, now: Now) {
    let object = match page::aimed_at(state) {
        Ok(Some(object)) if object.kind == Kind::Escalation => object,
        Ok(_) => return state.say(now.tick_ms, "no waiting escalation is under the cursor"),
        Err(why) => return state.say(now.tick_ms, why),
    };
    let Some(escalation) = state.escalation(&object.id).cloned() else {
        return state.say(now.tick_ms, "changed under you, nothing done");
    };
    if approve {
        if let Some(why) = approval_lock(state, &object, now) {
            return state.say(now.tick_ms, format!("approve is locked: {why}"));
        }
    } else if let Some(why) = cut_off(state, now) {
        return state.say(now.tick_ms, format!("deny is locked: {why}"));
    }
    let escalation = Box::new(whole(state, escalation));
    let document = state.details.action.as_deref().filter(|_| approve).and_then(Document::of);
    let shown = document.as_ref().map(Document::digest).unwrap_or_default();
    let opaque = document.iter().flat_map(Document::opaque).count();
    let hasty = approve && state.details.attention.as_ref().is_some_and(|found| found.hasty);
    open(state, Ask::Answer { escalation, approve, shown, opaque, hasty });
}

/// Shows the alerts; there, opens the card that says that one looks at the one under the cursor.
pub(super) fn acknowledge(state: &mut State, now: Now) {
    if *state.nav.page() != Page::Alerts {
        state.nav.go(Page::Alerts);
        let first = state.alerts().find(|it| it.acknowledged.is_none() && it.locked.is_empty());
        if let Some(id) = first.map(|it| it.id.clone()) {
            state.nav.cursor_mut().id = Some(id);
        }
        return;
    }
    let object = match page::aimed_at(state) {
        Ok(Some(object)) if object.kind == Kind::Alert => object,
        Ok(_) => return state.say(now.tick_ms, "no alert is under the cursor"),
        Err(why) => return state.say(now.tick_ms, why),
    };
    match state.alert(&object.id).cloned() {
        Some(alert) => acknowledge_one(state, alert, now),
        None => state.say(now.tick_ms, "changed under you, nothing done"),
    }
}

/// Opens the card that says that one looks at this alert.
pub(super) fn acknowledge_one(state: &mut State, alert: Alert, now: Now) {
    if let Some(known) = &alert.acknowledged {
        return state.say(now.tick_ms, format!("{} looks at it already", known.by));
    }
    if !alert.locked.is_empty() {
        return state.say(now.tick_ms, format!("it cannot be acknowledged: {}", alert.locked));
    }
    match cut_off(state, now) {
        Some(why) => state.say(now.tick_ms, format!("acknowledging is locked: {why}")),
        None => open(state, Ask::Acknowledge(Box::new(alert))),
    }
}

/// Opens the card that hands the escalation under the cursor to somebody.
pub(super) fn hand_over(state: &mut State, now: Now) {
    let object = match page::aimed_at(state) {
        Ok(Some(object)) if object.kind == Kind::Escalation => object,
        Ok(_) => return state.say(now.tick_ms, "no waiting escalation is under the cursor"),
        Err(why) => return state.say(now.tick_ms, why),
    };
    if let Some(why) = cut_off(state, now) {
        return state.say(now.tick_ms, format!("sending is locked: {why}"));
    }
    match state.escalation(&object.id).cloned() {
        Some(escalation) => open(state, Ask::HandOver(Box::new(escalation))),
        None => state.say(now.tick_ms, "changed under you, nothing done"),
    }
}

/// Opens the card that denies all of a group.
fn deny_alike(state: &mut State, group: String, now: Now) {
    let members: Vec<Escalation> = state.alike(&group).into_iter().cloned().collect();
    match cut_off(state, now) {
        Some(why) => state.say(now.tick_ms, format!("deny is locked: {why}")),
        None => open(state, Ask::DenyAlike { group, members }),
    }
}

/// Opens the card that says what became of the action on the page.
pub(super) fn resolve(state: &mut State, happened: bool, now: Now) {
    let object = match page::aimed_at(state) {
        Ok(Some(object)) if object.kind == Kind::Action => object,
        Ok(_) => return state.say(now.tick_ms, "no action is under the cursor"),
        Err(why) => return state.say(now.tick_ms, why),
    };
    let detail = state.details.action.as_ref().filter(|detail| facts::is_of(detail, &object.id)).cloned();
    let Some(doubt) = detail else { return state.say(now.tick_ms, "the action has not arrived yet") };
    if !facts::is_in_doubt(&doubt) {
        return state.say(now.tick_ms, "the action is not in doubt: there is nothing to say");
    }
    match too_old(state, now) {
        Some(why) => state.say(now.tick_ms, format!("this is locked: {why}")),
        None => open(state, Ask::Resolve { doubt, happened }),
    }
}

/// The escalation with its parameters whole: the list carries short ones only, the page has them all.
fn whole(state: &State, listed: Escalation) -> Escalation {
    let detail = state.details.action.as_ref();
    let action = detail.and_then(|d| d.action.as_ref()).filter(|a| a.id == listed.action);
    let params_json = action.map_or_else(|| listed.params_json.clone(), |a| a.params_json.clone());
    Escalation { params_json, ..listed }
}

/// Why this escalation cannot be approved now, if it cannot.
pub(in crate::tui) fn approval_lock(state: &State, object: &Object, now: Now) -> Option<String> {
    if let Some(why) = too_old(state, now) {
        return Some(why);
    }
    if *state.nav.page() != Page::Decision(object.id.clone()) {
        return Some(state.keymap.words("open it with <open> and read it first"));
    }
    let detail = state.details.action.as_ref();
    let shown = detail.and_then(|d| d.escalation.as_ref()).filter(|e| e.id == object.id);
    match shown {
        None => return Some("its evidence has not arrived yet".to_owned()),
        Some(e) if e.digest != object.version || e.digest.is_empty() => {
            return Some("the evidence shown belongs to another digest".to_owned());
        }
        Some(_) if state.who.as_ref().is_some_and(|who| !who.key.is_empty() && who.key != state.key) => {
            return Some("you sign with a key that is not on this machine".to_owned());
        }
        Some(_) => {}
    }
    let key = state.painted.as_ref().and_then(|h| h.shown.as_ref()).map(|s| s.key.clone());
    match key.as_deref().and_then(|key| state.read.progress(key)) {
        None => Some("needs a larger terminal: the evidence was not shown".to_owned()),
        Some((seen, total)) if seen < total => {
            let how = state.keymap.words("read on with <read_on>");
            Some(format!("{how}: {seen} of {total} lines were shown"))
        }
        Some(_) => None,
    }
}

/// Opens a card that sets a ceiling.
pub(super) fn ceiling(state: &mut State, scope: &str, level: Level) {
    let blast = state.blast(scope);
    let by_key = level == Level::Draft && scope.starts_with("service:");
    open(state, Ask::Ceiling { scope: scope.to_owned(), level, blast, by_key });
}

/// Opens the card that lifts `switch`.
pub(super) fn release(state: &mut State, switch: Switch, now: Now) {
    match too_old(state, now) {
        Some(why) => state.say(now.tick_ms, format!("release is locked: {why}")),
        None => {
            // What goes again is asked anew for each card.
            state.details.preview = None;
            open(state, Ask::Release(Box::new(switch)));
        }
    }
}

/// Opens the card that says why `switch` is set.
pub(super) fn explain(state: &mut State, switch: Switch, now: Now) {
    match cut_off(state, now) {
        Some(why) => state.say(now.tick_ms, format!("a reason is locked: {why}")),
        None => open(state, Ask::Explain(Box::new(switch))),
    }
}

/// What the act menu undoes of a service: what it did in so many milliseconds.
const LATELY_MS: i64 = 5 * 60 * 1_000;

/// Asks for the plan of undoing a run, or what a scope did in the last so many milliseconds; its card opens with the
/// answer.
pub(super) fn rollback(state: &mut State, of: &str, last_ms: Option<i64>, now: Now) -> Vec<Effect> {
    if let Some(why) = too_old(state, now) {
        state.say(now.tick_ms, format!("undo is locked: {why}"));
        return Vec::new();
    }
    state.focus = Focus::Page;
    let words = format!("plan the undo of {of}");
    let since_ms = last_ms.map(|ms| now.wall_ms.saturating_sub(ms));
    vec![answer::send(state, words, Command::PlanRollback { of: of.to_owned(), since_ms }, now)]
}

/// Follows a line of the act menu.
pub(super) fn follow(state: &mut State, opens: Opens, now: Now) -> Vec<Effect> {
    match opens {
        Opens::Ceiling(scope, level) => ceiling(state, &scope, level),
        Opens::Release(switch) => release(state, *switch, now),
        Opens::Explain(switch) => explain(state, *switch, now),
        Opens::DenyAlike(group) => deny_alike(state, group, now),
        Opens::Rollback(of) => {
            let last_ms = (!of.starts_with("run:")).then_some(LATELY_MS);
            return rollback(state, &of, last_ms, now);
        }
    }
    Vec::new()
}

pub(super) fn open(state: &mut State, ask: Ask) {
    let id = state.next_id();
    state.focus = Focus::Card(Box::new(Card::new(id, ask)));
}

fn entries(state: &State, about: Option<&Object>, now: Now) -> Vec<Entry> {
    let scopes = about.map_or_else(|| vec!["all".to_owned()], |object| state.scopes_of(object));
    let keys = |scope: &str| match scope.split_once(':').map_or(scope, |(kind, _)| kind) {
        "run" => Some('s'),
        "tool" => Some('t'),
        "service" => Some('S'),
        "domain" => Some('D'),
        "all" => Some('G'),
        _ => None,
    };
    let mut entries = Vec::new();
    for (index, scope) in scopes.iter().enumerate() {
        // The narrowest scope always has the easy key.
        let key = if index == 0 { Some('s') } else { keys(scope) };
        if let Some(key) = key {
            entries.push(Entry { key, opens: Opens::Ceiling(scope.clone(), Level::None), refused: None });
        }
    }
    if let Some(scope) = scopes.iter().find(|s| s.starts_with("service:")).or(scopes.first()) {
        entries.push(Entry { key: 'm', opens: Opens::Ceiling(scope.clone(), Level::Draft), refused: None });
    }
    for (switch, key) in
        state.switches().filter(|s| releases(s, about, &scopes)).zip(['r', 'R', '1', '2', '3', '4'])
    {
        let opens = Opens::Release(Box::new(switch.clone()));
        entries.push(Entry { key, opens, refused: too_old(state, now) });
    }
    let here = |switch: &Switch| releases(switch, about, &scopes);
    let is_one = about.is_some_and(|object| object.kind == Kind::Switch);
    let lacking = state.switches().filter(|switch| here(switch) && (is_one || switch.reason_due.is_some()));
    for (switch, key) in lacking.zip(['e', 'E']) {
        let opens = Opens::Explain(Box::new(switch.clone()));
        entries.push(Entry { key, opens, refused: cut_off(state, now) });
    }
    if let Some(group) = group_of(state, about) {
        entries.push(Entry { key: 'd', opens: Opens::DenyAlike(group), refused: cut_off(state, now) });
    }
    if let Some(run) = about.and_then(|object| state.run_of(object)) {
        let opens = Opens::Rollback(format!("run:{run}"));
        entries.push(Entry { key: 'b', opens, refused: too_old(state, now) });
    }
    if let Some(service) = scopes.iter().find(|scope| scope.starts_with("service:")) {
        let opens = Opens::Rollback(service.clone());
        entries.push(Entry { key: 'B', opens, refused: too_old(state, now) });
    }
    entries
}

/// The group that the cursor is on, or that the page is about.
fn group_of(state: &State, about: Option<&Object>) -> Option<String> {
    if let Page::Alike(group) = state.nav.page() {
        return Some(group.clone());
    }
    about.filter(|object| object.kind == Kind::Alike).map(|object| object.id.clone())
}

fn releases(switch: &Switch, about: Option<&Object>, scopes: &[String]) -> bool {
    match about {
        Some(object) if object.kind == Kind::Switch => object.id == switch.id,
        Some(_) | None => scopes.contains(&switch.scope),
    }
}

/// A ceiling in words, as receipts and cards name it: `stop service:S`.
#[must_use]
pub(in crate::tui) fn ceiling_words(scope: &str, level: Level) -> String {
    match level {
        Level::None => format!("stop {scope}"),
        Level::Draft => format!("safe mode {scope}"),
        Level::Unspecified | Level::Read | Level::Recommend | Level::Execute => {
            format!("ceiling {} {scope}", facts::level(level))
        }
    }
}

/// What a person says of an action in doubt.
#[must_use]
pub(in crate::tui) const fn verdict_words(happened: bool) -> &'static str {
    if happened { "happened" } else { "did not happen" }
}
