//! A value of a scenario that is another one in each case, wherever it stands.

use serde_json::{Map, Value};

/// The value, and how others are made of it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Base {
    pub(super) value: Value,
    pub(super) form: Form,
}

/// How another value is made of one: what a name may look like is up to the contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// `tx-1` becomes `tx-1-7`.
    Suffix,
    /// `tx1` becomes `tx1000007`.
    Digits,
    /// `tx-0001` becomes `tx-0007`: the digits at its end are replaced.
    Number,
    /// 4711 becomes 4718.
    Plus,
}

impl Form {
    pub(super) const ALL: [Self; 4] = [Self::Suffix, Self::Digits, Self::Number, Self::Plus];

    /// True for values that it can be made of.
    pub(super) const fn fits(self, value: &Value) -> bool {
        match self {
            Self::Suffix | Self::Digits | Self::Number => matches!(value, Value::String(_)),
            Self::Plus => matches!(value, Value::Number(_)),
        }
    }

    fn made_of(self, value: &Value, number: u64) -> Value {
        match (self, value) {
            (Self::Suffix, Value::String(text)) => format!("{text}-{number}").into(),
            (Self::Digits, Value::String(text)) => format!("{text}{number:06}").into(),
            (Self::Number, Value::String(text)) => {
                let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
                let width = text.len().saturating_sub(stem.len());
                format!("{stem}{number:0width$}").into()
            }
            (Self::Plus, Value::Number(one)) => {
                one.as_u64().map_or_else(|| value.clone(), |one| one.saturating_add(number).into())
            }
            (_, other) => other.clone(),
        }
    }
}

/// A value in which every base is what it is in the case of this number.
pub(super) fn swapped(value: &Value, bases: &[Base], number: u64) -> Value {
    if let Some(base) = bases.iter().find(|base| base.value == *value) {
        return base.form.made_of(&base.value, number);
    }
    match value {
        Value::Array(items) => items.iter().map(|item| swapped(item, bases, number)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), swapped(value, bases, number)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
