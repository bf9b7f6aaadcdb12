//! What can be asked about the rows of the wire.

use prost_types::Timestamp;

use crate::field::{Field, Kind, Row, Value};

mod action;
mod audit;
mod escalation;
mod trace;

/// What an action can be; the position is its number on the wire.
const STATUSES: &[&str] = &[
    "",
    "proposed",
    "denied",
    "held",
    "lapsed",
    "approved",
    "admitted",
    "running",
    "succeeded",
    "failed",
    "in_doubt",
    "undone",
];

/// What a decision can say.
const OUTCOMES: &[&str] = &["", "admit", "escalate", "throttle", "deny", "stop"];

/// The word at a number of the wire.
fn word(words: &'static [&'static str], number: i32) -> Value<'static> {
    usize::try_from(number)
        .ok()
        .and_then(|number| words.get(number))
        .map_or(Value::Null, |word| Value::Text(word))
}

fn millis(at: Option<&Timestamp>) -> Option<i64> {
    let at = at?;
    Some(at.seconds.saturating_mul(1_000).saturating_add(i64::from(at.nanos / 1_000_000)))
}

fn time(at: Option<&Timestamp>) -> Value<'_> {
    millis(at).map_or(Value::Null, Value::Millis)
}

/// Rows of a page that are looked at as texts only.
#[derive(Debug)]
pub struct Texts;

impl Row for Texts {
    fn fields() -> &'static [Field<Self>] {
        &[]
    }
}

const fn field<R>(
    name: &'static str,
    kind: Kind,
    about: &'static str,
    get: for<'a> fn(&'a R, i64) -> Value<'a>,
) -> Field<R> {
    Field { name, short: None, kind, about, get }
}

const fn short<R>(
    name: &'static str,
    short: &'static str,
    kind: Kind,
    about: &'static str,
    get: for<'a> fn(&'a R, i64) -> Value<'a>,
) -> Field<R> {
    Field { name, short: Some(short), kind, about, get }
}
