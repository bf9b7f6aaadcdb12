//! One action: what was asked, what each clause said, on which evidence, and what came of it.

use ratatui::layout::Rect;
use remit_proto::v1::{Action, ActionDetail, ActionStatus};

use super::super::event::Fetch;
use super::super::paint::{Painter, Row};
use super::super::state::facts::level;
use super::super::when;
use super::chart::money;
use super::facts::{assertions, evidence, findings, json_rows, outcome, outcome_style, status, wrapped};

pub(super) fn paint(painter: &mut Painter<'_>, body: Rect, id: &str) {
    let (state, theme) = (painter.state, painter.theme);
    let inner = painter.rule(body, &format!("Action {id}"));
    let known =
        state.details.action.as_deref().filter(|d| d.action.as_ref().is_some_and(|a| a.id.ends_with(id)));
    let Some((detail, action)) = known.and_then(|d| d.action.as_ref().map(|a| (d, a))) else {
        let failed = state.details.failed.get(&Fetch::Action(id.to_owned()));
        painter.row(inner, 0, &Row::of(failed.map_or("loading", String::as_str), theme.warn));
        return;
    };
    let width = usize::from(inner.width);
    let rows = lines(painter, detail, action, width);
    let key = format!("action/{id}/{width}");
    let shown = painter.document(inner, key, &rows, state.nav.cursor().scroll);
    painter.hits.shown = Some(shown);
}

fn lines(painter: &Painter<'_>, detail: &ActionDetail, action: &Action, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let styles = (theme.dim, theme.text);
    let word = status(action.status().as_str_name(), "ACTION_STATUS_");
    let what = format!(
        "{} ({}) of {} in run {}: {word}",
        action.tool,
        level(action.level()),
        action.service,
        action.run
    );
    let mut rows = wrapped("WHAT   ", &what, width, (theme.dim, theme.strong));
    rows.extend(json_rows(&action.params_json, width, theme));
    rows.extend(wrapped("DIGEST ", &action.params_digest, width, styles));
    if let Some(decision) = &detail.decision {
        let label = format!("{:<9}", outcome(decision.outcome()));
        let style = outcome_style(decision.outcome(), theme);
        let sentence = format!("{} {}", decision.sentence, decision.hint);
        rows.extend(wrapped(&label, sentence.trim(), width, (style, theme.text)));
        rows.push(Row::of("CLAUSES", theme.dim));
        rows.extend(findings(decision, width, theme));
    }
    rows.push(Row::of(format!("EVIDENCE  {} item(s)", detail.evidence.len()), theme.dim));
    for item in &detail.evidence {
        rows.extend(evidence(item, width, painter));
    }
    rows.extend(assertions(&detail.assertions, width, painter));
    if !detail.result_json.is_empty() {
        rows.push(Row::of("RESULT", theme.dim));
        rows.extend(json_rows(&detail.result_json, width, theme));
    }
    if !detail.settlement_note.is_empty() {
        rows.extend(wrapped("NOTE   ", &detail.settlement_note, width, (theme.dim, theme.warn)));
    }
    rows.extend(doubt(detail, action, width, painter));
    let undo = [
        (detail.undo.as_str(), ""),
        (action.undone_by.as_str(), "undone by "),
        (action.undoes.as_str(), "undoes "),
    ];
    for (text, label) in undo.into_iter().filter(|(text, _)| !text.is_empty()) {
        rows.extend(wrapped("UNDO   ", &format!("{label}{text}"), width, styles));
    }
    let settled = when::time_of_day(when::millis(detail.settled_at.as_ref()));
    let facts = [
        ("TIME   ", format!("proposed {}, settled {settled}", proposed(action))),
        (
            "COST   ",
            format!(
                "{} settled, {} reserved",
                money(action.cost_micros, ""),
                money(detail.reserved_micros, "")
            ),
        ),
        ("LAW    ", format!("contract {} {}", detail.contract_version, detail.contract_digest)),
        ("RECORD ", format!("{}@{} through {}", action.domain, detail.seq, action.channel)),
    ];
    let tokens = format!("{} used, {} reserved", detail.tokens, detail.reserved_tokens);
    let tokens = (0 < detail.tokens.saturating_add(detail.reserved_tokens)).then_some(("TOKENS ", tokens));
    for (label, text) in facts.into_iter().chain(tokens) {
        rows.extend(wrapped(label, &text, width, styles));
    }
    rows
}

/// What is done about a doubt, what people have said of it, and the command that resolves it.
fn doubt(detail: &ActionDetail, action: &Action, width: usize, painter: &Painter<'_>) -> Vec<Row> {
    let theme = painter.theme;
    let styles = (theme.dim, theme.text);
    let mut rows = Vec::new();
    if !detail.resolved.is_empty() {
        rows.extend(wrapped("KNOWN  ", &detail.resolved, width, styles));
    }
    if action.status() == ActionStatus::InDoubt {
        let meanwhile = if detail.doubt.is_empty() { "only people can tell" } else { &detail.doubt };
        let lands = when::time_of_day(when::millis(detail.lands_until.as_ref()));
        let what = format!("nobody knows whether it happened; {meanwhile}; it may take effect until {lands}");
        rows.extend(wrapped("DOUBT  ", &what, width, (theme.dim, theme.warn)));
        let command = format!(
            "{}; or remit resolve {} --happened | --did-not-happen --reason \"how you know\"",
            painter.state.keymap.words("<happened> it happened, <did_not_happen> it did not"),
            action.id
        );
        rows.extend(wrapped("RESOLVE ", &command, width, (theme.dim, theme.strong)));
        if 1 < detail.people_needed {
            let people = format!("{} people must say the same", detail.people_needed);
            rows.extend(wrapped("       ", &people, width, styles));
        }
    }
    for said in &detail.statements {
        let verdict = status(said.verdict().as_str_name(), "VERDICT_");
        rows.extend(wrapped("SAID   ", &format!("{}: {verdict}, {}", said.by, said.reason), width, styles));
    }
    rows
}

fn proposed(action: &Action) -> String {
    when::time_of_day(when::millis(action.proposed_at.as_ref()))
}
