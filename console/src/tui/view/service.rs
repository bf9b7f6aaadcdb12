//! One service: its runs, newest first as the server lists them, and its tools with their undo.

use ratatui::layout::Rect;
use ratatui::style::Style;
use remit_proto::v1::{Run, Service};

use super::super::hit::Kind;
use super::super::paint::{Painter, Row, take_bottom, take_top};
use super::super::state::facts::level;
use super::super::when;
use super::chart::{gauge, money, percent, windows};
use super::clauses;
use super::facts::{status, wrapped};
use super::overview::delegation;

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect, name: &str) {
    let (state, theme) = (painter.state, painter.theme);
    let objects = state.rows();
    let runs = objects.iter().filter(|object| object.kind == Kind::Run).count();
    let foot = take_bottom(&mut body, 3);
    let mut list = painter.rule(body, &format!("Service {name}   {runs} run(s), then its tools"));
    let Some(service) = state.service(name) else {
        painter.row(list, 0, &Row::of("this service is not in the picture", theme.warn));
        return;
    };
    let reach = reach(service, painter);
    let head = take_top(&mut list, if reach.is_some() { 4 } else { 3 });
    let summary = summary(service, painter);
    painter.rows(head, &summary.into_iter().chain(reach).collect::<Vec<_>>());
    let listed = state.details.runs.iter().filter(|(of, _)| of == name).flat_map(|(_, runs)| runs);
    let known: Vec<_> = listed.collect();
    let rows: Vec<_> = objects
        .iter()
        .map(|object| {
            let run = known.iter().find(|run| object.kind == Kind::Run && run.id == object.id);
            run.map_or_else(|| tool_row(service, &object.id, painter), |run| run_row(run, painter))
        })
        .collect();
    if rows.is_empty() {
        let why = state.details.failed.values().next().map_or("no run and no tool yet", String::as_str);
        painter.row(list, 0, &Row::of(why, theme.dim));
    }
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(list, &rows, selected);
    let inner = painter.rule(foot, "Contract");
    let width = usize::from(inner.width);
    let law = format!("{} {}   owner {}", service.contract_version, service.contract_digest, service.owner);
    painter.rows(inner, &wrapped("", &law, width, (theme.dim, theme.text)));
}

fn summary(service: &Service, painter: &Painter<'_>) -> [Row; 3] {
    let theme = painter.theme;
    let held: Style = if service.ceiling() < service.autonomy() { theme.held } else { theme.text };
    let budget = service.budget.clone().unwrap_or_default();
    [
        Row::of(&service.purpose, theme.text).put(delegation(service), theme.crit),
        Row::of(format!("ceiling {} of {}", level(service.ceiling()), level(service.autonomy())), held)
            .put(format!("   budget {} of ", gauge(service.budget.as_ref(), 8)), theme.text)
            .put(money(budget.limit_micros, &budget.currency), theme.text)
            .put(format!("   in flight {}   in doubt {}", service.in_flight, service.in_doubt), theme.text)
            .put(windows(&service.windows), theme.text),
        clauses::row(service, painter),
    ]
}

/// How far it has reached, the fullest gauges first, and what has tripped; nothing where no rule measures.
fn reach(service: &Service, painter: &Painter<'_>) -> Option<Row> {
    let theme = painter.theme;
    if service.reached.is_empty() && service.tripped.is_empty() {
        return None;
    }
    let mut row = Row::of("reach ", theme.dim);
    for wire in &service.tripped {
        row = row.put(format!("! {wire}  "), theme.crit);
    }
    let mut gauges: Vec<_> =
        service.reached.iter().map(|gauge| (percent(gauge.shown, gauge.max).unwrap_or(100), gauge)).collect();
    gauges.sort_by_key(|(percent, _)| std::cmp::Reverse(*percent));
    for (percent, gauge) in gauges {
        let style = if percent >= 100 {
            theme.crit
        } else if percent >= 80 {
            theme.warn
        } else {
            theme.text
        };
        row = row.put(format!("{} {}/{}  ", gauge.name, gauge.shown, gauge.max), style);
    }
    Some(row)
}

fn run_row(run: &Run, painter: &Painter<'_>) -> Row {
    let theme = painter.theme;
    let started = when::millis(run.started_at.as_ref());
    Row::of("run  ", theme.dim)
        .cell(status(run.status().as_str_name(), "RUN_STATUS_"), 12, theme.text)
        .cell(&run.name, 16, theme.strong)
        .cell(gauge(run.budget.as_ref(), 6), 13, theme.text)
        .put(
            format!("{} act {} deny {} held {} doubt  ", run.actions, run.denied, run.held, run.in_doubt),
            theme.text,
        )
        .put(format!("{} ago ", when::ago(started, painter.now.wall_ms)), theme.dim)
        .put(&run.reason, theme.warn)
}

fn tool_row(service: &Service, id: &str, painter: &Painter<'_>) -> Row {
    let theme = painter.theme;
    let name = id.split_once('/').map_or(id, |(_, tool)| tool);
    let tool = service.tools.iter().find(|tool| tool.name == name);
    let (rung, undo) = tool.map_or(("?", ""), |tool| (level(tool.level()), tool.undo.as_str()));
    Row::of("tool ", theme.dim)
        .cell(rung, 12, theme.text)
        .cell(name, 24, theme.strong)
        .put(if undo.is_empty() { "nothing to undo" } else { undo }, theme.dim)
}
