//! The wire's numbers as words: enum values, times, spans and amounts, the same in every table and object.

use jiff::Timestamp;
use remit_core::Money;
use remit_proto::v1;
use serde_json::Value;

use crate::cli::{paint::Tone, table::Cell};

#[cfg(test)]
mod tests;

/// The word of an enum value: `ACTION_STATUS_IN_DOUBT` is `in_doubt`. A number that this program does not know
/// yet stays a number, so that a newer control plane is never misread.
fn word<E>(number: i32, prefix: &str, name: impl FnOnce(E) -> &'static str) -> String
where
    E: TryFrom<i32>,
{
    match E::try_from(number) {
        Ok(value) => {
            let name = name(value);
            name.strip_prefix(prefix).unwrap_or(name).to_lowercase()
        }
        Err(_) => format!("unknown_{number}"),
    }
}

/// `none`, `read`, `draft`, `recommend`, `execute`.
#[must_use]
pub fn level(number: i32) -> String {
    word(number, "LEVEL_", |value: v1::Level| value.as_str_name())
}

/// `identity`, `scope`, `evidence`, `policy`, `tooling`, `cost`, `recovery`.
#[must_use]
pub fn clause(number: i32) -> String {
    word(number, "CLAUSE_", |value: v1::Clause| value.as_str_name())
}

/// `admit`, `escalate`, `throttle`, `deny`, `stop`.
#[must_use]
pub fn outcome(number: i32) -> String {
    word(number, "OUTCOME_", |value: v1::Outcome| value.as_str_name())
}

/// `proposed`, `held`, `succeeded`, `in_doubt`, …
#[must_use]
pub fn action_status(number: i32) -> String {
    word(number, "ACTION_STATUS_", |value: v1::ActionStatus| value.as_str_name())
}

/// `pending`, `approved`, `denied`, `lapsed`, `voided`.
#[must_use]
pub fn escalation_status(number: i32) -> String {
    word(number, "ESCALATION_STATUS_", |value: v1::EscalationStatus| value.as_str_name())
}

/// `enforced`, `not_exercised`, `off`.
#[must_use]
pub fn standing(number: i32) -> String {
    word(number, "CLAUSE_STANDING_", |value: v1::ClauseStanding| value.as_str_name())
}

/// `happened`, `did_not_happen`.
#[must_use]
pub fn verdict(number: i32) -> String {
    word(number, "VERDICT_", |value: v1::Verdict| value.as_str_name())
}

/// So many times.
#[must_use]
pub fn times(count: u32) -> String {
    match count {
        0 => "never by the control plane".to_owned(),
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

/// `finish`, `cancel`.
#[must_use]
pub fn switch_mode(number: i32) -> String {
    word(number, "SWITCH_MODE_", |value: v1::SwitchMode| value.as_str_name())
}

/// `may_finish`, `will_not_be_sent`, `cancelled`, `in_doubt`, `ended`.
#[must_use]
pub fn fate(number: i32) -> String {
    word(number, "", |value: v1::in_flight::Fate| value.as_str_name())
}

/// `open`, `completed`, `stopped`, `rolling_back`, `rolled_back`.
#[must_use]
pub fn run_status(number: i32) -> String {
    word(number, "RUN_STATUS_", |value: v1::RunStatus| value.as_str_name())
}

/// `compensate`, `irreversible`, `in_doubt`, …
#[must_use]
pub fn step_kind(number: i32) -> String {
    word(number, "KIND_", |value: v1::rollback_step::Kind| value.as_str_name())
}

/// The value for JSON: `null` when nothing was said.
#[must_use]
pub fn value(word: String) -> Value {
    if word.is_empty() || word == "unspecified" { Value::Null } else { Value::String(word) }
}

/// The text for JSON: `null` when it is empty.
#[must_use]
pub fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) }
}

/// A word in a table, in the tone of what it says; empty when nothing was said.
#[must_use]
pub fn cell(word: &str) -> Cell {
    let tone = match word {
        "unspecified" => return Cell::new(""),
        "admit" | "approved" | "succeeded" | "completed" | "execute" => Tone::Good,
        "escalate" | "throttle" | "held" | "pending" | "draft" | "rolling_back" | "running" => Tone::Warn,
        "deny" | "stop" | "denied" | "failed" | "in_doubt" | "stopped" | "none" | "irreversible" => Tone::Bad,
        "lapsed" | "voided" | "undone" | "rolled_back" | "already_undone" => Tone::Dim,
        _ => Tone::Plain,
    };
    Cell::new(word).tone(tone)
}

