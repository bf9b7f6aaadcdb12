//! Actions in lists.

use remit_proto::v1::Action;
use serde_json::{Value, json};

use crate::cli::{
    table::{Cell, Column, Give},
    words,
};

/// What `remit get actions` shows.
pub const COLUMNS: &[Column<Action>] = &[
    Column::new("ID", |row: &Action, _| Cell::new(words::short(&row.id))),
    Column::new("FULL ID", |row: &Action, _| Cell::new(&row.id)).wide(),
    Column::new("AGE", |row: &Action, now| Cell::new(words::age(row.proposed_at.as_ref(), now))).right(),
    Column::new("SERVICE", |row: &Action, _| Cell::new(&row.service)).give(Give::Drop(2)),
    Column::new("TOOL", |row: &Action, _| Cell::new(&row.tool)),
    Column::new("LEVEL", |row: &Action, _| Cell::new(words::level(row.level))).give(Give::Drop(3)),
    Column::new("STATUS", |row: &Action, _| words::cell(&words::action_status(row.status))),
    Column::new("OUTCOME", |row: &Action, _| words::cell(&words::outcome(row.outcome))).give(Give::Drop(1)),
    Column::new("REASON", |row: &Action, _| Cell::new(&row.reason)),
    Column::new("RUN", |row: &Action, _| Cell::new(words::short(&row.run))).give(Give::Drop(4)),
    Column::new("COST", |row: &Action, _| Cell::new(words::money(row.cost_micros)))
        .right()
        .give(Give::Drop(5)),
    Column::new("CLAUSE", |row: &Action, _| Cell::new(words::clause(row.clause))).wide(),
    Column::new("CHANNEL", |row: &Action, _| Cell::new(&row.channel)).wide(),
    Column::new("DOMAIN", |row: &Action, _| Cell::new(&row.domain)).wide(),
    Column::new("ESCALATION", |row: &Action, _| Cell::new(&row.escalation)).wide(),
    Column::new("UNDONE BY", |row: &Action, _| Cell::new(&row.undone_by)).wide(),
    Column::new("DIGEST", |row: &Action, _| Cell::new(&row.params_digest)).wide(),
    Column::new("PARAMETERS", |row: &Action, _| Cell::new(&row.params_json)).give(Give::Shrink),
];

/// The action as an object.
#[must_use]
pub fn json(action: &Action) -> Value {
    json!({
        "id": action.id,
        "run": action.run,
        "service": action.service,
        "domain": action.domain,
        "tool": action.tool,
        "level": words::value(words::level(action.level)),
        "status": words::value(words::action_status(action.status)),
        "outcome": words::value(words::outcome(action.outcome)),
        "reason": words::text(&action.reason),
        "clause": words::value(words::clause(action.clause)),
        "proposed_at": words::rfc3339(action.proposed_at.as_ref()),
        "params_json": action.params_json,
        "params_digest": action.params_digest,
        "cost_micros": action.cost_micros,
        "undoes": words::text(&action.undoes),
        "rereads": words::text(&action.rereads),
        "undone_by": words::text(&action.undone_by),
        "escalation": words::text(&action.escalation),
        "channel": action.channel,
    })
}
