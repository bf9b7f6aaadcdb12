//! One run: its actions in order, its budget, and its timeline; `!` undoes it after showing the plan.

use ratatui::layout::Rect;
use remit_proto::v1::{Action, Budget, Run, RunDetail};

use super::super::event::Fetch;
use super::super::paint::{Painter, Row, take_bottom, take_right, take_top};
use super::super::theme::Theme;
use super::super::when;
use super::WIDE;
use super::chart::{gauge, gauge_of, money};
use super::facts::{outcome, outcome_style, status};
use super::trace::record_row;
use super::waterfall;

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect, id: &str) {
    let (state, theme) = (painter.state, painter.theme);
    let known = state.details.run.as_deref().filter(|d| d.run.as_ref().is_some_and(|r| r.id == id));
    let Some((detail, run)) = known.and_then(|d| d.run.as_ref().map(|r| (d, r))) else {
        let inner = painter.rule(body, &format!("Run {id}"));
        let failed = state.details.failed.get(&Fetch::Run(id.to_owned()));
        painter.row(inner, 0, &Row::of(failed.map_or("loading", String::as_str), theme.warn));
        return;
    };
    let word = status(run.status().as_str_name(), "RUN_STATUS_");
    let title = format!("Run {}   {word}   {} action(s)   {id}", run.name, detail.actions.len());
    let (half, third) = (body.width / 2, body.height / 3);
    if WIDE <= body.width {
        let right = take_right(&mut body, half);
        timeline(painter, right, detail);
    } else {
        let below = take_bottom(&mut body, third);
        timeline(painter, below, detail);
    }
    let mut list = painter.rule(body, &title);
    let summary = take_top(&mut list, if detail.request_json.is_empty() { 3 } else { 4 });
    painter.rows(summary, &summary_rows(run, &detail.request_json, theme, painter.now.wall_ms));
    let rows: Vec<_> = if state.drawn.is_waterfall {
        let foot = take_bottom(&mut list, 1);
        painter.row(foot, 0, &Row::of(painter.state.keymap.words(waterfall::legend()), theme.dim));
        waterfall::rows(detail, (usize::from(list.width), painter.now.wall_ms), theme)
    } else {
        detail.actions.iter().map(|action| action_row(action, theme)).collect()
    };
    if rows.is_empty() {
        painter.row(list, 0, &Row::of("no action yet", theme.dim));
    }
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(list, &rows, selected);
}

fn summary_rows(run: &Run, request: &str, theme: &Theme, wall_ms: i64) -> [Row; 4] {
    let budget = run.budget.clone().unwrap_or_default();
    let started = when::millis(run.started_at.as_ref());
    [
        Row::of(&run.service, theme.strong)
            .put(format!(" v{} ", run.contract_version.trim_start_matches('v')), theme.text)
            .put(
                format!(
                    "{} of {} ",
                    gauge(run.budget.as_ref(), 10),
                    money(budget.limit_micros, &budget.currency)
                ),
                theme.text,
            )
            .put(or_none("as ", &run.workflow), theme.strong)
            .put(format!("calls {} of {}  ", budget.calls, budget.calls_limit), theme.text),
        Row::of(
            format!("started {} ({} ago)  ", when::time_of_day(started), when::ago(started, wall_ms)),
            theme.dim,
        )
        .put(
            format!(
                "denied {}  held {}  in doubt {}  undone {}  ",
                run.denied, run.held, run.in_doubt, run.undone
            ),
            theme.text,
        )
        .put(&run.reason, theme.warn),
        Row::of(uses(run, &budget, wall_ms), theme.text),
        Row::of(or_none("asked for ", request), theme.dim),
    ]
}

/// What it uses beside money and calls: its time, tokens, and calls of the tools that are limited.
fn uses(run: &Run, budget: &Budget, wall_ms: i64) -> String {
    let mut uses = String::new();
    if let (Some(limit), Some(started)) = (budget.wall_time_limit_ms, when::millis(run.started_at.as_ref())) {
        let taken = when::millis(run.ended_at.as_ref()).unwrap_or(wall_ms).saturating_sub(started);
        let taken = u64::try_from(taken).unwrap_or(0);
        uses.push_str(&format!("time {} of {}  ", gauge_of(taken, limit, 4), when::span(limit)));
    }
    let tokens = budget.tokens_spent.saturating_add(budget.tokens_held);
    match budget.tokens_limit {
        Some(limit) => uses.push_str(&format!("tokens {} of {limit}  ", gauge_of(tokens, limit, 4))),
        None if 0 < tokens => uses.push_str(&format!("tokens {tokens}  ")),
        None => {}
    }
    let tools =
        budget.tools.iter().filter_map(|it| Some(format!("{} {}/{}  ", it.tool, it.calls, it.limit?)));
    uses.extend(tools);
    uses
}

/// What the caller declared, behind its label; nothing where it declared nothing.
fn or_none(label: &str, declared: &str) -> String {
    if declared.is_empty() { String::new() } else { format!("{label}{declared} ") }
}

fn action_row(action: &Action, theme: &Theme) -> Row {
    Row::new()
        .cell(when::time_of_day(when::millis(action.proposed_at.as_ref())), 9, theme.dim)
        .cell(outcome(action.outcome()), 8, outcome_style(action.outcome(), theme))
        .cell(status(action.status().as_str_name(), "ACTION_STATUS_"), 10, theme.text)
        .cell(&action.tool, 20, theme.strong)
        .put(if action.reason.is_empty() { String::new() } else { format!("{} ", action.reason) }, theme.warn)
        .put(&action.params_json, theme.dim)
}

fn timeline(painter: &mut Painter<'_>, area: Rect, detail: &RunDetail) {
    let inner = painter.rule(area, &format!("Timeline   {} record(s), newest last", detail.timeline.len()));
    let room = usize::from(inner.height);
    let skip = detail.timeline.len().saturating_sub(room);
    let rows: Vec<_> =
        detail.timeline.iter().skip(skip).map(|record| record_row(record, painter.theme)).collect();
    painter.rows(inner, &rows);
}
