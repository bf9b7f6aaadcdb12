//! Tokens: who may speak, never the secret itself.

use remit_proto::v1::Token;
use serde_json::{Value, json};

use crate::cli::{
    paint::Tone,
    table::{Cell, Column, Give},
    words,
};

/// What `remit token list` shows.
pub const COLUMNS: &[Column<Token>] = &[
    Column::new("ID", |row: &Token, _| Cell::new(&row.id)),
    Column::new("KIND", |row: &Token, _| Cell::new(&row.kind)),
    Column::new("SUBJECT", |row: &Token, _| Cell::new(&row.subject)),
    Column::new("MAY", |row: &Token, _| Cell::new(may(row))).give(Give::Shrink),
    Column::new("GROUPS", |row: &Token, _| Cell::new(row.groups.join(","))).give(Give::Shrink),
    Column::new("STATE", |row: &Token, _| {
        if row.revoked { Cell::new("revoked").tone(Tone::Bad) } else { Cell::new("valid").tone(Tone::Good) }
    }),
    Column::new("AGE", |row: &Token, now| Cell::new(words::age(row.created_at.as_ref(), now)))
        .right()
        .give(Give::Drop(2)),
    Column::new("BY", |row: &Token, _| Cell::new(&row.created_by)).give(Give::Drop(1)),
    Column::new("CREATED", |row: &Token, _| Cell::new(words::clock(row.created_at.as_ref()))).wide(),
    Column::new("REVOKED", |row: &Token, _| Cell::new(words::clock(row.revoked_at.as_ref()))).wide(),
    Column::new("REVOKED BY", |row: &Token, _| Cell::new(&row.revoked_by)).wide(),
];

/// What whoever holds it may do.
fn may(token: &Token) -> String {
    match (&*token.kind, token.act_only) {
        ("service", false) => "start runs, act".to_owned(),
        (_, true) if token.run.is_empty() => "act".to_owned(),
        (_, true) => format!("act in {}", token.run),
        (_, false) => "operate".to_owned(),
    }
}

/// The token as an object.
#[must_use]
pub fn json(token: &Token) -> Value {
    json!({
        "id": token.id,
        "kind": token.kind,
        "subject": token.subject,
        "groups": token.groups,
        "act_only": token.act_only,
        "run": words::text(&token.run),
        "created_at": words::rfc3339(token.created_at.as_ref()),
        "created_by": token.created_by,
        "revoked": token.revoked,
        "revoked_at": words::rfc3339(token.revoked_at.as_ref()),
        "revoked_by": words::text(&token.revoked_by),
    })
}
