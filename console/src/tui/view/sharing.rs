//! What people share about a question: who reads it, whose it is, and the cards that send it on or deny many at once.

use remit_proto::v1::Escalation;

use super::super::paint::{Painter, Row};
use super::super::state::State;
use super::super::state::alike::differ;
use super::super::when;
use super::facts::wrapped;

/// In front of its row in the queue: `-> lena  * ivan reads  `; nothing where there is nothing to say.
pub(super) fn brief(state: &State, it: &Escalation) -> String {
    let mut words = String::new();
    if !it.handed_to.is_empty() {
        words.push_str(&format!("-> {}  ", it.handed_to));
    }
    for claim in others(state, it) {
        words.push_str(&format!("* {} reads  ", claim.by));
    }
    words
}

fn others<'a>(state: &'a State, it: &'a Escalation) -> impl Iterator<Item = &'a remit_proto::v1::Claim> {
    let me = state.who.as_ref().map_or("", |who| who.operator.as_str());
    it.claims.iter().filter(move |claim| claim.by != me)
}

/// On its page: nothing of it is part of what is signed.
pub(super) fn rows(painter: &Painter<'_>, it: &Escalation, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let mut rows = Vec::new();
    if !it.handed_to.is_empty() {
        let note = if it.handed_note.is_empty() { String::new() } else { format!(": {}", it.handed_note) };
        let words = format!("{}, says {}{note}", it.handed_to, it.handed_by);
        rows.extend(wrapped("FOR    ", &words, width, (theme.dim, theme.strong)));
    }
    for claim in others(painter.state, it) {
        let since = when::ago(when::millis(claim.since.as_ref()), painter.now.wall_ms);
        rows.extend(wrapped(
            "READING",
            &format!(" {}, since {since}", claim.by),
            width,
            (theme.dim, theme.warn),
        ));
    }
    rows
}

pub(super) fn hand_over_rows(painter: &Painter<'_>, it: &Escalation, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let styles = (theme.dim, theme.text);
    let what = format!("{} asks to run {} in run {}", it.service, it.tool, it.run);
    let mut rows = wrapped("what       ", &what, width, (theme.dim, theme.strong));
    let until = when::until(when::millis(it.deadline.as_ref()), painter.now.wall_ms);
    rows.extend(wrapped("lapses     ", &format!("in {until}, whoever has it"), width, styles));
    rows.extend(wrapped("may answer ", &it.groups.join(", "), width, styles));
    rows.extend(wrapped(
        "then       ",
        "their queue says so; whoever was asked still may answer",
        width,
        styles,
    ));
    rows
}

pub(super) fn deny_rows(painter: &Painter<'_>, members: &[Escalation], width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let styles = (theme.dim, theme.text);
    let all: Vec<&Escalation> = members.iter().collect();
    let (names, same) = differ(&all);
    let first = members.first();
    let what = first.map_or_else(String::new, |it| format!("{} asks to run {}", it.service, it.tool));
    let mut rows = wrapped("what       ", &what, width, (theme.dim, theme.strong));
    let same: Vec<String> = same.iter().map(|(name, value)| format!("{name}={value}")).collect();
    rows.extend(wrapped("same       ", &same.join("  "), width, styles));
    rows.extend(wrapped("differs    ", &names.join(", "), width, styles));
    let waiting = members.iter().filter(|it| painter.state.escalation(&it.id).is_some()).count();
    let words = format!("{waiting} of {} still wait; what came since is not among them", members.len());
    rows.extend(wrapped("denies     ", &words, width, styles));
    rows.extend(wrapped("then       ", "nothing of it runs; the service is told your reason", width, styles));
    rows
}
