//! Lines about an action that several screens share: parameters, findings, evidence, all wrapped and never elided.

use ratatui::style::Style;
use remit_proto::v1::{Assertion, Clause, Decision, EvidenceItem, Outcome};

use super::super::paint::{Painter, Row};
use super::super::theme::Theme;
use super::super::when;
use crate::inert::Inert;

/// `label` in front of `text`, which goes on below itself in as many lines as it needs.
#[must_use]
pub(super) fn wrapped(label: &str, text: &str, width: usize, styles: (Style, Style)) -> Vec<Row> {
    let column = label.chars().count();
    let mut rows = Vec::new();
    for line in Inert::lines(text) {
        for piece in line.wrapped(width.saturating_sub(column)) {
            let head = if rows.is_empty() { label.to_owned() } else { " ".repeat(column) };
            rows.push(Row::of(head, styles.0).put(piece, styles.1));
        }
    }
    rows
}

/// JSON with one member a line. Only white space outside of strings is added: every other byte stays as it came.
#[must_use]
pub(super) fn spread_json(json: &str) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut rest = json.trim().chars().peekable();
    while let Some(c) = rest.next() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            line.push(c);
            continue;
        }
        let opens = matches!(c, '{' | '[');
        let closes = matches!(c, '}' | ']');
        let empty = line.ends_with(['{', '[']);
        if closes {
            depth = depth.saturating_sub(1);
            if !empty {
                lines.push(std::mem::replace(&mut line, "  ".repeat(depth.min(20))));
            }
        }
        match c {
            ':' => line.push_str(": "),
            _ if c.is_ascii_whitespace() => {}
            _ => line.push(c),
        }
        in_string = c == '"';
        if opens {
            depth = depth.saturating_add(1);
        }
        let next_closes = matches!(rest.peek(), Some('}' | ']'));
        if (opens && !next_closes) || c == ',' {
            lines.push(std::mem::replace(&mut line, "  ".repeat(depth.min(20))));
        }
    }
    lines.push(line);
    lines
}

/// Parameters or a result, every line behind a gutter that only the console draws.
#[must_use]
pub(super) fn json_rows(json: &str, width: usize, theme: &Theme) -> Vec<Row> {
    if json.is_empty() {
        return vec![Row::of("| ", theme.border).put("(not held any more)", theme.dim)];
    }
    let room = width.saturating_sub(2);
    let pieces = spread_json(json).into_iter().flat_map(|line| Inert::from(line).wrapped(room));
    pieces.map(|piece| Row::of("| ", theme.border).put(piece, theme.text)).collect()
}

/// The seven clauses and what each said.
#[must_use]
pub(super) fn findings(decision: &Decision, width: usize, theme: &Theme) -> Vec<Row> {
    let mut rows = Vec::new();
    for finding in &decision.findings {
        let style = outcome_style(finding.outcome(), theme);
        let label = format!("  {:<9} {:<9} ", clause(finding.clause()), outcome(finding.outcome()));
        let text = match (finding.reason.as_str(), finding.detail.as_str()) {
            ("", detail) => detail.to_owned(),
            (reason, "") => reason.to_owned(),
            (reason, detail) => format!("{reason}: {detail}"),
        };
        rows.extend(wrapped(&label, &text, width, (style, theme.text)));
    }
    if rows.is_empty() {
        rows.push(Row::of("  no findings were recorded", theme.dim));
    }
    rows
}

/// One evidence item: where it came from, how old, its digest, and all of its content.
#[must_use]
pub(super) fn evidence(item: &EvidenceItem, width: usize, painter: &Painter<'_>) -> Vec<Row> {
    let theme = painter.theme;
    let stale = 0 < item.fresh_for_ms && item.fresh_for_ms < item.age_ms;
    let age = if item.fresh_for_ms == 0 {
        format!("age {} when decided (no limit)", when::span(item.age_ms))
    } else {
        format!("age {} of {} when decided", when::span(item.age_ms), when::span(item.fresh_for_ms))
    };
    let head = format!("from {}  {age}{}", item.source, if stale { "  STALE" } else { "" });
    let label = format!("  {} ", Inert::from(&item.item));
    let mut rows = wrapped(&label, &head, width, (theme.strong, if stale { theme.crit } else { theme.text }));
    let at = when::millis(item.observed_at.as_ref());
    // Of constant width, so that a growing age never moves the lines that were already read.
    let ago = when::ago(at, painter.now.wall_ms);
    let since = item.observed_at.as_ref().map(ToString::to_string).unwrap_or_default();
    let seen = format!("seen {since} ({ago:>6} ago)  sha256 {}", item.digest);
    rows.extend(wrapped("    ", &seen, width, (theme.dim, theme.dim)));
    rows.extend(json_rows(&item.content_json, width, theme));
    rows
}

/// What the service says itself, under a title that says so; nothing where it says nothing.
#[must_use]
pub(super) fn assertions(all: &[Assertion], width: usize, painter: &Painter<'_>) -> Vec<Row> {
    let theme = painter.theme;
    let mut rows = Vec::new();
    if !all.is_empty() {
        rows.push(Row::of(
            format!("SAID      {} item(s), by the service itself: no evidence", all.len()),
            theme.warn,
        ));
    }
    for said in all {
        let label = format!("  {} ", Inert::from(&said.item));
        rows.extend(wrapped(&label, &format!("from {}", said.source_uri), width, (theme.strong, theme.text)));
        rows.extend(wrapped("    ", &format!("sha256 {}", said.sha256), width, (theme.dim, theme.dim)));
        rows.extend(json_rows(&said.content_json, width, theme));
    }
    rows
}

/// The clause's word.
#[must_use]
pub(super) fn clause(clause: Clause) -> &'static str {
    match clause {
        Clause::Unspecified => "-",
        Clause::Identity => "identity",
        Clause::Scope => "scope",
        Clause::Evidence => "evidence",
        Clause::Policy => "policy",
        Clause::Tooling => "tooling",
        Clause::Cost => "cost",
        Clause::Recovery => "recovery",
    }
}

/// The outcome's word.
#[must_use]
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Unspecified => "-",
        Outcome::Admit => "admit",
        Outcome::Escalate => "ESCALATE",
        Outcome::Throttle => "THROTTLE",
        Outcome::Deny => "DENY",
        Outcome::Stop => "STOP",
    }
}

/// The outcome's style, which only repeats its word.
#[must_use]
pub(super) fn outcome_style(outcome: Outcome, theme: &Theme) -> Style {
    match outcome {
        Outcome::Unspecified => theme.dim,
        Outcome::Admit => theme.ok,
        Outcome::Escalate => theme.held,
        Outcome::Throttle => theme.warn,
        Outcome::Deny | Outcome::Stop => theme.crit,
    }
}

/// `ACTION_STATUS_IN_DOUBT` as `in doubt`.
#[must_use]
pub(super) fn status(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase().replace('_', " ")
}
