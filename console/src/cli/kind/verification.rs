//! What recomputing the hash chains found.

use remit_proto::v1::{DomainVerification, VerifyResponse};
use serde_json::{Value, json};

use crate::cli::{
    paint::Tone,
    table::{Cell, Column},
};

/// What `remit verify` shows.
pub const COLUMNS: &[Column<DomainVerification>] = &[
    Column::new("DOMAIN", |row: &DomainVerification, _| Cell::new(&row.domain)),
    Column::new("CHAIN", |row: &DomainVerification, _| {
        if row.ok { Cell::new("intact").tone(Tone::Good) } else { Cell::new("BROKEN").tone(Tone::Bad) }
    }),
    Column::new("EVENTS", |row: &DomainVerification, _| Cell::new(row.events.to_string())).right(),
    Column::new("HEAD", |row: &DomainVerification, _| Cell::new(&row.head)),
    Column::new("PROBLEM", |row: &DomainVerification, _| Cell::new(&row.problem)),
];

/// The verification as an object.
#[must_use]
pub fn json(response: &VerifyResponse) -> Value {
    json!({
        "ok": response.ok,
        "domains": response.domains.iter().map(|domain| json!({
            "domain": domain.domain,
            "events": domain.events,
            "head": domain.head,
            "ok": domain.ok,
            "problem": if domain.problem.is_empty() { Value::Null } else { Value::from(domain.problem.clone()) },
        })).collect::<Vec<_>>(),
    })
}
