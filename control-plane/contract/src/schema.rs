//! The input schemas of tools: JSON Schema 2020-12, compiled once, with no reference outside of itself.

use jsonschema::{Draft, PatternOptions, Validator};
use remit_core::{Objection, Reason};
use serde_json::{Map, Value};

use crate::value::cut;

/// Longest account of what a parameter violates, in characters.
const MAX_DETAIL: usize = 300;

/// How many violations are named.
const MAX_VIOLATIONS: usize = 3;

/// Compiles a schema. Unknown formats are refused, since they would check nothing; patterns run on an
/// engine that takes linear time, since parameters are untrusted.
///
/// # Errors
/// What is wrong with the schema.
pub(crate) fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_pattern_options(PatternOptions::regex())
        .offline()
        .build(schema)
        .map_err(|error| {
            let path = error.instance_path().as_str();
            let at = if path.is_empty() { String::new() } else { format!(" (at `{path}`)") };
            cut(&format!("{error}{at}"), MAX_DETAIL)
        })
}

/// What the parameters violate; `None` when they conform.
pub(crate) fn objection(validator: &Validator, params: &Value) -> Option<Objection> {
    if validator.is_valid(params) {
        return None;
    }
    let violations: Vec<String> = validator
        .iter_errors(params)
        .take(MAX_VIOLATIONS)
        .map(|error| {
            let path = error.instance_path().as_str();
            let place = if path.is_empty() { "the parameters".to_owned() } else { format!("`{path}`") };
            cut(&format!("{place}: {error}"), MAX_DETAIL)
        })
        .collect();
    Some(Objection::new(Reason::ParametersInvalid, violations.join("; ")))
}

/// The properties that the schema declares at its top.
pub(crate) fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object)
}

/// True when the schema declares the property.
pub(crate) fn has_property(schema: &Value, name: &str) -> bool {
    properties(schema).is_some_and(|properties| properties.contains_key(name))
}

/// The names that the schema requires at its top.
pub(crate) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// True when nothing may be sent that the schema does not declare.
pub(crate) fn is_closed(schema: &Value) -> bool {
    ["additionalProperties", "unevaluatedProperties"]
        .iter()
        .any(|key| schema.get(key) == Some(&Value::Bool(false)))
}
