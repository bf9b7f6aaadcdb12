//! Clauses: whether each of a service's contract refuses what it must refuse.

use remit_proto::v1::{ClauseStanding, ClauseState};
use serde_json::{Value, json};

use crate::cli::{
    paint::Tone,
    table::{Cell, Column, Give},
    words,
};

/// A clause of a service.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Whose.
    pub service: String,
    /// The clause.
    pub state: ClauseState,
}

/// What `remit get clauses` shows.
pub const COLUMNS: &[Column<Row>] = &[
    Column::new("SERVICE", |row: &Row, _| Cell::new(&row.service)).give(Give::Drop(3)),
    Column::new("CLAUSE", |row: &Row, _| Cell::new(words::clause(row.state.clause))),
    Column::new("STATE", |row: &Row, _| standing(&row.state)),
    Column::new("CANARIES", |row: &Row, _| canaries(&row.state)).right().give(Give::Drop(2)),
    Column::new("LAST OBJECTED", |row: &Row, now| {
        Cell::new(words::since(row.state.objected_at.as_ref(), now))
    })
    .give(Give::Drop(1)),
    Column::new("OF", |row: &Row, _| Cell::new(&row.state.objected_reason)).wide(),
    Column::new("PLAYED", |row: &Row, _| Cell::new(words::clock(row.state.played_at.as_ref()))).wide(),
    Column::new("NOTE", |row: &Row, _| Cell::new(&row.state.note)).give(Give::Shrink),
];

fn standing(state: &ClauseState) -> Cell {
    let tone = match (state.standing(), state.missed) {
        (ClauseStanding::Enforced, _) => Tone::Good,
        (ClauseStanding::Off, 1..) => Tone::Bad,
        (ClauseStanding::Unspecified | ClauseStanding::NotExercised | ClauseStanding::Off, _) => Tone::Dim,
    };
    Cell::new(words::standing(state.standing).replace('_', " ")).tone(tone)
}

/// How many of them were refused.
fn canaries(state: &ClauseState) -> Cell {
    let refused = state.canaries.saturating_sub(state.missed);
    let cell = Cell::new(format!("{refused}/{}", state.canaries));
    if state.missed == 0 { cell } else { cell.tone(Tone::Bad) }
}

/// The clause of a service as an object.
#[must_use]
pub fn json(row: &Row) -> Value {
    let mut object = state_json(&row.state);
    if let Value::Object(fields) = &mut object {
        fields.insert("service".to_owned(), Value::String(row.service.clone()));
    }
    object
}

/// The clause as an object.
#[must_use]
pub fn state_json(state: &ClauseState) -> Value {
    json!({
        "clause": words::clause(state.clause),
        "state": words::value(words::standing(state.standing)),
        "alarm": state.missed > 0,
        "canaries": state.canaries,
        "missed": state.missed,
        "played_at": words::rfc3339(state.played_at.as_ref()),
        "note": words::text(&state.note),
        "objected_at": words::rfc3339(state.objected_at.as_ref()),
        "objected_reason": words::text(&state.objected_reason),
    })
}
