//! How a service stands: owner, delegation, ceiling, clauses, budgets with their forecast, breakers, reach.

use ratatui::style::Style;
use remit_proto::v1::{BreakerState, ClauseStanding, ClauseState, CostNode, Service};

use super::super::paint::{Painter, Row};
use super::super::state::facts::level;
use super::super::theme::Theme;
use super::super::when;
use super::budgets::{forecast, gauge_node};
use super::chart::{gauge, gauge_of, money};
use super::clauses;
use super::facts::{clause, wrapped};
use super::overview::delegation;

/// How much room there is for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// A line for each matter.
    Lines,
    /// A line for each clause and each budget.
    Table,
}

pub(super) fn rows(painter: &Painter<'_>, service: &Service, (room, width): (Room, usize)) -> Vec<Row> {
    let theme = painter.theme;
    let mut rows = wrapped("", &service.purpose, width, (theme.dim, theme.text));
    if room == Room::Lines {
        rows.truncate(1);
    }
    rows.push(answers(painter, service));
    rows.push(ceiling(service, theme));
    if room == Room::Table {
        let digest: String = service.contract_digest.chars().take(12).collect();
        rows.push(Row::of(format!("contract {} {digest}", service.contract_version), theme.dim));
        rows.push(Row::of("CLAUSES", theme.strong));
        rows.extend(service.clauses.iter().map(|state| clause_row(state, painter)));
        rows.push(Row::of("BUDGETS", theme.strong));
    } else {
        rows.push(clauses::row(service, painter));
    }
    rows.push(runs_row(service, theme));
    rows.extend(service.windows.iter().map(|node| window_row(node, painter)));
    rows.extend(breakers(&service.breakers, room, theme));
    rows.extend(service.tripped.iter().map(|wire| Row::of(format!("! TRIPPED {wire}"), theme.crit)));
    rows.extend(reach(service, room, theme));
    rows
}

fn answers(painter: &Painter<'_>, service: &Service) -> Row {
    let theme = painter.theme;
    let until = when::day(when::millis(service.enabled_until.as_ref()));
    let row = Row::of("owner ", theme.dim).put(&service.owner, theme.text);
    if service.delegation_lacks.is_empty() {
        row.put(format!("   delegation until {until}"), theme.text)
    } else {
        row.put(delegation(service), theme.crit)
    }
}

fn ceiling(service: &Service, theme: &Theme) -> Row {
    let lowered = service.ceiling() < service.autonomy();
    let style = if lowered { theme.held } else { theme.text };
    let sign = if lowered { "|| " } else { "" };
    Row::of(format!("{sign}ceiling {} of {}", level(service.ceiling()), level(service.autonomy())), style)
        .put(format!("  in flight {}", service.in_flight), theme.text)
        .put(
            format!("  in doubt {}", service.in_doubt),
            if service.in_doubt == 0 { theme.text } else { theme.warn },
        )
        .put(format!("  asks {}", service.pending_escalations), theme.text)
}

/// `scope     enforced       12 canaries   objected 3m ago: above-autonomous-limit`.
fn clause_row(state: &ClauseState, painter: &Painter<'_>) -> Row {
    let theme = painter.theme;
    let (word, style) = match (state.standing(), state.missed) {
        (ClauseStanding::Enforced, _) => ("enforced", theme.ok),
        (ClauseStanding::NotExercised, _) => ("not exercised", theme.warn),
        (ClauseStanding::Off, 0) => ("off", theme.dim),
        (ClauseStanding::Off, _) => ("! OFF", theme.crit),
        (ClauseStanding::Unspecified, _) => ("?", theme.dim),
    };
    let refused = state.canaries.saturating_sub(state.missed);
    let row = Row::new().cell(clause(state.clause()), 9, theme.text).cell(word, 13, style).right(
        format!("{refused}/{}", state.canaries),
        5,
        theme.dim,
    );
    let objected = when::millis(state.objected_at.as_ref());
    match (objected, state.note.as_str()) {
        (_, note) if 0 < state.missed => row.put(note, theme.crit),
        (Some(_), _) => {
            let ago = when::ago(objected, painter.now.wall_ms);
            row.put(format!("{ago} ago {}", state.objected_reason), theme.dim)
        }
        (None, note) => row.put(note, theme.dim),
    }
}

/// What the open runs have used of what they may together.
fn runs_row(service: &Service, theme: &Theme) -> Row {
    let budget = service.budget.clone().unwrap_or_default();
    let limit = money(budget.limit_micros, &budget.currency);
    Row::new().cell("open runs", 13, theme.dim).put(
        format!("{} of {limit} in {} run(s)", gauge(service.budget.as_ref(), 6), service.open_runs),
        theme.text,
    )
}

fn window_row(node: &CostNode, painter: &Painter<'_>) -> Row {
    let theme = painter.theme;
    let of = if node.kind == "domain" { "domain's " } else { "" };
    let (words, style) = forecast(node, painter.now.wall_ms, theme);
    Row::new()
        .cell(format!("{of}{}", node.window), 13, theme.dim)
        .put(format!("{} ", gauge_node(node, 6)), theme.text)
        .put(words, style)
        .put(format!("  {} an hour", money(node.pace_micros, "")), theme.dim)
}

/// In lines those alone that hold something back.
fn breakers(all: &[BreakerState], room: Room, theme: &Theme) -> Vec<Row> {
    let shown = all.iter().filter(|it| room == Room::Table || it.stand != "closed");
    shown.map(|it| breaker_row(it, theme)).collect()
}

fn breaker_row(breaker: &BreakerState, theme: &Theme) -> Row {
    let (words, style): (String, Style) = match breaker.stand.as_str() {
        "closed" => (format!("closed, {} of {} failures", breaker.failures, breaker.opens_at), theme.ok),
        "open" => (format!("x OPEN for {} more", when::span(breaker.open_for_ms)), theme.crit),
        "trying" => ("! half open, one call tries".to_owned(), theme.warn),
        _ => ("! half open, waits for one call that tries".to_owned(), theme.warn),
    };
    Row::of("breaker ", theme.dim).put(&breaker.tool, theme.strong).put(" ", theme.text).put(words, style)
}

/// How far it has reached, the fullest first: in one line, or a gauge each; nothing where no rule measures.
fn reach(service: &Service, room: Room, theme: &Theme) -> Vec<Row> {
    let full = |it: &remit_proto::v1::Reached| super::chart::percent(it.shown, it.max).unwrap_or(100);
    let mut meters: Vec<_> = service.reached.iter().collect();
    meters.sort_by_key(|meter| std::cmp::Reverse(full(meter)));
    let style = |percent: u64| match percent {
        0..80 => theme.text,
        80..100 => theme.warn,
        100.. => theme.crit,
    };
    if room == Room::Table {
        let row = |it: &&remit_proto::v1::Reached| {
            Row::of("reach ", theme.dim)
                .put(format!("{} ", gauge_of(it.shown, it.max, 6)), style(full(it)))
                .put(format!("{} {}/{}", it.name, it.shown, it.max), theme.text)
        };
        return meters.iter().map(row).collect();
    }
    let line = meters.iter().fold(Row::of("reach ", theme.dim), |row, it| {
        row.put(format!("{} {}/{}  ", it.name, it.shown, it.max), style(full(it)))
    });
    if meters.is_empty() { Vec::new() } else { vec![line] }
}
