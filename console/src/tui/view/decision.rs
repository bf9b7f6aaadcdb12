//! One escalation: exactly what would run, why a person is asked, the seven findings, and evidence to be read through.

use ratatui::layout::Rect;
use remit_document::Document;
use remit_proto::v1::{ActionDetail, Escalation};

use super::super::hit::Shown;
use super::super::paint::{Painter, Row, take_bottom};
use super::super::state::State;
use super::super::state::facts::moved;
use super::super::update::approval_lock;
use super::super::when;
use super::facts::{assertions, evidence, findings, json_rows, status, wrapped};
use super::queue::{attention, practised, votes};
use super::{outlook, sharing};

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect, id: &str) {
    let (state, theme) = (painter.state, painter.theme);
    let queue = state.keymap.words("<queue> Queue");
    let detail = detail_of(state, id);
    let waiting = state.escalation(id);
    let Some(escalation) = waiting.or_else(|| detail.and_then(|d| d.escalation.as_ref())) else {
        let inner = painter.rule(body, &format!("{queue}   {id}"));
        painter.row(inner, 0, &Row::of("it does not wait, and nothing about it was loaded", theme.warn));
        return;
    };
    let foot = take_bottom(&mut body, 3);
    let until = when::until(when::millis(escalation.deadline.as_ref()), painter.now.wall_ms);
    let title = match waiting {
        Some(_) => format!("{queue}   lapses in {until}, then nothing runs   {id}"),
        None => {
            let word = status(escalation.status().as_str_name(), "ESCALATION_STATUS_");
            format!("{queue}   DECIDED: {word}   {id}")
        }
    };
    let inner = painter.rule(body, &title);
    let width = usize::from(inner.width);
    // What is signed is drawn from the very answer that it is computed from, never from the row of the list.
    let drawn = detail.and_then(|detail| detail.escalation.as_ref()).unwrap_or(escalation);
    let mut rows = head(painter, drawn, detail, width);
    let from = rows.len();
    rows.extend(moving(painter, escalation, detail, width));
    let moving = from..rows.len();
    rows.extend(rest(painter, drawn, detail, width));
    let key = document_key(drawn, detail, width);
    let shown = painter.document(inner, key, &rows, state.nav.cursor().scroll);
    painter.hits.shown = Some(Shown { moving, ..shown });
    painter.row(foot, 0, &Row::of("DIGEST ", theme.dim).put(&escalation.digest, theme.strong));
    let object = state.subject();
    let lock = match (&object, waiting) {
        (Some(object), Some(_)) => approval_lock(state, object, painter.now),
        _ => Some("it does not wait any more".to_owned()),
    };
    let words = |text| state.keymap.words(text);
    let word = match lock {
        Some(why) => {
            let (approve, deny) = (words("<approve> approve LOCKED: "), words("   <deny> deny.."));
            Row::of(approve, theme.warn).put(why, theme.warn).put(deny, theme.text)
        }
        None => {
            let all = "<approve> approve..   <deny> deny..   <act> act   <open>: action   nothing is decided by Enter";
            Row::of(words(all), theme.ok)
        }
    };
    let practised = practised(painter).unwrap_or_default();
    painter.row(foot, 1, &attention(painter).put(practised, theme.dim));
    painter.row(foot, 2, &word);
}

fn detail_of<'a>(state: &'a State, id: &str) -> Option<&'a ActionDetail> {
    state.details.action.as_deref().filter(|d| d.escalation.as_ref().is_some_and(|e| e.id == id))
}

/// Changes whenever what is signed changes, or the lines that it is drawn in, so that reading starts over.
fn document_key(escalation: &Escalation, detail: Option<&ActionDetail>, width: usize) -> String {
    let document = detail.and_then(Document::of).map(|document| document.digest());
    format!("{}/{}/{width}/{}", escalation.id, escalation.digest, document.unwrap_or_default())
}

/// What moves with everything else and is not signed: what would follow, what others said, who else is here.
fn moving(
    painter: &Painter<'_>,
    escalation: &Escalation,
    detail: Option<&ActionDetail>,
    width: usize,
) -> Vec<Row> {
    let theme = painter.theme;
    let mut rows = outlook::rows(detail.and_then(|detail| detail.outlook.as_ref()), width, painter);
    // The page knows it before the picture does.
    let newest = detail.and_then(|detail| detail.escalation.as_ref()).unwrap_or(escalation);
    rows.extend(practice(newest, width, painter));
    for vote in &escalation.votes {
        let word = if vote.approve { "approves" } else { "denies" };
        let words = format!("{} {word}: {}", vote.by, vote.reason);
        rows.extend(wrapped("VOTE   ", &words, width, (theme.dim, theme.text)));
    }
    rows.extend(sharing::rows(painter, escalation, width));
    rows
}

