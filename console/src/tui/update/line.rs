//! The command line and the filter: a line can open a card but never skip one.

use remit_proto::v1::{Alert, Level, Switch};
use tui_input::Input;

use super::super::clock::Now;
use super::super::event::Effect;
use super::super::keys::Key;
use super::super::state::nav::Page;
use super::super::state::receipt::Fate;
use super::super::state::sieve::Sieve;
use super::super::state::{Focus, Prompt, Purpose, State};
use super::super::when;
use super::{cards, complete, edit_request, page, reach};

/// The verbs, for the error that an unknown one gets.
pub(in crate::tui) const VERBS: &str = "go, stop, safe, reason, release, ack, rollback, write, readonly, filter, save, forget, export, dump, ctx, help, quit";

/// How long a console of production stays open, and the shortest reason for it.
const WRITE_MS: u64 = 60 * 60 * 1_000;
const SHORTEST_REASON: usize = 10;

pub(super) fn key(state: &mut State, key: Key, now: Now) -> Vec<Effect> {
    let Focus::Prompt(prompt) = &mut state.focus else { return Vec::new() };
    if let Some(request) = edit_request(key) {
        prompt.problem = None;
        prompt.input.handle(request);
        return Vec::new();
    }
    if key == Key::Ctrl('c') {
        return page::interrupt(state, now);
    }
    let takes_commands = prompt.purpose == Purpose::Command;
    if takes_commands && key == Key::Tab {
        complete::complete(state, now);
    }
    if takes_commands && (key == Key::Up || key == Key::Down) {
        complete::walk(state, key == Key::Up);
    }
    given(state, key, now)
}

/// The line as it stands, when it is given.
fn given(state: &mut State, key: Key, now: Now) -> Vec<Effect> {
    let Focus::Prompt(prompt) = &state.focus else { return Vec::new() };
    if key != Key::Enter && key != Key::Esc {
        return Vec::new();
    }
    let (purpose, text) = (prompt.purpose, prompt.input.value().trim().to_owned());
    state.focus = Focus::Page;
    match (key, purpose) {
        (Key::Enter, Purpose::Command) => {
            if !text.is_empty() {
                complete::remember(state, &text);
            }
            run(state, &text, now)
        }
        (Key::Enter, Purpose::Filter) => filter(state, &text, now),
        _ => Vec::new(),
    }
}

/// Hides rows; a text that is no filter stays in its field, with what is wrong, and what was hidden before stays so.
fn filter(state: &mut State, text: &str, now: Now) -> Vec<Effect> {
    let page = state.nav.page().clone();
    match Sieve::read(&page, text, &state.saved, now.wall_ms) {
        Ok(Sieve::Trace(filter)) => {
            let text = filter.to_string();
            state.trace.set_filter(filter);
            state.nav.cursor_mut().id = None;
            return vec![Effect::WatchTrace { filter: text }];
        }
        Ok(sieve) if sieve.to_string().is_empty() => drop(state.filters.remove(&page)),
        Ok(sieve) => drop(state.filters.insert(page, sieve)),
        Err(problem) => {
            let at = problem.text.get(..problem.at.start).map_or(0, |before| before.chars().count());
            let input = Input::new(text.to_owned()).with_cursor(at);
            let prompt = Prompt { purpose: Purpose::Filter, input, problem: Some(problem), nth_line: None };
            state.focus = Focus::Prompt(prompt);
        }
    }
    Vec::new()
}

/// Opens a console of production for what makes things less safe. It is a guard against a slip, on this screen: what a
/// person may do is decided by the control plane, and what they did is on record there.
fn write(state: &mut State, reason: &str, now: Now) {
    if !state.production {
        return state.say(now.tick_ms, "this context is not production: nothing is held back");
    }
    if reason.chars().count() < SHORTEST_REASON {
        return state
            .say(now.tick_ms, format!("`write REASON`: why, in {SHORTEST_REASON} characters or more"));
    }
    state.write_until_ms = now.tick_ms.saturating_add(WRITE_MS);
    state.say(now.tick_ms, format!("open for an hour: {reason}; `:readonly` closes it"));
}

/// Gives the filter of the page a name.
fn save(state: &mut State, name: &str, now: Now) -> Vec<Effect> {
    let text = state.filter();
    let fits = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !fits {
        let known: Vec<_> = state.saved.iter().map(|(name, text)| format!("@{name} {text}")).collect();
        let known = if known.is_empty() { "none is saved".to_owned() } else { known.join("   ") };
        state.say(now.tick_ms, format!("`save NAME`, of letters, digits and `_`; {known}"));
        return Vec::new();
    }
    if text.is_empty() {
        let words = "there is no filter on this page to save; `<filter>` sets one";
        state.say(now.tick_ms, state.keymap.words(words));
        return Vec::new();
    }
    state.say(now.tick_ms, format!("@{name} is {text}"));
    let mut saved = state.saved.clone();
    saved.insert(name.to_owned(), text);
    state.keep_saved(saved);
    vec![Effect::KeepFilters(state.saved.clone())]
}

fn forget(state: &mut State, name: &str, now: Now) -> Vec<Effect> {
    let mut saved = state.saved.clone();
    let was_there = saved.remove(name.trim_start_matches('@')).is_some();
    state.keep_saved(saved);
    if !was_there {
        state.say(now.tick_ms, format!("no filter is saved as `{name}`"));
        return Vec::new();
    }
    vec![Effect::KeepFilters(state.saved.clone())]
}

