//! What a typed line means, and lists in words.

use super::super::clock::Now;
use super::super::keymap::Verb;
use super::super::state::State;
use super::super::state::facts::level;
use super::super::update::VERBS;
use super::known::{alert, question, words};

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Nothing was typed.
    Nothing,
    /// To be told this.
    Say(Vec<String>),
    /// A list of what the picture has.
    List(List),
    /// The page where they are.
    Page,
    /// A page, in the words of `go`, and what is opened on it.
    Go(String, Option<Verb>),
    /// To connect again.
    Retry,
    /// What the console's own command line takes.
    Line,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    /// Questions that wait.
    Queue,
    /// Services.
    Services,
    /// Switches in force.
    Switches,
    /// What wants an eye.
    Alerts,
}

/// The help, a line each.
const HELP: [&str; 12] = [
    "queue: the questions that wait; services; switches; alerts; ack ALERT says that you look at one",
    "show ID: a question, an action or a run whole; the end of its id is enough; `show service:S` a service",
    "approve ID, deny ID, send ID: reads the question whole, then asks what a card asks",
    "happened ID, did-not-happen ID: what became of an action in doubt",
    "stop SCOPE, safe SCOPE, release SCOPE, reason SCOPE: `all`, `domain:D`, `service:S`, `tool:S/T`, `run:R`",
    "rollback run:R, or `rollback service:S 5m`: reads the plan, then asks",
    "go PAGE: overview, queue, trace, switches, parked, contracts, cost, audit, alerts; `page` reads it again",
    "filter TEXT: what of the page is read; export md|json|csv [FILE]: its rows",
    "write REASON, readonly: in production",
    "in a card each line is one field; `back` leaves it, and nothing is done",
    "retry: connects again now",
    "quit: leaves; nothing is stopped by leaving",
];

/// Reads a line.
pub(super) fn read(state: &State, text: &str) -> Typed {
    let (verb, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let id = rest.trim();
    let asks = |verb| match asked(state, id) {
        Ok(id) => Typed::Go(format!("escalation:{id}"), Some(verb)),
        Err(why) => Typed::Say(vec![why]),
    };
    let doubt = |verb| match id {
        "" => Typed::Say(vec!["which action? give its id".to_owned()]),
        id => Typed::Go(format!("action:{}", id.trim_start_matches("action:")), Some(verb)),
    };
    match verb {
        "" => Typed::Nothing,
        "help" | "?" => Typed::Say(HELP.map(str::to_owned).to_vec()),
        "queue" => Typed::List(List::Queue),
        "services" => Typed::List(List::Services),
        "switches" => Typed::List(List::Switches),
        "alerts" => Typed::List(List::Alerts),
        "page" => Typed::Page,
        "retry" => Typed::Retry,
        "show" => show(state, id),
        "go" if !id.is_empty() => Typed::Go(id.to_owned(), None),
        "approve" => asks(Verb::Approve),
        "deny" => asks(Verb::Deny),
        "send" => asks(Verb::HandOver),
        "happened" => doubt(Verb::Happened),
        "did-not-happen" => doubt(Verb::DidNotHappen),
        verb if verb == "q" || VERBS.split(", ").any(|known| known == verb) => Typed::Line,
        verb => Typed::Say(vec![format!("`{verb}` is no command; `help` says what there is")]),
    }
}

/// The question that is meant.
fn asked(state: &State, id: &str) -> Result<String, String> {
    if id.is_empty() {
        return Err("which question? `queue` says their ids".to_owned());
    }
    let found: Vec<_> = state.pending().filter(|it| it.id.ends_with(id)).collect();
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(format!("no question waits with the id `{id}`; `queue` says which do")),
        more => Err(format!("{} questions end in `{id}`; give more of the id", more.len())),
    }
}

fn show(state: &State, id: &str) -> Typed {
    if id.is_empty() {
        return Typed::Say(vec!["show what? a question's, action's or run's id, or `service:S`".to_owned()]);
    }
    let place = if id.contains(':') {
        id.to_owned()
    } else if let Ok(id) = asked(state, id) {
        format!("escalation:{id}")
    } else if state.service(id).is_some() {
        format!("service:{id}")
    } else if id.starts_with("run") {
        format!("run:{id}")
    } else {
        format!("action:{id}")
    };
    Typed::Go(place, None)
}

/// A list in words, a line each.
pub(super) fn list(state: &State, what: List, now: Now) -> Vec<String> {
    let lines: Vec<String> = match what {
        List::Queue => state.pending().map(|it| question(it, now)).collect(),
        List::Switches => state.switches().map(words).collect(),
        List::Alerts => state.alerts().map(alert).collect(),
        List::Services => state
            .services()
            .map(|it| {
                let (may, runs, waits) = (level(it.ceiling()), it.open_runs, it.pending_escalations);
                format!(
                    "{} may {may}: {runs} open run(s), {waits} question(s), in domain {}",
                    it.name, it.domain
                )
            })
            .collect(),
    };
    let none = match what {
        List::Queue => "no question waits",
        List::Switches => "no switch is set: every service acts up to its contract's ceiling",
        List::Services => "no service is known",
        List::Alerts => "nothing wants your eye",
    };
    match (state.picture.is_some(), lines.is_empty()) {
        (false, _) => vec!["not known yet".to_owned()],
        (true, true) => vec![none.to_owned()],
        (true, false) => lines,
    }
}
