//! JSON values as Cedar values, built directly.
//!
//! Cedar knows whole numbers, text, truth values, sets and records. What it does not know must not
//! turn a rule off: a number with a fraction becomes text, so that comparing it is an error (which
//! denies) and not a silent absence. JSON's null is an absence.

use cedar_policy::RestrictedExpression;
use serde_json::{Map, Value};

use super::sight::Keys;

/// Largest whole number that a double holds exactly; JSON numbers beyond it were refused at the door.
const MAX_WHOLE: f64 = 9_007_199_254_740_991.0;

/// What stands for a value that is no object where a record is needed.
const RECORD_ROOT: &str = "value";

/// A value as a record of the attributes that are shown; what is no object becomes the attribute
/// [`RECORD_ROOT`].
pub(super) fn record(value: &Value, keys: &Keys) -> Option<RestrictedExpression> {
    match value {
        Value::Object(fields) => object(fields, keys),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            let inner = expression(value).map(|inner| (RECORD_ROOT.to_owned(), inner));
            RestrictedExpression::new_record(inner).ok()
        }
    }
}

fn object(fields: &Map<String, Value>, keys: &Keys) -> Option<RestrictedExpression> {
    let shown = fields.iter().filter(|(key, _)| keys.shows(key));
    let fields = shown.filter_map(|(key, value)| Some((key.clone(), expression(value)?)));
    // Keys of a map are distinct, the only thing that a record can object to.
    RestrictedExpression::new_record(fields).ok()
}

/// `None` for null.
fn expression(value: &Value) -> Option<RestrictedExpression> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(truth) => RestrictedExpression::new_bool(*truth),
        Value::String(text) => RestrictedExpression::new_string(text.clone()),
        Value::Number(number) => match whole(number) {
            Some(number) => RestrictedExpression::new_long(number),
            None => RestrictedExpression::new_string(number.to_string()),
        },
        Value::Array(items) => RestrictedExpression::new_set(items.iter().filter_map(expression)),
        Value::Object(fields) => return object(fields, &Keys::All),
    })
}

/// The number when it is whole: `5`, and `5.0`, which has the same canonical form.
pub(super) fn whole(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        if float.fract() == 0.0 && float.abs() <= MAX_WHOLE {
            format!("{float:.0}").parse().ok()
        } else {
            None
        }
    })
}
