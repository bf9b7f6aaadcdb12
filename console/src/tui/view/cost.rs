//! Cost: every budget with its gauge, its pace and when it runs out; domains before services before open runs.

use ratatui::layout::Rect;
use remit_proto::v1::CostNode;

use super::super::event::Fetch;
use super::super::paint::{Painter, Row, take_bottom, take_right, take_top};
use super::super::when;
use super::budgets::{forecast, gauge_node, told, window};
use super::chart::money;
use super::facts::wrapped;
use super::rollback::missing;
use super::{Panes, panes};

/// Columns of a row that has room for what is spent.
const ROOMY: u16 = 72;

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let heading = state.keymap.words("<cost> Cost");
    if state.details.cost.is_none() {
        return missing(painter, body, (&heading, &Fetch::Cost));
    }
    let (detail, soonest) = match panes(body.width) {
        Panes::One => (take_bottom(&mut body, 8), None),
        Panes::Two => (take_right(&mut body, 36), None),
        Panes::Three => {
            let mut right = take_right(&mut body, 86);
            let soonest = take_right(&mut right, 45);
            (right, Some(soonest))
        }
    };
    let objects = state.rows();
    let all = state.budgets().count();
    let hidden = state.filter_words(all.saturating_sub(objects.len()));
    let mut list = painter.rule(body, &format!("{heading}   {} budget(s){hidden}", objects.len()));
    let roomy = ROOMY <= list.width;
    let head = take_top(&mut list, 1);
    painter.row(head, 0, &columns(roomy, painter));
    let nodes: Vec<_> = objects.iter().filter_map(|object| state.budget(&object.id)).collect();
    let rows: Vec<_> = nodes.iter().map(|node| node_row(node, roomy, painter)).collect();
    if rows.is_empty() {
        painter.row(list, 0, &Row::of("no budget to show", theme.dim));
    }
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(list, &rows, selected);
    if let Some(node) = selected.and_then(|index| nodes.get(index)) {
        chosen(painter, detail, node);
    }
    if let Some(area) = soonest {
        runs_out(painter, area);
    }
}

fn columns(roomy: bool, painter: &Painter<'_>) -> Row {
    let dim = painter.theme.dim;
    let row = Row::new().cell("BUDGET OF", name_width(roomy), dim).cell("IN A", 4, dim).cell("USED", 13, dim);
    let row = if roomy { row.right("SPENT", 11, dim) } else { row };
    row.put("AT THIS PACE", dim)
}

fn node_row(node: &CostNode, roomy: bool, painter: &Painter<'_>) -> Row {
    let theme = painter.theme;
    let (words, style) = forecast(node, painter.now.wall_ms, theme);
    let row = Row::new()
        .cell(name(node), name_width(roomy), theme.strong)
        .cell(window(node), 4, theme.text)
        .cell(gauge_node(node, 6), 13, theme.text);
    let row = if roomy { row.right(money(node.spent_micros, ""), 11, theme.text) } else { row };
    row.put(words, style)
}

const fn name_width(roomy: bool) -> usize {
    if roomy { 25 } else { 20 }
}

/// `service refund-decision`; a run by the name that its caller gave it, or by the end of its id.
fn name(node: &CostNode) -> String {
    let end = node.name.chars().skip(node.name.chars().count().saturating_sub(8));
    match (node.kind.as_str(), node.run_name.as_str()) {
        ("run", "") => format!("  run {}", end.collect::<String>()),
        ("run", named) => format!("  run {named}"),
        (kind, _) => format!("{kind} {}", node.name),
    }
}

fn chosen(painter: &mut Painter<'_>, area: Rect, node: &CostNode) {
    let theme = painter.theme;
    let inner = painter.rule(area, &format!("{} {}", node.kind, node.name));
    let width = usize::from(inner.width);
    let mut rows = told(node, width, (painter.now.wall_ms, theme));
    if !node.service.is_empty() {
        rows.push(Row::of("OF     ", theme.dim).put(&node.service, theme.text));
    }
    let books = format!("remit cost {} --books", node.name);
    rows.extend(wrapped("double entry: ", &books, width, (theme.dim, theme.dim)));
    painter.rows(inner, &rows);
}

/// Whatever runs out, the soonest first.
fn runs_out(painter: &mut Painter<'_>, area: Rect) {
    let theme = painter.theme;
    let inner = painter.rule(area, "Runs out first");
    let gone = |node: &CostNode| match node.left_micros {
        Some(0) => Some(i64::MIN),
        _ => when::millis(node.gone_at.as_ref()),
    };
    let mut nodes: Vec<_> =
        painter.state.budgets().filter_map(|node| gone(node).map(|at| (at, node))).collect();
    nodes.sort_by_key(|(at, _)| *at);
    let rows: Vec<_> = nodes
        .iter()
        .map(|(_, node)| {
            let (words, style) = forecast(node, painter.now.wall_ms, theme);
            let of = if node.run_name.is_empty() { &node.name } else { &node.run_name };
            Row::new().cell(of, 17, theme.strong).cell(window(node), 4, theme.text).put(words, style)
        })
        .collect();
    if rows.is_empty() {
        painter.row(inner, 0, &Row::of("nothing does, at the present pace", theme.ok));
    }
    painter.rows(inner, &rows);
}