/// The moment, when there is one and it is one.
fn moment(at: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    at.and_then(|at| Timestamp::new(at.seconds, at.nanos).ok())
}

/// RFC 3339 for JSON, `null` when absent.
#[must_use]
pub fn rfc3339(at: Option<&prost_types::Timestamp>) -> Value {
    moment(at).map_or(Value::Null, |at| Value::String(at.to_string()))
}

/// `2026-11-23 04:05:37Z` for people, `-` when absent.
#[must_use]
pub fn clock(at: Option<&prost_types::Timestamp>) -> String {
    moment(at).map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// `04:05:37.123` (UTC) for a line that is one of many.
#[must_use]
pub fn time_of_day(at: Option<&prost_types::Timestamp>) -> String {
    moment(at).map_or_else(|| "-".to_owned(), |at| at.strftime("%H:%M:%S%.3f").to_string())
}

/// `17:40` (UTC), within the day; `-` when absent.
#[must_use]
pub fn minute(at: Option<&prost_types::Timestamp>) -> String {
    moment(at).map_or_else(|| "-".to_owned(), |at| at.strftime("%H:%M").to_string())
}

/// How long ago: `42s`, `3m`, `5h`, `12d`; `-` when absent.
#[must_use]
pub fn age(at: Option<&prost_types::Timestamp>, now: Timestamp) -> String {
    moment(at).map_or_else(|| "-".to_owned(), |at| span(now.as_second().saturating_sub(at.as_second())))
}

/// How long until: `in 42s`, or `over`; `-` when absent.
#[must_use]
pub fn until(at: Option<&prost_types::Timestamp>, now: Timestamp) -> String {
    moment(at).map_or_else(
        || "-".to_owned(),
        |at| {
            let left = at.as_second().saturating_sub(now.as_second());
            if 0 < left { format!("in {}", span(left)) } else { "over".to_owned() }
        },
    )
}

/// How long ago: `42s ago`, or `never`.
#[must_use]
pub fn since(at: Option<&prost_types::Timestamp>, now: Timestamp) -> String {
    moment(at).map_or_else(
        || "never".to_owned(),
        |at| format!("{} ago", span(now.as_second().saturating_sub(at.as_second()))),
    )
}

/// How long until then, or how long it is over; `-` when absent.
pub(crate) fn span_until(at: Option<&prost_types::Timestamp>, now: Timestamp) -> Result<String, String> {
    let Some(at) = moment(at) else { return Ok("-".to_owned()) };
    let left = at.as_second().saturating_sub(now.as_second());
    if 0 < left { Ok(span(left)) } else { Err(span(left.saturating_neg())) }
}

/// Seconds in the largest unit that leaves at least two of it.
fn span(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..=119 => format!("{s}s"),
        s @ 120..=7_199 => format!("{}m", s / 60),
        s @ 7_200..=172_799 => format!("{}h", s / 3_600),
        s => format!("{}d", s / 86_400),
    }
}

/// Milliseconds: `850ms`, `12.5s`, `5m`.
#[must_use]
pub fn millis(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms}ms"),
        1_000..120_000 => format!("{}.{}s", ms / 1_000, ms % 1_000 / 100),
        _ => span(i64::try_from(ms / 1_000).unwrap_or(i64::MAX)),
    }
}

/// Microseconds as milliseconds: `3.214 ms`.
#[must_use]
pub fn micros_as_ms(us: u64) -> String {
    format!("{}.{:03} ms", us / 1_000, us % 1_000)
}

/// Micro-units as units: `0.25`, `0.000200`.
#[must_use]
pub fn money(micros: u64) -> String {
    Money::from_micros(micros).to_string()
}

/// The end of an id that people type: its last eight characters.
#[must_use]
pub fn short(id: &str) -> &str {
    id.char_indices().rev().nth(7).and_then(|(at, _)| id.get(at..)).unwrap_or(id)
}
