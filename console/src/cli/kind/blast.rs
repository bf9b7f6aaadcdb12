//! What a service has touched, by tool.

use remit_proto::v1::{BlastMeasure, BlastTool, GetBlastResponse};
use serde_json::{Value, json};

use crate::cli::{
    paint::Tone,
    table::{Cell, Column, Give},
    words,
};

/// What `remit blast` shows.
pub const COLUMNS: &[Column<BlastTool>] = &[
    Column::new("TOOL", |row: &BlastTool, _| Cell::new(&row.tool)),
    Column::new("TYPE", |row: &BlastTool, _| Cell::new(words::level(row.level))).give(Give::Drop(3)),
    Column::new("ADMITTED", |row: &BlastTool, _| Cell::new(row.admitted.to_string())).right(),
    Column::new("REVERSIBLE", |row: &BlastTool, _| Cell::new(row.reversible.to_string())).right(),
    Column::new("CLOSING", |row: &BlastTool, _| warned(row.closing_soon, Tone::Warn)).right(),
    Column::new("IRREVERSIBLE", |row: &BlastTool, _| {
        warned(row.irreversible.saturating_add(row.out_of_window), Tone::Bad)
    })
    .right(),
    Column::new("UNDONE", |row: &BlastTool, _| Cell::new(row.undone.to_string())).right(),
    Column::new("IN DOUBT", |row: &BlastTool, _| warned(row.in_doubt, Tone::Warn)).right(),
    Column::new("UNDER WAY", |row: &BlastTool, _| Cell::new(row.under_way.to_string()))
        .right()
        .give(Give::Drop(2)),
    Column::new("FAILED", |row: &BlastTool, _| Cell::new(row.failed.to_string())).right().give(Give::Drop(1)),
    Column::new("SUCCEEDED", |row: &BlastTool, _| Cell::new(row.succeeded.to_string())).right().wide(),
    Column::new("TOO LATE", |row: &BlastTool, _| Cell::new(row.out_of_window.to_string())).right().wide(),
    Column::new("COST", |row: &BlastTool, _| Cell::new(words::money(row.cost_micros))).right(),
];

fn warned(count: u32, tone: Tone) -> Cell {
    let cell = Cell::new(count.to_string());
    if count > 0 { cell.tone(tone) } else { cell }
}

/// What a rule sums up or tells apart, in words.
#[must_use]
pub fn measure(measure: &BlastMeasure) -> String {
    let BlastMeasure { name, of, distinct, total } = measure;
    if *distinct { format!("{name}: {total} different {of}") } else { format!("{name}: {total} of {of}") }
}

/// One tool as an object.
#[must_use]
pub fn tool(row: &BlastTool) -> Value {
    json!({
        "tool": row.tool,
        "type": words::level(row.level),
        "admitted": row.admitted,
        "succeeded": row.succeeded,
        "failed": row.failed,
        "in_doubt": row.in_doubt,
        "under_way": row.under_way,
        "undone": row.undone,
        "reversible": row.reversible,
        "closing_soon": row.closing_soon,
        "irreversible": row.irreversible,
        "out_of_window": row.out_of_window,
        "cost_micros": row.cost_micros,
    })
}

/// All of it as an object; amounts are millionths of the currency's unit.
#[must_use]
pub fn json(found: &GetBlastResponse) -> Value {
    let measures = found.measures.iter().map(|measure| {
        json!({ "name": measure.name, "of": measure.of, "distinct": measure.distinct, "total": measure.total })
    });
    json!({
        "service": found.service,
        "domain": found.domain,
        "currency": words::text(&found.currency),
        "since": words::rfc3339(found.since.as_ref()),
        "at": words::rfc3339(found.at.as_ref()),
        "tools": found.tools.iter().map(tool).collect::<Vec<_>>(),
        "measures": measures.collect::<Vec<_>>(),
    })
}
