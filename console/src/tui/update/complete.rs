//! What the command line offers: the rest of a word from what is known here, and lines that were given before.

use tui_input::Input;

use super::super::clock::Now;
use super::super::state::{Focus, State};
use super::line::VERBS;

/// Lines that are remembered, in this process alone.
const REMEMBERED: usize = 50;

/// Lines whose rest is a reason: people's words are not offered again.
const WITH_REASON: [&str; 1] = ["write"];

/// Completes the word before the cursor as far as there is no choice; then says what there is.
pub(super) fn complete(state: &mut State, now: Now) {
    let Focus::Prompt(prompt) = &state.focus else { return };
    let typed: String = prompt.input.value().chars().take(prompt.input.cursor()).collect();
    let rest: String = prompt.input.value().chars().skip(prompt.input.cursor()).collect();
    let (before, word) = match typed.rfind(char::is_whitespace) {
        Some(at) => typed.split_at(at.saturating_add(1)),
        None => ("", typed.as_str()),
    };
    let all = offers(state, before);
    let mut fit: Vec<&String> = all.iter().filter(|offer| offer.starts_with(word)).collect();
    if fit.is_empty() {
        fit = all.iter().filter(|offer| has_in_order(offer, word)).collect();
    }
    let shared = match fit.as_slice() {
        [] => return state.say(now.tick_ms, format!("nothing known here begins with `{word}`")),
        [one] => format!("{one} "),
        [first, others @ ..] => others.iter().fold((*first).clone(), |shared, other| common(&shared, other)),
    };
    // What fits only letter by letter is not cut to what its offers share.
    if word.len() < shared.len() || fit.len() == 1 {
        let text = format!("{before}{shared}{rest}");
        let cursor = before.chars().count().saturating_add(shared.chars().count());
        if let Focus::Prompt(prompt) = &mut state.focus {
            prompt.input = Input::new(text).with_cursor(cursor);
            prompt.problem = None;
        }
    } else {
        let words = fit.into_iter().map(String::as_str).collect::<Vec<_>>().join("  ");
        state.say(now.tick_ms, words);
    }
}

/// Words that may come next after this beginning of a line.
fn offers(state: &State, before: &str) -> Vec<String> {
    let mut words = before.split_whitespace();
    let (verb, more) = (words.next(), words.next());
    let scopes = || {
        let services = state.services().map(|service| format!("service:{}", service.name));
        let tools = state.services().flat_map(|service| {
            service.tools.iter().map(|tool| format!("tool:{}/{}", service.name, tool.name))
        });
        let mut domains: Vec<_> =
            state.services().map(|service| format!("domain:{}", service.domain)).collect();
        domains.dedup();
        services.chain(tools).chain(domains)
    };
    let set = || state.switches().map(|switch| switch.scope.clone());
    let named = || state.saved.keys().map(|name| format!("@{name}"));
    let mut found: Vec<String> = match (verb, more) {
        (None, _) => VERBS.split(", ").map(str::to_owned).collect(),
        (Some("go"), None) => {
            let pages =
                ["overview", "queue", "trace", "switches", "parked", "contracts", "cost", "audit", "alerts"];
            let services = state.services().map(|service| format!("service:{}", service.name));
            let questions = state.pending().map(|asked| format!("escalation:{}", asked.id));
            pages.map(str::to_owned).into_iter().chain(services).chain(questions).collect()
        }
        (Some("stop" | "safe"), None) => scopes().chain(["all".to_owned()]).collect(),
        (Some("rollback"), None) => scopes().collect(),
        (Some("release" | "reason"), None) => set().collect(),
        (Some("ack"), None) => state.alerts().map(|alert| alert.id.clone()).collect(),
        (Some("export"), None) => ["md", "json", "csv"].map(str::to_owned).to_vec(),
        (Some("filter"), _) => named().collect(),
        (Some("forget"), None) => named().collect(),
        (Some(_), _) => Vec::new(),
    };
    found.sort();
    found.dedup();
    found
}

/// The beginning that both have.
fn common(left: &str, right: &str) -> String {
    left.chars()
        .zip(right.chars())
        .take_while(|(left, right)| left == right)
        .map(|(letter, _)| letter)
        .collect()
}

/// Whether all letters of a word stand in a text in their order: `refd` in `service:refund-decision`.
fn has_in_order(text: &str, word: &str) -> bool {
    let mut letters = text.chars();
    word.chars().all(|wanted| letters.any(|letter| letter.eq_ignore_ascii_case(&wanted)))
}

/// Remembers a line that was given, but not people's reasons.
pub(super) fn remember(state: &mut State, line: &str) {
    let verb = line.split_whitespace().next().unwrap_or_default();
    let kept = if WITH_REASON.contains(&verb) { verb } else { line };
    state.lines.retain(|known| known != kept);
    state.lines.push(kept.to_owned());
    let surplus = state.lines.len().saturating_sub(REMEMBERED);
    drop(state.lines.drain(..surplus));
}

/// Puts an earlier line into the field, or a later one; beyond the last it is empty.
pub(super) fn walk(state: &mut State, back: bool) {
    let Focus::Prompt(prompt) = &mut state.focus else { return };
    let count = state.lines.len();
    let at = prompt.nth_line.unwrap_or(count);
    let to = if back { at.saturating_sub(1) } else { at.saturating_add(1).min(count) };
    prompt.nth_line = Some(to);
    prompt.problem = None;
    prompt.input = Input::new(state.lines.get(to).cloned().unwrap_or_default());
}
