//! The words of JSON Schema. The standard ignores unknown ones, so a misspelt limit would limit nothing.

use std::collections::BTreeSet;

use crate::{
    problem::{Problems, nearest},
    yaml::{Entry, Kind, Node},
};

/// Words that hold a schema.
const SCHEMA: [&str; 11] = [
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Words that hold a list of schemas.
const SCHEMAS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

/// Words that hold schemas by name.
const NAMED_SCHEMAS: [&str; 4] = ["$defs", "dependentSchemas", "patternProperties", "properties"];

/// Words that hold something else.
const OTHER: [&str; 38] = [
    "$anchor",
    "$comment",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$ref",
    "$schema",
    "$vocabulary",
    "const",
    "contentEncoding",
    "contentMediaType",
    "default",
    "dependentRequired",
    "deprecated",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
];

/// Notes every word that is none of the standard's. How many stand elsewhere than in the schema of one parameter, and
/// in the schemas of which parameters there are some.
pub(super) fn check(schema: &Node, problems: &Problems) -> (usize, BTreeSet<String>) {
    let mut unknown = Vec::new();
    collect(schema, &mut unknown);
    for entry in &unknown {
        let words = OTHER.into_iter().chain(SCHEMA).chain(SCHEMAS).chain(NAMED_SCHEMAS);
        let remedy = match nearest(&entry.key, words) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "remove it: the standard would ignore it, and nothing would be checked".to_owned(),
        };
        problems.note::<()>(entry.place, format!("JSON Schema has no word `{}`", entry.key), remedy);
    }
    let parameters = match schema.key("properties").map(|node| &node.kind) {
        Some(Kind::Map(parameters)) => parameters.as_slice(),
        Some(Kind::List(_) | Kind::Scalar { .. }) | None => &[],
    };
    let (mut elsewhere, mut lost) = (unknown.len(), BTreeSet::new());
    for parameter in parameters {
        let mut inside = Vec::new();
        collect(&parameter.value, &mut inside);
        elsewhere = elsewhere.saturating_sub(inside.len());
        if !inside.is_empty() {
            lost.insert(parameter.key.clone());
        }
    }
    (elsewhere, lost)
}

/// Walks schemas only: below `default`, `enum` or `const` any key is a value's own.
fn collect<'a>(schema: &'a Node, unknown: &mut Vec<&'a Entry>) {
    // Booleans are schemas too, and what else is none the compiler says.
    let Kind::Map(entries) = &schema.kind else { return };
    for entry in entries {
        let word = entry.key.as_str();
        match &entry.value.kind {
            _ if OTHER.contains(&word) => {}
            _ if SCHEMA.contains(&word) => collect(&entry.value, unknown),
            Kind::List(schemas) if SCHEMAS.contains(&word) => {
                schemas.iter().for_each(|schema| collect(schema, unknown));
            }
            Kind::Map(named) if NAMED_SCHEMAS.contains(&word) => {
                named.iter().for_each(|named| collect(&named.value, unknown));
            }
            // The compiler says what is wrong with a known word that holds something else.
            _ if SCHEMAS.contains(&word) || NAMED_SCHEMAS.contains(&word) => {}
            Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => unknown.push(entry),
        }
    }
}
