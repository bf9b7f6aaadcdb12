//! Alerts that stand, and who looks at them.

use remit_proto::v1::Alert;
use serde_json::{Value, json};

use crate::cli::{
    paint::Tone,
    table::{Cell, Column, Give},
    words,
};

/// What `remit get alerts` shows.
pub const COLUMNS: &[Column<Alert>] = &[
    Column::new("ID", |row: &Alert, _| Cell::new(words::short(&row.id))),
    Column::new("", |row: &Alert, _| {
        if row.critical { Cell::new("CRIT").tone(Tone::Bad) } else { Cell::new("WARN").tone(Tone::Warn) }
    }),
    Column::new("AGE", |row: &Alert, now| Cell::new(words::age(row.since.as_ref(), now))).right(),
    Column::new("SCOPE", |row: &Alert, _| Cell::new(&row.scope)),
    Column::new("WHAT", |row: &Alert, _| Cell::new(&row.text)).give(Give::Shrink),
    Column::new("LOOKS", looks).give(Give::Shrink),
    Column::new("CONDITION", |row: &Alert, _| Cell::new(&row.condition)).wide(),
    Column::new("ABOUT", |row: &Alert, _| Cell::new(&row.about)).wide(),
    Column::new("SINCE", |row: &Alert, _| Cell::new(words::clock(row.since.as_ref()))).wide(),
    Column::new("WHOLE ID", |row: &Alert, _| Cell::new(&row.id)).wide(),
];

fn looks(row: &Alert, now: jiff::Timestamp) -> Cell {
    match &row.acknowledged {
        Some(known) => {
            let ago = words::age(known.at.as_ref(), now);
            Cell::new(format!("{} for {ago}: {}", known.by, known.reason))
        }
        None if row.locked.is_empty() => Cell::new("nobody").tone(Tone::Warn),
        None => Cell::new(&row.locked).tone(Tone::Dim),
    }
}

/// The alert as an object.
#[must_use]
pub fn json(alert: &Alert) -> Value {
    json!({
        "id": alert.id,
        "condition": alert.condition,
        "critical": alert.critical,
        "domain": alert.domain,
        "scope": alert.scope,
        "about": words::text(&alert.about),
        "text": alert.text,
        "since": words::rfc3339(alert.since.as_ref()),
        "acknowledged": alert.acknowledged.as_ref().map(|known| json!({
            "by": known.by,
            "reason": known.reason,
            "at": words::rfc3339(known.at.as_ref()),
        })),
        "locked": words::text(&alert.locked),
    })
}
