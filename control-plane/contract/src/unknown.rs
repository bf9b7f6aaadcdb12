//! Which read tells what became of a call, how it is made, and what its answer means.

use remit_core::{CanonicalJson, ToolName};
use serde_json::{Map, Value};

use crate::pointer::Pointer;

/// Where a value of the question comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Given {
    /// `params:/p`: the parameters of the call.
    Params(Pointer),
    /// `$key`: the idempotency key that was sent with it.
    Key,
}

impl Given {
    /// How the key is written.
    pub(crate) const KEY: &str = "$key";
}

/// The read that tells what became of a call.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) ask: ToolName,
    pub(crate) with: Vec<(String, Given)>,
    pub(crate) settled: Pointer,
}

impl Query {
    /// The parameters of the question; `None` when the call does not hold what it needs.
    pub(crate) fn params(&self, params: &Value, key: &str) -> Option<CanonicalJson> {
        let value = |given: &Given| match given {
            Given::Params(pointer) => pointer.find(params).cloned(),
            Given::Key => Some(Value::from(key)),
        };
        let with = self.with.iter().map(|(name, given)| Some((name.clone(), value(given)?)));
        let params = with.collect::<Option<Map<String, Value>>>()?;
        CanonicalJson::from_value(&Value::Object(params)).ok()
    }

    /// What the answer says: it happened, or it did not. A list with one element says what the element says, one
    /// without any that it did not happen; anything else that is no object says nothing.
    pub(crate) fn happened(&self, answer: &Value) -> Option<bool> {
        self.answered(answer).map(|found| self.settled.find(found).is_some())
    }

    /// The object that answers; `Some(Null)` for an empty list or nothing.
    pub(crate) fn answered<'a>(&self, answer: &'a Value) -> Option<&'a Value> {
        match answer {
            Value::Object(_) | Value::Null => Some(answer),
            Value::Array(found) => match found.as_slice() {
                [] => Some(&Value::Null),
                [one @ Value::Object(_)] => Some(one),
                [..] => None,
            },
            Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