fn run(state: &mut State, text: &str, now: Now) -> Vec<Effect> {
    let (verb, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let target = rest.trim();
    match verb {
        "" => {}
        "q" | "quit" => return vec![Effect::Quit],
        "help" => state.focus = Focus::Help(0),
        "filter" if state.nav.page().is_root() => return filter(state, target, now),
        "write" => write(state, target, now),
        "readonly" => state.write_until_ms = 0,
        "export" | "dump" => return reach::file(state, verb, target, now),
        "ctx" => return switch(state, target, now),
        "save" => return save(state, target, now),
        "forget" => return forget(state, target, now),
        "filter" => state.say(now.tick_ms, "nothing is filtered on this page"),
        "go" => match page_named(target) {
            Some(page) => state.nav.go(page),
            None => state.say(
                now.tick_ms,
                "go where? overview, queue, trace, switches, parked, contracts, cost, audit, alerts, service:S, run:R, action:A, escalation:E, rollback:PLAN, version:V",
            ),
        },
        "stop" => ceiling(state, target, Level::None, now),
        "safe" => ceiling(state, target, Level::Draft, now),
        "reason" => on_switch(state, target, now, cards::explain),
        "release" => on_switch(state, target, now, cards::release),
        "ack" => on_alert(state, target, now),
        "rollback" => return rollback(state, target, now),
        _ => state.say(now.tick_ms, format!("`{verb}` is no command; there are: {VERBS}")),
    }
    Vec::new()
}

/// To another context: never while it is open what became of a command.
fn switch(state: &mut State, name: &str, now: Now) -> Vec<Effect> {
    let open = |fate: &Fate| matches!(fate, Fate::Sent | Fate::Working(_));
    if !name.is_empty() && state.receipts.newest_first().any(|receipt| open(&receipt.fate)) {
        state.say(now.tick_ms, "a command has no answer yet; `ctx` again once it has");
        return Vec::new();
    }
    vec![Effect::Switch { name: Some(name.to_owned()).filter(|name| !name.is_empty()) }]
}

/// A run is undone as a whole; of anything wider it must be said since when.
fn rollback(state: &mut State, target: &str, now: Now) -> Vec<Effect> {
    const USAGE: &str =
        "roll back what? `rollback run:R`, or since when: `rollback service:S 5m`, `domain:D 1h`";
    let (of, since) =
        target.split_once(char::is_whitespace).map_or((target, None), |(of, rest)| (of, Some(rest.trim())));
    let wider = ["service:", "tool:", "domain:"].iter().any(|kind| of.starts_with(kind));
    match (since.map(when::span_ms), wider) {
        (None, false) if !of.is_empty() => {
            let run = of.strip_prefix("run:").unwrap_or(of);
            return cards::rollback(state, &format!("run:{run}"), None, now);
        }
        (Some(Some(ms)), true) => return cards::rollback(state, of, Some(ms), now),
        (None | Some(_), _) => state.say(now.tick_ms, USAGE),
    }
    Vec::new()
}

fn page_named(target: &str) -> Option<Page> {
    let id = |rest: &str| Some(rest.to_owned()).filter(|rest| !rest.is_empty());
    Some(match target.split_once(':') {
        None if target == "overview" => Page::Overview,
        None if target == "queue" => Page::Queue,
        None if target == "trace" => Page::Trace,
        None if target == "switches" => Page::Switches,
        None if target == "parked" => Page::Parked,
        None if target == "contracts" => Page::Contracts,
        None if target == "cost" => Page::Cost,
        None if target == "audit" => Page::Audit,
        None if target == "alerts" => Page::Alerts,
        Some(("service", rest)) => Page::Service(id(rest)?),
        Some(("run", rest)) => Page::Run(id(rest)?),
        Some(("action", rest)) => Page::Action(id(rest)?),
        Some(("escalation", rest)) => Page::Decision(id(rest)?),
        Some(("rollback", rest)) => Page::Rollback(id(rest)?),
        Some(("version", rest)) => Page::Version(id(rest)?),
        Some(_) | None => return None,
    })
}

fn ceiling(state: &mut State, target: &str, level: Level, now: Now) {
    let known = target == "all"
        || target.split_once(':').is_some_and(|(kind, name)| {
            ["domain", "service", "tool", "run"].contains(&kind)
                && !name.is_empty()
                && state.scope_exists(target)
        });
    if known {
        cards::ceiling(state, target, level);
    } else {
        state.say(
            now.tick_ms,
            format!("`{target}` is no scope; accepted are: all, domain:D, service:S, tool:S/T, run:R"),
        );
    }
}

/// Opens the card for the one alert whose id ends so.
fn on_alert(state: &mut State, target: &str, now: Now) {
    let meant = |it: &&Alert| !target.is_empty() && it.id.ends_with(target);
    let found: Vec<_> = state.alerts().filter(meant).cloned().collect();
    match <[_; 1]>::try_from(found) {
        Ok([alert]) => cards::acknowledge_one(state, alert, now),
        Err(found) if found.is_empty() => {
            state.say(now.tick_ms, format!("no alert `{target}` stands; `go alerts` shows those that do"));
        }
        Err(found) => {
            state.say(now.tick_ms, format!("{} alerts end in `{target}`; give more of the id", found.len()));
        }
    }
}

/// Opens the card for the one switch at `target`.
fn on_switch(state: &mut State, target: &str, now: Now, open: fn(&mut State, Switch, Now)) {
    let found: Vec<_> = state.switches().filter(|s| s.id == target || s.scope == target).cloned().collect();
    match <[_; 1]>::try_from(found) {
        Ok([switch]) => open(state, switch, now),
        Err(found) if found.is_empty() => state.say(now.tick_ms, format!("no switch is set at `{target}`")),
        Err(found) => {
            let words = format!(
                "{} switches are set at `{target}`; {}",
                found.len(),
                state.keymap.words("choose one on <switches>")
            );
            state.say(now.tick_ms, words);
        }
    }
}
