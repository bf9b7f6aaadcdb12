//! JSON values compared by meaning and shown in bounded length.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde_json::Value;

/// Longest value in a finding, in characters.
const MAX_SHOWN: usize = 80;

/// True when two values mean the same: `5` is `5.0`, which have the same canonical form.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        (left, right) => left == right,
    }
}

/// A number exactly as it was written, also where a text holds it: amounts travel as both.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
}

/// A value for a finding.
pub(crate) fn shown(value: Option<&Value>) -> Cow<'static, str> {
    match value {
        None => Cow::Borrowed("nothing"),
        Some(value) => Cow::Owned(cut(&value.to_string(), MAX_SHOWN)),
    }
}

/// Text of at most so many characters.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Text on one line: what would begin another one, move the cursor or turn the direction of reading is shown as
/// its escape, so that no value can pass for a line of its own.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_invisible(letter) {
            line.extend(letter.escape_debug());
        } else {
            line.push(letter);
        }
    }
    line
}

/// True for what nobody would see as it is.
pub(crate) fn is_invisible(letter: char) -> bool {
    let mut escaped = letter.escape_debug();
    letter != '\\' && escaped.next() == Some('\\') && !matches!(letter, '"' | '\'')
}
