//! The input and output schemas of tools: JSON Schema 2020-12, compiled once, with no reference outside of itself.

use std::collections::BTreeSet;

use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use remit_core::{Objection, Reason};
use serde_json::{Map, Value};

use crate::{
    problem::Problems,
    value::cut,
    yaml::{Node, to_json},
};

mod words;

/// Without what is said of one parameter.
fn let_go(schema: &mut Value, parameter: &str) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    if let Some(said) = properties.and_then(|properties| properties.get_mut(parameter)) {
        *said = Value::Bool(true);
    }
}

fn build(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_pattern_options(PatternOptions::regex())
        .offline()
        .build(schema)
}

/// Longest account of what a parameter violates, in characters.
const MAX_DETAIL: usize = 300;

/// How many violations are named.
const MAX_VIOLATIONS: usize = 3;

/// A schema, compiled.
#[derive(Debug)]
pub(crate) struct Schema {
    /// As it was written.
    pub(crate) text: Value,
    validator: Validator,
    /// Parameters of which the schema says wrongly what they are; the text takes anything for them.
    pub(crate) lost: BTreeSet<String>,
}

impl Schema {
    /// Compiles the schema at a node. Unknown words and formats are refused, since they would check nothing;
    /// patterns run on an engine that takes linear time, since parameters are untrusted.
    pub(crate) fn read(node: &Node, what: &str, problems: &Problems) -> Option<Self> {
        let mut text = to_json(node, problems)?;
        let (unknown, mut lost) = words::check(node, problems);
        let mut known = unknown == 0;
        loop {
            lost.iter().for_each(|name| let_go(&mut text, name));
            let error = match build(&text) {
                Ok(validator) => return known.then_some(Self { text, validator, lost }),
                Err(error) => error,
            };
            let (said, path) = (error.to_string(), error.instance_path().as_str());
            // What follows is for programmers who call the library.
            let said = said.split(". Adjust configuration").next().unwrap_or_default();
            problems.note::<()>(
                node.at(path).place,
                format!("{what} is not a JSON Schema: {}", cut(said, MAX_DETAIL)),
                "correct it; the form is JSON Schema 2020-12 with references only into itself",
            );
            // The library tells of the first error only: without that parameter it tells of the next one.
            let parameter = path.strip_prefix("/properties/").and_then(|rest| rest.split('/').next());
            let parameter = parameter.map(|name| name.replace("~1", "/").replace("~0", "~"));
            known = known && parameter.is_some();
            let news = parameter.is_some_and(|parameter| lost.insert(parameter));
            if !news {
                return None;
            }
        }
    }

    /// A schema of our own.
    pub(crate) fn of(text: Value) -> Option<Self> {
        let validator = build(&text).ok()?;
        Some(Self { text, validator, lost: BTreeSet::new() })
    }

    /// True when the parameters conform.
    pub(crate) fn accepts(&self, params: &Value) -> bool {
        self.validator.is_valid(params)
    }

    /// What the parameters violate; `None` when they conform.
    pub(crate) fn objection(&self, params: &Value) -> Option<Objection> {
        let violations = self.violations(params, "the parameters")?;
        Some(Objection::new(Reason::ParametersInvalid, violations))
    }

    /// What a value violates, in words that call all of it `whole`; `None` when it conforms.
    pub(crate) fn violations(&self, value: &Value, whole: &str) -> Option<String> {
        if self.accepts(value) {
            return None;
        }
        let violations: Vec<String> = self
            .validator
            .iter_errors(value)
            .take(MAX_VIOLATIONS)
            .map(|error| {
                let path = error.instance_path().as_str();
                let place = if path.is_empty() { whole.to_owned() } else { format!("`{path}`") };
                cut(&format!("{place}: {error}"), MAX_DETAIL)
            })
            .collect();
        Some(violations.join("; "))
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
