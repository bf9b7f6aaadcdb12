//! The input schemas of tools: JSON Schema 2020-12, compiled once, with no reference outside of itself.

use jsonschema::{Draft, PatternOptions, Validator};
use remit_core::{Objection, Reason};
use serde_json::{Map, Value};

use crate::{
    problem::Problems,
    value::cut,
    yaml::{Node, to_json},
};

mod words;

/// Longest account of what a parameter violates, in characters.
const MAX_DETAIL: usize = 300;

/// How many violations are named.
const MAX_VIOLATIONS: usize = 3;

/// An input schema, compiled.
#[derive(Debug)]
pub(crate) struct Schema {
    /// As it was written.
    pub(crate) text: Value,
    validator: Validator,
}

impl Schema {
    /// Compiles the schema at a node. Unknown words and formats are refused, since they would check nothing;
    /// patterns run on an engine that takes linear time, since parameters are untrusted.
    pub(crate) fn read(node: &Node, tool: &str, problems: &Problems) -> Option<Self> {
        let text = to_json(node, problems)?;
        let known = words::check(node, problems);
        let built = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .with_pattern_options(PatternOptions::regex())
            .offline()
            .build(&text);
        let validator = match built {
            Ok(validator) => validator,
            Err(error) => {
                let said = error.to_string();
                // What follows is for programmers who call the library.
                let said = said.split(". Adjust configuration").next().unwrap_or_default();
                return problems.note(
                    node.at(error.instance_path().as_str()).place,
                    format!("the input of `{tool}` is not a JSON Schema: {}", cut(said, MAX_DETAIL)),
                    "correct it; the form is JSON Schema 2020-12 with references only into itself",
                );
            }
        };
        known.then_some(Self { text, validator })
    }

    /// True when the parameters conform.
    pub(crate) fn accepts(&self, params: &Value) -> bool {
        self.validator.is_valid(params)
    }

    /// What the parameters violate; `None` when they conform.
    pub(crate) fn objection(&self, params: &Value) -> Option<Objection> {
        if self.accepts(params) {
            return None;
        }
        let violations: Vec<String> = self
            .validator
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

    /// The properties that it declares at its top.
    pub(crate) fn properties(&self) -> Option<&Map<String, Value>> {
        self.text.get("properties").and_then(Value::as_object)
    }

    /// True when it declares the property.
    pub(crate) fn has_property(&self, name: &str) -> bool {
        self.properties().is_some_and(|properties| properties.contains_key(name))
    }

    /// The names that it requires at its top.
    pub(crate) fn required(&self) -> impl Iterator<Item = &str> {
        self.text.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// True when the parameters are an object.
    pub(crate) fn is_object(&self) -> bool {
        self.text.get("type").and_then(Value::as_str) == Some("object")
    }

    /// True when nothing may be sent that it does not declare.
    pub(crate) fn is_closed(&self) -> bool {
        ["additionalProperties", "unevaluatedProperties"]
            .iter()
            .any(|key| self.text.get(key) == Some(&Value::Bool(false)))
    }
}
