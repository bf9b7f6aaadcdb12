//! Budgets in words that several screens share: how full, how fast, and when nothing will be left at this pace.

use ratatui::style::Style;
use remit_proto::v1::CostNode;

use super::super::paint::Row;
use super::super::theme::Theme;
use super::super::when;
use super::chart::{gauge_of, money};
use super::facts::wrapped;

/// What runs out within this is urgent.
const SOON_MS: i64 = 10 * 60 * 1_000;

/// `[####..]  67%` of the limit, spent and held together.
pub(super) fn gauge_node(node: &CostNode, cells: usize) -> String {
    gauge_of(used(node), node.limit_micros.unwrap_or(0), cells)
}

fn used(node: &CostNode) -> u64 {
    node.spent_micros.saturating_add(node.held_micros)
}

/// When nothing will be left at the present pace, and how bad that is.
pub(super) fn forecast(node: &CostNode, wall_ms: i64, theme: &Theme) -> (String, Style) {
    let gone = when::millis(node.gone_at.as_ref());
    match (node.left_micros, gone) {
        (None, _) => ("no limit".to_owned(), theme.dim),
        (Some(0), _) => ("x USED UP".to_owned(), theme.crit),
        (Some(_), None) => ("lasts".to_owned(), theme.ok),
        (Some(_), Some(gone)) => {
            let soon = gone.saturating_sub(wall_ms) < SOON_MS;
            let sign = if soon { "!! " } else { "! " };
            let words = format!("{sign}runs out in {}", when::until(Some(gone), wall_ms));
            (words, if soon { theme.crit } else { theme.warn })
        }
    }
}

/// `hour`, `day`, or `run`.
pub(super) fn window(node: &CostNode) -> &str {
    if node.window.is_empty() { "run" } else { &node.window }
}

/// Everything about one budget.
pub(super) fn told(node: &CostNode, width: usize, (wall_ms, theme): (i64, &Theme)) -> Vec<Row> {
    let currency = node.currency.as_str();
    let left = match (node.left_micros, node.limit_micros) {
        (Some(left), Some(limit)) => format!("{} of {}", money(left, currency), money(limit, currency)),
        (_, _) => "as much as there is: no limit".to_owned(),
    };
    let calls = node.calls_limit.map_or_else(String::new, |most| format!(" of {most}"));
    let (words, style) = forecast(node, wall_ms, theme);
    let gone = when::millis(node.gone_at.as_ref());
    let at = gone.map_or_else(String::new, |_| format!(" at this pace, at {}", when::time_of_day(gone)));
    let ends = when::millis(node.ends.as_ref());
    let resets =
        ends.map_or_else(String::new, |_| format!(", begins anew in {}", when::until(ends, wall_ms)));
    let cells = width.saturating_sub(16).clamp(6, 40);
    let lines = [
        ("USED   ", gauge_node(node, cells), theme.strong),
        (
            "SPENT  ",
            format!("{}, held {}", money(node.spent_micros, currency), money(node.held_micros, currency)),
            theme.text,
        ),
        ("LEFT   ", left, theme.text),
        ("PACE   ", format!("{} an hour", money(node.pace_micros, currency)), theme.text),
        ("LASTS  ", format!("{words}{at}{resets}"), style),
        ("CALLS  ", format!("{}{calls}", node.calls), theme.text),
    ];
    lines
        .into_iter()
        .flat_map(|(label, text, style)| wrapped(label, &text, width, (theme.dim, style)))
        .collect()
}