/// What would run, for whom, and who may let it.
fn head(
    painter: &Painter<'_>,
    escalation: &Escalation,
    detail: Option<&ActionDetail>,
    width: usize,
) -> Vec<Row> {
    let theme = painter.theme;
    let styles = (theme.dim, theme.text);
    let mut rows = wrapped("WHAT   ", &format!("{} runs", escalation.tool), width, (theme.dim, theme.strong));
    // The list carries short parameters only; the page has them whole.
    let whole = detail.and_then(|d| d.action.as_ref()).map_or(&escalation.params_json, |a| &a.params_json);
    rows.extend(json_rows(whole, width, theme));
    let asked = escalation.asked_at.as_ref().map(ToString::to_string).unwrap_or_default();
    let who = format!("{} in run {}, asked {asked}", escalation.service, escalation.run);
    rows.extend(wrapped("WHO    ", &who, width, styles));
    if let Some(detail) = detail {
        let terms = format!("contract {} {}", detail.contract_version, detail.contract_digest);
        rows.extend(wrapped("TERMS  ", &terms, width, styles));
    }
    for because in &escalation.because {
        rows.extend(wrapped("WHY    ", because, width, styles));
    }
    let (groups, rules) = (escalation.groups.join(", "), escalation.rules.join(", "));
    let may = format!(
        "{groups}; {} must approve; asked by {rules}; {} approvals so far",
        escalation.quorum,
        votes(escalation)
    );
    rows.extend(wrapped("MAY    ", &may, width, styles));
    let until = escalation.deadline.as_ref().map(ToString::to_string).unwrap_or_default();
    rows.extend(wrapped("UNTIL  ", &format!("{until}, then nothing runs"), width, styles));
    rows
}

/// What a person must have seen before it may run.
fn rest(
    painter: &Painter<'_>,
    escalation: &Escalation,
    detail: Option<&ActionDetail>,
    width: usize,
) -> Vec<Row> {
    let theme = painter.theme;
    let mut rows = Vec::new();
    if !escalation.replaces.is_empty() {
        let why = format!("it was approved as {}, which is void", escalation.replaces);
        rows.extend(wrapped("AGAIN  ", &why, width, (theme.dim, theme.warn)));
    }
    if !escalation.replaced_by.is_empty() {
        let why = format!("void: {}; {} asks again", escalation.note, escalation.replaced_by);
        rows.extend(wrapped("AGAIN  ", &why, width, (theme.dim, theme.warn)));
    }
    for it in &escalation.moved {
        rows.extend(wrapped("MOVED  ", &moved(it), width, (theme.dim, theme.warn)));
    }
    let opaque = detail.and_then(Document::of);
    for words in opaque.iter().flat_map(Document::opaque) {
        rows.extend(wrapped("UNSEEN ", words, width, (theme.crit, theme.crit)));
    }
    let Some(detail) = detail else {
        let why = painter
            .state
            .details
            .failed
            .values()
            .next()
            .map_or("loading findings and evidence", String::as_str);
        rows.extend(wrapped("", why, width, (theme.warn, theme.warn)));
        return rows;
    };
    rows.extend(prompt(detail, width, painter));
    rows.extend(wrapped("UNDO   ", &detail.undo, width, (theme.dim, theme.text)));
    if let Some(decision) = &detail.decision {
        rows.push(Row::of("CLAUSES", theme.dim));
        rows.extend(findings(decision, width, theme));
    }
    rows.push(Row::of(
        format!("EVIDENCE  {} item(s), as the control plane saw them", detail.evidence.len()),
        theme.dim,
    ));
    for item in &detail.evidence {
        rows.extend(evidence(item, width, painter));
    }
    rows.extend(assertions(&detail.assertions, width, painter));
    rows
}

/// What it was, once it has ended as practice.
fn practice(escalation: &Escalation, width: usize, painter: &Painter<'_>) -> Vec<Row> {
    let Some(practice) = &escalation.practice else { return Vec::new() };
    let (word, style) = match practice.right {
        Some(true) => ("answered RIGHT", painter.theme.ok),
        Some(false) => ("answered WRONG", painter.theme.crit),
        None => ("nobody answered", painter.theme.warn),
    };
    let known = if practice.approve { "approve" } else { "deny" };
    let words = format!("{word}; {known} it, since: {}   nothing ran, and nothing could", practice.because);
    wrapped("PRACTICE  ", &words, width, (painter.theme.dim, style))
}

/// What a model call would send: people who approve it have read it.
fn prompt(detail: &ActionDetail, width: usize, painter: &Painter<'_>) -> Vec<Row> {
    let theme = painter.theme;
    let of_model = detail.action.as_ref().is_some_and(|action| action.channel == "model");
    if !detail.prompt.is_empty() {
        let mut rows = vec![Row::of("PROMPT  all that would be sent", theme.dim)];
        rows.extend(json_rows(&detail.prompt, width, theme));
        return rows;
    }
    if !of_model {
        return Vec::new();
    }
    let why = "not here: it is shown once the same call comes again; until then, only deny it";
    wrapped("PROMPT ", why, width, (theme.dim, theme.warn))
}
