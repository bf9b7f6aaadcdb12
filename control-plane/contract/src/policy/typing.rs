//! The types that policies know, and what a JSON Schema is in them.
//!
//! What a schema leaves open has no such type. It can be asked for with `has`, and nothing else can be done
//! with it: a comparison that means something only for some values would be a rule that sleeps.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// How deep schemas are followed, references included.
const MAX_DEPTH: usize = 16;

/// The Cedar entity type that stands for what has no type: it compares with nothing.
pub(super) const UNTYPED: &str = "Untyped";

/// What a value is for a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Type {
    Bool,
    /// A whole number.
    Long,
    Text,
    Set(Box<Self>),
    Record(BTreeMap<String, Attribute>),
    /// Not said by any schema: what the policies take it for.
    Open,
    /// One of the names that a contract has of something: a misspelt one is found when the contract is checked.
    Name(&'static str),
    /// No type that policies know.
    Untyped,
}

/// One attribute of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Attribute {
    pub(crate) of: Type,
    /// False when it may be absent.
    pub(crate) required: bool,
}

impl Type {
    /// What the values are that a JSON Schema accepts.
    pub(crate) fn of_schema(schema: &Value) -> Self {
        read(schema, schema, MAX_DEPTH).of
    }

    /// The attribute at the end of a path.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        match (path, self) {
            ([], found) => Some(found),
            ([name, rest @ ..], Self::Record(attributes)) => attributes.get(*name)?.of.at(rest),
            _ => None,
        }
    }

    /// The same, to be written.
    pub(crate) fn at_mut(&mut self, path: &[&str]) -> Option<&mut Self> {
        match (path, self) {
            ([], found) => Some(found),
            ([name, rest @ ..], Self::Record(attributes)) => attributes.get_mut(*name)?.of.at_mut(rest),
            _ => None,
        }
    }

    /// The names of its attributes.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let attributes = match self {
            Self::Record(attributes) => Some(attributes),
            Self::Bool
            | Self::Long
            | Self::Text
            | Self::Set(_)
            | Self::Name(_)
            | Self::Open
            | Self::Untyped => None,
        };
        attributes.into_iter().flat_map(|attributes| attributes.keys().map(String::as_str))
    }

    /// True when the value is what the policies take it for. A null is an absence, which is not judged here.
    pub(crate) fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Untyped | Self::Open, _)
            | (_, Value::Null)
            | (Self::Bool, Value::Bool(_))
            | (Self::Text, Value::String(_)) => true,
            (Self::Long, Value::Number(number)) => super::context::whole(number).is_some(),
            (Self::Set(of), Value::Array(items)) => items.iter().all(|item| of.fits(item)),
            (Self::Record(attributes), Value::Object(fields)) => attributes
                .iter()
                .all(|(name, attribute)| fields.get(name).is_none_or(|value| attribute.of.fits(value))),
            _ => false,
        }
    }

    /// For people: what is expected.
    pub(crate) fn words(&self) -> &'static str {
        match self {
            Self::Bool => "a truth value",
            Self::Long => "a whole number",
            Self::Text => "text",
            Self::Set(_) => "a list of such values",
            Self::Record(_) => "an object",
            Self::Name(_) => "a name of the contract",
            Self::Open | Self::Untyped => "any value",
        }
    }

    /// The type in the JSON form of a Cedar schema.
    pub(super) fn to_cedar(&self) -> Value {
        match self {
            Self::Bool => json!({ "type": "Boolean" }),
            Self::Long => json!({ "type": "Long" }),
            // What no policy takes for something in particular may be anything.
            Self::Text | Self::Open => json!({ "type": "String" }),
            Self::Set(of) => json!({ "type": "Set", "element": of.to_cedar() }),
            Self::Name(of) => json!({ "type": "Entity", "name": of }),
            Self::Untyped => json!({ "type": "Entity", "name": UNTYPED }),
            Self::Record(attributes) => {
                let attributes: Map<String, Value> = attributes
                    .iter()
                    .map(|(name, attribute)| {
                        let mut of = attribute.of.to_cedar();
                        if let Value::Object(of) = &mut of {
                            of.insert("required".to_owned(), attribute.required.into());
                        }
                        (name.clone(), of)
                    })
                    .collect();
                json!({ "type": "Record", "attributes": attributes })
            }
        }
    }
}

/// What a schema says, and whether null, which is an absence, is accepted too.
struct Said {
    of: Type,
    nullable: bool,
}

const UNSAID: Said = Said { of: Type::Untyped, nullable: true };

fn read(root: &Value, schema: &Value, depth: usize) -> Said {
    let Some(depth) = depth.checked_sub(1) else { return UNSAID };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return target.map_or(UNSAID, |target| read(root, target, depth));
    }
    let kinds = kinds(schema);
    let nullable = kinds.contains(&"null");
    let mut rest = kinds.into_iter().filter(|kind| *kind != "null");
    let of = match (rest.next(), rest.next()) {
        (Some(kind), None) => one(root, schema, kind, depth),
        (None | Some(_), _) => Type::Untyped,
    };
    Said { of, nullable }
}

/// The kinds of JSON that a schema accepts; none when it does not say so in one place.
fn kinds(schema: &Value) -> Vec<&str> {
    let mut kinds: Vec<&str> = match (schema.get("type"), schema.get("enum"), schema.get("const")) {
        (Some(Value::String(kind)), ..) => vec![kind],
        (Some(Value::Array(kinds)), ..) => kinds.iter().filter_map(Value::as_str).collect(),
        (None, Some(Value::Array(values)), _) => values.iter().map(kind).collect(),
        (None, None, Some(value)) => vec![kind(value)],
        _ => Vec::new(),
    };
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Number(number) if super::context::whole(number).is_some() => "integer",
        Value::Number(_) => "number",
    }
}

fn one(root: &Value, schema: &Value, kind: &str, depth: usize) -> Type {
    match kind {
        "boolean" => Type::Bool,
        "integer" => Type::Long,
        "string" => Type::Text,
        "array" if schema.get("prefixItems").is_none() => match schema.get("items") {
            Some(items) => Type::Set(Box::new(read(root, items, depth).of)),
            None => Type::Untyped,
        },
        "object" => {
            let required: Vec<&str> = schema
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let properties = schema.get("properties").and_then(Value::as_object);
            let attributes = properties.into_iter().flatten().map(|(name, schema)| {
                let said = read(root, schema, depth);
                let required = required.contains(&name.as_str()) && !said.nullable;
                (name.clone(), Attribute { of: said.of, required })
            });
            Type::Record(attributes.collect())
        }
        // Numbers with fractions: Cedar has none.
        _ => Type::Untyped,
    }
}

#[cfg(test)]
mod tests;
