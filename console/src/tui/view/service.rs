//! One service: who answers for it, its clauses, budgets, breakers and reach; its runs, then its tools with their undo.

use ratatui::layout::Rect;
use remit_proto::v1::{Run, Service};

use super::super::event::Fetch;
use super::super::hit::Kind;
use super::super::paint::{Painter, Row, take_right, take_top};
use super::super::state::facts::level;
use super::super::when;
use super::chart::gauge;
use super::facts::status;
use super::standing::{self, Room};
use super::{Panes, blast, panes};

/// Lines that the list of runs and tools keeps on a narrow screen.
const LIST: u16 = 6;

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect, name: &str) {
    let Some(service) = painter.state.service(name) else {
        let inner = painter.rule(body, &format!("Service {name}"));
        painter.row(inner, 0, &Row::of("this service is not in the picture", painter.theme.warn));
        return;
    };
    match panes(body.width) {
        Panes::One => above(painter, &mut body, service),
        Panes::Two => {
            let right = take_right(&mut body, 56);
            beside(painter, right, service);
        }
        Panes::Three => {
            let mut right = take_right(&mut body, 114);
            let blast = take_right(&mut right, 64);
            standing_of(painter, right, service);
            touched(painter, blast, service);
        }
    }
    list(painter, body, service);
}

/// On a narrow screen the facts are lines above the list, as many as leave room for it.
fn above(painter: &mut Painter<'_>, body: &mut Rect, service: &Service) {
    let width = usize::from(body.width);
    let mut rows = standing::rows(painter, service, (Room::Lines, width));
    rows.truncate(usize::from(body.height.saturating_sub(LIST).saturating_sub(3)));
    rows.push(blast::line(painter, &service.name));
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(1);
    let area = take_top(body, height);
    let inner = painter.rule(area, &title(service));
    painter.rows(inner, &rows);
}

fn beside(painter: &mut Painter<'_>, area: Rect, service: &Service) {
    let inner = painter.rule(area, &title(service));
    let mut rows = standing::rows(painter, service, (Room::Table, usize::from(inner.width)));
    rows.push(Row::of(blast::title(painter, &service.name), painter.theme.strong));
    rows.extend(blast::rows(painter, &service.name, usize::from(inner.width)));
    painter.rows(inner, &rows);
}

fn standing_of(painter: &mut Painter<'_>, area: Rect, service: &Service) {
    let inner = painter.rule(area, &title(service));
    let rows = standing::rows(painter, service, (Room::Table, usize::from(inner.width)));
    painter.rows(inner, &rows);
}

fn touched(painter: &mut Painter<'_>, area: Rect, service: &Service) {
    let inner = painter.rule(area, &blast::title(painter, &service.name));
    let rows = blast::rows(painter, &service.name, usize::from(inner.width));
    painter.rows(inner, &rows);
}

fn title(service: &Service) -> String {
    format!("{} {}", service.name, service.contract_version)
}

fn list(painter: &mut Painter<'_>, body: Rect, service: &Service) {
    let (state, theme) = (painter.state, painter.theme);
    let objects = state.rows();
    let runs = objects.iter().filter(|object| object.kind == Kind::Run).count();
    let area = painter.rule(body, &format!("Service {}   {runs} run(s), then its tools", service.name));
    let listed = state.details.runs.iter().filter(|(of, _)| *of == service.name).flat_map(|(_, runs)| runs);
    let known: Vec<_> = listed.collect();
    let rows: Vec<_> = objects
        .iter()
        .map(|object| {
            let run = known.iter().find(|run| object.kind == Kind::Run && run.id == object.id);
            run.map_or_else(|| tool_row(service, &object.id, painter), |run| run_row(run, painter))
        })
        .collect();
    if rows.is_empty() {
        let failed = state.details.failed.get(&Fetch::Runs(service.name.clone()));
        let why = failed.map_or("no run and no tool yet", String::as_str);
        painter.row(area, 0, &Row::of(why, theme.dim));
    }
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(area, &rows, selected);
}

fn run_row(run: &Run, painter: &Painter<'_>) -> Row {
    let theme = painter.theme;
    let started = when::millis(run.started_at.as_ref());
    Row::of("run  ", theme.dim)
        .cell(status(run.status().as_str_name(), "RUN_STATUS_"), 10, theme.text)
        .cell(&run.name, 14, theme.strong)
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
        .cell(rung, 10, theme.text)
        .cell(name, 20, theme.strong)
        .put(if undo.is_empty() { "nothing to undo" } else { undo }, theme.dim)
}
