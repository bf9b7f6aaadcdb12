//! A run in time: each action as a bar from its decision to its end, with what it waited for.

use std::collections::BTreeMap;

use remit_proto::v1::{Action, ActionStatus, RunDetail, TraceRecord};

use super::super::paint::Row;
use super::super::theme::Theme;
use super::super::when;
use super::facts::status;

/// When an action was where, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    decided: i64,
    started: Option<i64>,
    ended: Option<i64>,
}

/// One row an action: tool, status, how long it took, and its bar in the time that the run has taken.
#[must_use]
pub(super) fn rows(detail: &RunDetail, (width, wall_ms): (usize, i64), theme: &Theme) -> Vec<Row> {
    let spans = spans(detail);
    let first = spans.values().map(|span| span.decided).min().unwrap_or(wall_ms);
    let last = spans.values().map(|span| span.ended.unwrap_or(wall_ms)).max().unwrap_or(wall_ms);
    let scale =
        Scale { first, length: last.saturating_sub(first).max(1), columns: width.saturating_sub(42).max(8) };
    let row = |action: &Action| {
        let span = spans.get(action.id.as_str()).copied().unwrap_or_default();
        let took = span.ended.unwrap_or(wall_ms).saturating_sub(span.decided);
        let (word, end) = (status(action.status().as_str_name(), "ACTION_STATUS_"), end(action.status()));
        Row::new()
            .cell(&action.tool, 20, theme.strong)
            .cell(word, 11, theme.text)
            .right(when::span(u64::try_from(took).unwrap_or(0)), 6, theme.dim)
            .put(" ", theme.text)
            .put(scale.bar(span, end, wall_ms), theme.text)
    };
    detail.actions.iter().map(row).collect()
}

/// What the bars are drawn with.
#[must_use]
pub(super) fn legend() -> &'static str {
    ". waits   = at its tool   + done   x not done   ? in doubt   < undone   <waterfall> list"
}

fn spans(detail: &RunDetail) -> BTreeMap<&str, Span> {
    let mut spans: BTreeMap<&str, Span> = BTreeMap::new();
    for action in &detail.actions {
        let decided = when::millis(action.proposed_at.as_ref()).unwrap_or_default();
        let open = matches!(
            action.status(),
            ActionStatus::Held | ActionStatus::Approved | ActionStatus::Admitted | ActionStatus::Running
        );
        // Where nothing else is known of it, it ended where it began.
        let ended = (!open).then_some(decided);
        spans.insert(&action.id, Span { decided, started: None, ended });
    }
    for record in &detail.timeline {
        if let (Some(span), Some(at)) =
            (spans.get_mut(record.action.as_str()), when::millis(record.at.as_ref()))
        {
            note(span, record, at);
        }
    }
    spans
}

fn note(span: &mut Span, record: &TraceRecord, at: i64) {
    match record.kind.as_str() {
        "action_started" => span.started = span.started.or(Some(at)),
        "action_settled" | "escalation_closed" | "action_released" if span.ended.is_some() => {
            span.ended = span.ended.max(Some(at));
        }
        _ => {}
    }
}

/// The sign at the end of a bar.
const fn end(status: ActionStatus) -> char {
    match status {
        ActionStatus::Succeeded => '+',
        ActionStatus::Undone => '<',
        ActionStatus::InDoubt => '?',
        ActionStatus::Denied | ActionStatus::Lapsed | ActionStatus::Failed => 'x',
        ActionStatus::Unspecified
        | ActionStatus::Proposed
        | ActionStatus::Held
        | ActionStatus::Admitted
        | ActionStatus::Approved
        | ActionStatus::Running => '>',
    }
}

/// The time of the run on so many columns.
struct Scale {
    first: i64,
    length: i64,
    columns: usize,
}

impl Scale {
    fn column(&self, at: i64) -> usize {
        let last = i64::try_from(self.columns.saturating_sub(1)).unwrap_or(i64::MAX);
        let passed = at.saturating_sub(self.first).clamp(0, self.length);
        let column = passed.saturating_mul(last).checked_div(self.length).unwrap_or(0);
        usize::try_from(column).unwrap_or(0)
    }

    fn bar(&self, span: Span, end: char, wall_ms: i64) -> String {
        let from = self.column(span.decided);
        let to = self.column(span.ended.unwrap_or(wall_ms)).max(from);
        let started = span.started.map_or(to, |at| self.column(at));
        let sign = |column: usize| match column {
            column if column == to => end,
            column if column < from || to < column => ' ',
            column if column < started => '.',
            _ => '=',
        };
        (0..=to).map(sign).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Scale, Span};

    #[test]
    fn a_bar_says_when_it_waited_ran_and_ended() {
        let scale = Scale { first: 0, length: 100, columns: 11 };
        let bar = |decided, started, ended, end| scale.bar(Span { decided, started, ended }, end, 100);
        let table = [
            (bar(0, Some(0), Some(100), '+'), "==========+"),
            (bar(20, Some(60), Some(80), '+'), "  ....==+"),
            (bar(50, None, Some(50), 'x'), "     x"),
            (bar(50, None, None, '>'), "     .....>"),
            (bar(90, Some(90), Some(500), '?'), "         =?"),
        ];
        for (found, wanted) in table {
            assert_eq!(found, wanted);
        }
    }
}
