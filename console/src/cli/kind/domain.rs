//! Domains of the business, and what their files say.

use remit_proto::v1::Domain;
use serde_json::{Value, json};

use crate::cli::{
    table::{Cell, Column, Give},
    words,
};

/// What `remit get domains` shows.
pub const COLUMNS: &[Column<Domain>] = &[
    Column::new("DOMAIN", |row: &Domain, _| Cell::new(&row.name)),
    Column::new("CURRENCY", |row: &Domain, _| Cell::new(or_dash(&row.currency))),
    Column::new("APPROVAL", |row: &Domain, _| Cell::new(whether(row.approvals))),
    Column::new("BACKTEST", |row: &Domain, _| Cell::new(whether(row.reviewed))),
    Column::new("FILE", |row: &Domain, _| Cell::new(if row.configured { "yes" } else { "no" })),
    Column::new("SERVICES", |row: &Domain, _| Cell::new(or_dash(&row.services.join(", "))))
        .give(Give::Shrink),
];

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// As files and command lines say it.
const fn whether(required: bool) -> &'static str {
    if required { "required" } else { "none" }
}

/// The domain as an object.
#[must_use]
pub fn json(domain: &Domain) -> Value {
    json!({
        "name": domain.name,
        "configured": domain.configured,
        "currency": words::text(&domain.currency),
        "approval": whether(domain.approvals),
        "backtest": whether(domain.reviewed),
        "services": domain.services,
    })
}
