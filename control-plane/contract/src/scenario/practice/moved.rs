//! Moments in a scenario's values, moved to when it is played: what was paid an hour before is so again.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::{Map, Value};

/// The value with every text that is a moment (RFC 3339) or a date moved by so many microseconds, in whole seconds and
/// whole days. What cannot be moved stays.
pub(super) fn moved(value: &Value, by_us: i64) -> Value {
    match value {
        Value::String(text) => Value::String(moment(text, by_us).unwrap_or_else(|| text.clone())),
        Value::Array(items) => items.iter().map(|item| moved(item, by_us)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), moved(value, by_us)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn moment(text: &str, by_us: i64) -> Option<String> {
    let seconds = by_us.div_euclid(1_000_000);
    if text.len() == "2026-03-02".len() {
        let days = SignedDuration::from_hours(seconds.div_euclid(86_400).checked_mul(24)?);
        return Some(text.parse::<Date>().ok()?.checked_add(days).ok()?.to_string());
    }
    // Longer than a date and shorter than a sentence: other texts are not even looked at.
    if !(20..=35).contains(&text.len()) || text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let by = SignedDuration::from_secs(seconds);
    Some(text.parse::<Timestamp>().ok()?.checked_add(by).ok()?.to_string())
}
