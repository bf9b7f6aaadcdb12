//! The read that stands in for another read when its tool does not answer, and with which parameters.

use remit_core::ToolName;
use serde_json::{Map, Value};

use crate::pointer::Pointer;

/// How the other call is made.
#[derive(Clone, Debug)]
pub(crate) struct Instead {
    pub(crate) tool: ToolName,
    /// Where its parameters come from in those of the first call; `None` for the very same ones.
    pub(crate) with: Option<Vec<(String, Pointer)>>,
}

impl Instead {
    /// What the first call does not hold is left out.
    pub(crate) fn params(&self, params: &Value) -> Value {
        let Some(with) = &self.with else { return params.clone() };
        let given = with.iter().filter_map(|(name, from)| Some((name.clone(), from.find(params)?.clone())));
        Value::Object(given.collect::<Map<String, Value>>())
    }
}
