//! A value of a scenario that is another one in each case, wherever it stands.

use remit_core::{Assertion, CanonicalJson, event::Settlement};
use serde_json::{Map, Value};

use super::suite::Given;

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

/// What is given, with every value in it that was seen or is declared changed so; nothing where one is no JSON any more.
pub(super) fn given(given: &Given, change: impl Fn(&Value) -> Value) -> Option<Given> {
    let text = |json: &CanonicalJson| CanonicalJson::from_value(&change(&json.value())).ok();
    let mut other = given.clone();
    for (_, params) in &mut other.reads {
        *params = change(params);
    }
    for reply in other.tools.values_mut().flatten() {
        reply.with = change(&reply.with);
        if let Settlement::Succeeded { result } = &mut reply.ending.settlement {
            *result = text(result)?;
        }
    }
    if let Some(request) = other.declared.as_mut().and_then(|declared| declared.request.as_mut()) {
        *request = text(request)?;
    }
    other.asserts = said(other.asserts.as_deref(), change)?;
    Some(other)
}

/// What the service says itself, likewise.
pub(super) fn said(
    said: Option<&[Assertion]>,
    change: impl Fn(&Value) -> Value,
) -> Option<Option<Vec<Assertion>>> {
    let Some(said) = said else { return Some(None) };
    let changed = said.iter().map(|it| {
        let content = CanonicalJson::from_value(&change(&it.content.value())).ok()?;
        let source = change(&Value::from(it.source.as_str()));
        let source = source.as_str().and_then(|text| text.parse().ok())?;
        Some(Assertion { content, source, ..it.clone() })
    });
    changed.collect::<Option<Vec<_>>>().map(Some)
}
