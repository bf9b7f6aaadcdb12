//! Runs and their budgets.

use remit_proto::v1::{Budget, Run, ToolCalls};
use serde_json::{Value, json};

use crate::cli::{
    table::{Cell, Column, Give},
    words,
};

/// What `remit get runs` shows.
pub const COLUMNS: &[Column<Run>] = &[
    Column::new("ID", |row: &Run, _| Cell::new(words::short(&row.id))),
    Column::new("FULL ID", |row: &Run, _| Cell::new(&row.id)).wide(),
    Column::new("NAME", |row: &Run, _| Cell::new(&row.name)).give(Give::Shrink),
    Column::new("SERVICE", |row: &Run, _| Cell::new(&row.service)),
    Column::new("STATUS", |row: &Run, _| words::cell(&words::run_status(row.status))),
    Column::new("AGE", |row: &Run, now| Cell::new(words::age(row.started_at.as_ref(), now))).right(),
    Column::new("ACTIONS", |row: &Run, _| Cell::new(row.actions.to_string())).right(),
    Column::new("DENIED", |row: &Run, _| Cell::new(row.denied.to_string())).right().give(Give::Drop(2)),
    Column::new("HELD", |row: &Run, _| Cell::new(row.held.to_string())).right().give(Give::Drop(3)),
    Column::new("DOUBT", |row: &Run, _| Cell::new(row.in_doubt.to_string())).right().give(Give::Drop(1)),
    Column::new("UNDONE", |row: &Run, _| Cell::new(row.undone.to_string())).right().give(Give::Drop(4)),
    Column::new("SPENT", |row: &Run, _| Cell::new(spent(row.budget.as_ref()))).right().give(Give::Drop(5)),
    Column::new("REASON", |row: &Run, _| Cell::new(&row.reason)).give(Give::Drop(6)),
    Column::new("WORKFLOW", |row: &Run, _| Cell::new(&row.workflow)).wide(),
    Column::new("DOMAIN", |row: &Run, _| Cell::new(&row.domain)).wide(),
    Column::new("CONTRACT", |row: &Run, _| Cell::new(&row.contract_version)).wide(),
    Column::new("ENDED", |row: &Run, _| Cell::new(words::clock(row.ended_at.as_ref()))).wide(),
];

/// `0.25/0.50 USD`, spent and limit.
#[must_use]
pub fn spent(budget: Option<&Budget>) -> String {
    budget.map_or_else(
        || "-".to_owned(),
        |b| format!("{}/{} {}", words::money(b.spent_micros), words::money(b.limit_micros), b.currency),
    )
}

/// The run as an object.
#[must_use]
pub fn json(run: &Run) -> Value {
    json!({
        "id": run.id,
        "name": run.name,
        "service": run.service,
        "domain": run.domain,
        "status": words::value(words::run_status(run.status)),
        "started_at": words::rfc3339(run.started_at.as_ref()),
        "ended_at": words::rfc3339(run.ended_at.as_ref()),
        "reason": words::text(&run.reason),
        "budget": run.budget.as_ref().map(budget_json),
        "actions": run.actions,
        "denied": run.denied,
        "held": run.held,
        "in_doubt": run.in_doubt,
        "undone": run.undone,
        "contract_version": run.contract_version,
        "workflow": words::text(&run.workflow),
    })
}

/// The budget as an object; amounts are millionths of the currency's unit.
#[must_use]
pub fn budget_json(budget: &Budget) -> Value {
    json!({
        "currency": budget.currency,
        "limit_micros": budget.limit_micros,
        "spent_micros": budget.spent_micros,
        "held_micros": budget.held_micros,
        "calls": budget.calls,
        "calls_limit": budget.calls_limit,
        "tokens_spent": budget.tokens_spent,
        "tokens_held": budget.tokens_held,
        "tokens_limit": budget.tokens_limit,
        "wall_time_limit_ms": budget.wall_time_limit_ms,
        "tools": budget.tools.iter().map(tool_json).collect::<Vec<_>>(),
    })
}

fn tool_json(tool: &ToolCalls) -> Value {
    json!({ "tool": tool.tool, "calls": tool.calls, "limit": tool.limit })
}

/// What a run may use beside money and calls, each with its name: its tokens, its time, its calls of single tools.
/// `wall_time_ms` is how long it has taken.
#[must_use]
pub fn uses(budget: &Budget, wall_time_ms: Option<u64>) -> Vec<(&'static str, String)> {
    let mut uses = Vec::new();
    let (spent, held) = (budget.tokens_spent, budget.tokens_held);
    if let Some(limit) = budget.tokens_limit {
        let left = limit.saturating_sub(spent.saturating_add(held));
        uses.push(("tokens", format!("{spent} spent, {held} held, {left} of {limit} left")));
    } else if 0 < spent.saturating_add(held) {
        uses.push(("tokens", format!("{spent} spent, {held} held, no limit")));
    }
    if let Some(taken) = wall_time_ms {
        let limit = budget.wall_time_limit_ms.map_or_else(|| "no limit".to_owned(), words::millis);
        uses.push(("wall time", format!("{} of {limit}", words::millis(taken))));
    }
    let calls = budget.tools.iter().map(|ToolCalls { tool, calls, limit }| match limit {
        Some(limit) => format!("{tool} {calls} of {limit}"),
        None => format!("{tool} {calls}"),
    });
    let calls: Vec<_> = calls.collect();
    if !calls.is_empty() {
        uses.push(("calls", calls.join(", ")));
    }
    uses
}
