//! Trace: the journal as it grows. Only the rows on screen are built, however many there are.

use ratatui::layout::Rect;
use remit_proto::v1::{Outcome, TraceRecord};

use super::super::paint::{Painter, Row, take_bottom};
use super::super::theme::Theme;
use super::super::when;
use super::facts::{outcome, outcome_style};

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let trace = &state.trace;
    let foot = take_bottom(&mut body, 2);
    let pinned = state.nav.cursor().id.and_then(|id| id.parse::<u64>().ok());
    let mode = match (trace.frozen, pinned) {
        (Some(_), _) => format!("FROZEN, {} newer", trace.newer()),
        (None, Some(_)) => state.keymap.words("PINNED, <last> follows again"),
        (None, None) => "FOLLOWING".to_owned(),
    };
    let filter = if trace.filter().is_empty() { "none".to_owned() } else { trace.filter().to_string() };
    let heading = state.keymap.words("<trace> Trace");
    let list = painter.rule(body, &format!("{heading}   {mode}   filter: {filter}"));
    let height = usize::from(list.height);
    let count = trace.rows();
    let anchored = trace.anchor.filter(|_| pinned.is_some()).map(|number| trace.row_of(number));
    let first = anchored.unwrap_or(count.saturating_sub(height));
    let rows = trace.window(first, height);
    painter.hits.list_rows = height;
    for (line, (number, record)) in rows.iter().enumerate() {
        painter.row(list, line, &record_row(record, theme));
        if Some(*number) == pinned {
            painter.select(list, line);
        }
    }
    painter.listed(list, first, rows.iter().map(|(number, _)| number.to_string()).collect());
    if rows.is_empty() {
        painter.row(list, 0, &Row::of("no record yet", theme.dim));
    }
    let hidden = trace.hidden_at_server.saturating_add(trace.hidden_here() as u64);
    let counts = format!(
        "{} shown, {count} matched, {hidden} hidden, {} dropped, {} left this memory",
        rows.len(),
        trace.lost,
        trace.evicted
    );
    painter.row(foot, 0, &Row::of(counts, if trace.lost == 0 { theme.dim } else { theme.warn }));
    if let Some(record) = pinned.and_then(|number| trace.record(number)) {
        let words = format!("{}@{} {} ", record.domain, record.seq, record.action);
        painter.row(foot, 1, &Row::of(words, theme.dim).put(&record.params_json, theme.text));
    }
}

/// One journal record in one line.
#[must_use]
pub(super) fn record_row(record: &TraceRecord, theme: &Theme) -> Row {
    let row = Row::of(when::time_of_day(when::millis(record.at.as_ref())), theme.dim).put(" ", theme.text);
    let said = record.outcome();
    let row = if said == Outcome::Unspecified {
        row.cell(record.kind.trim_start_matches("action_"), 11, theme.dim)
    } else {
        row.cell(outcome(said), 11, outcome_style(said, theme))
    };
    let row = row.cell(&record.service, 15, theme.strong);
    let text = if record.text.is_empty() { &record.kind } else { &record.text };
    row.put(text, theme.text)
}
