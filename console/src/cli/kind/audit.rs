//! What people did to the control plane, and what it did by itself.

use remit_proto::v1::AuditEntry;
use serde_json::{Value, json};

use crate::cli::{
    table::{Cell, Column, Give},
    words,
};

/// What `remit audit` shows.
pub const COLUMNS: &[Column<AuditEntry>] = &[
    Column::new("AT", |row: &AuditEntry, _| {
        Cell::new(words::rfc3339(row.at.as_ref()).as_str().unwrap_or("-"))
    }),
    Column::new("POSITION", |row: &AuditEntry, _| Cell::new(format!("{}@{}", row.domain, row.seq)))
        .give(Give::Drop(2)),
    Column::new("WHO", |row: &AuditEntry, _| Cell::new(&row.by)),
    Column::new("WHAT", |row: &AuditEntry, _| Cell::new(&row.what)).give(Give::Shrink),
    Column::new("REASON", |row: &AuditEntry, _| Cell::new(&row.reason)).give(Give::Shrink),
    Column::new("KIND", |row: &AuditEntry, _| Cell::new(&row.kind)).wide(),
    Column::new("SERVICE", |row: &AuditEntry, _| Cell::new(&row.service)).wide(),
    Column::new("RUN", |row: &AuditEntry, _| Cell::new(&row.run)).wide(),
    Column::new("ACTION", |row: &AuditEntry, _| Cell::new(&row.action)).wide(),
];

/// The entry as an object.
#[must_use]
pub fn json(row: &AuditEntry) -> Value {
    json!({
        "at": words::rfc3339(row.at.as_ref()),
        "domain": row.domain,
        "seq": row.seq,
        "kind": row.kind,
        "by": row.by,
        "what": row.what,
        "reason": words::text(&row.reason),
        "service": words::text(&row.service),
        "run": words::text(&row.run),
        "action": words::text(&row.action),
    })
}
