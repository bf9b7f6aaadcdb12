//! Budgets: of runs, of the hours and days of services and domains.

use jiff::Timestamp;
use remit_proto::v1::CostNode;
use serde_json::{Value, json};

use crate::cli::{
    kind::run,
    paint::Tone,
    table::{Cell, Column, Give},
    words,
};

/// What `remit cost` shows.
pub const COLUMNS: &[Column<CostNode>] = &[
    Column::new("BUDGET OF", |row: &CostNode, _| Cell::new(name(row))).give(Give::Shrink),
    Column::new("IN THE", |row: &CostNode, _| {
        Cell::new(if row.window.is_empty() { "run" } else { &row.window })
    }),
    Column::new("SPENT", |row: &CostNode, _| Cell::new(words::money(row.spent_micros))).right(),
    Column::new("HELD", |row: &CostNode, _| Cell::new(words::money(row.held_micros))).right(),
    Column::new("LEFT", |row: &CostNode, _| left(row)).right(),
    Column::new("LIMIT", |row: &CostNode, _| Cell::new(limit(row))).right(),
    Column::new("CALLS", |row: &CostNode, _| Cell::new(calls(row))).right().give(Give::Drop(2)),
    Column::new("AN HOUR", |row: &CostNode, _| Cell::new(words::money(row.pace_micros)))
        .right()
        .give(Give::Drop(1)),
    Column::new("AT THIS PACE", forecast),
    Column::new("DOMAIN", |row: &CostNode, _| Cell::new(&row.domain)).wide(),
    Column::new("SERVICE", |row: &CostNode, _| Cell::new(&row.service)).wide(),
    Column::new("RUN", |row: &CostNode, _| Cell::new(&row.run_name)).wide(),
    Column::new("FROM", |row: &CostNode, _| Cell::new(words::clock(row.starts.as_ref()))).wide(),
    Column::new("TO", |row: &CostNode, _| Cell::new(words::clock(row.ends.as_ref()))).wide(),
    Column::new("FULL NAME", |row: &CostNode, _| Cell::new(&row.name)).wide(),
];

fn name(row: &CostNode) -> String {
    let name = if row.kind == "run" { words::short(&row.name) } else { &row.name };
    format!("{} {name}", row.kind)
}

fn left(row: &CostNode) -> Cell {
    match row.left_micros {
        None => Cell::new("-"),
        Some(0) => Cell::new(words::money(0)).tone(Tone::Bad),
        Some(left) => Cell::new(words::money(left)),
    }
}

fn limit(row: &CostNode) -> String {
    let limit = row.limit_micros.map_or_else(|| "no limit".to_owned(), words::money);
    if row.limit_micros.is_some() { format!("{limit} {}", row.currency) } else { limit }
}

fn calls(row: &CostNode) -> String {
    row.calls_limit.map_or_else(|| row.calls.to_string(), |limit| format!("{}/{limit}", row.calls))
}

/// When the budget of the row will be gone: `gone at 17:40`, in UTC as everything here.
fn forecast(row: &CostNode, _: Timestamp) -> Cell {
    match (row.left_micros, &row.gone_at) {
        (None, _) => Cell::new("-"),
        (Some(0), _) => Cell::new("used up").tone(Tone::Bad),
        (Some(_), None) => Cell::new("lasts"),
        (Some(_), Some(gone)) => Cell::new(format!("gone at {}", words::minute(Some(gone)))).tone(Tone::Warn),
    }
}

/// The budget as an object; amounts are millionths of the currency's unit.
#[must_use]
pub fn json(row: &CostNode) -> Value {
    json!({
        "kind": row.kind,
        "name": row.name,
        "domain": row.domain,
        "service": words::text(&row.service),
        "run_name": words::text(&row.run_name),
        "currency": words::text(&row.currency),
        "window": words::text(&row.window),
        "starts": words::rfc3339(row.starts.as_ref()),
        "ends": words::rfc3339(row.ends.as_ref()),
        "spent_micros": row.spent_micros,
        "held_micros": row.held_micros,
        "limit_micros": row.limit_micros,
        "left_micros": row.left_micros,
        "calls": row.calls,
        "calls_limit": row.calls_limit,
        "pace_micros_per_hour": row.pace_micros,
        "gone_at": words::rfc3339(row.gone_at.as_ref()),
        "run": row.run.as_ref().map(run::budget_json),
        "wall_time_ms": row.wall_time_ms,
    })
}
