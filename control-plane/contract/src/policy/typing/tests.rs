//! What the words of JSON Schema are for a policy.

use serde_json::{Value, json};

use super::Type;

/// The Cedar form of what a property with this schema is.
fn form(schema: &Value) -> String {
    Type::of_schema(schema).to_cedar().to_string()
}

#[test]
fn schemas_have_types() {
    let long = r#"{"type":"Long"}"#;
    let text = r#"{"type":"String"}"#;
    let truth = r#"{"type":"Boolean"}"#;
    let set_of_text = r#"{"type":"Set","element":{"type":"String"}}"#;
    let untyped = r#"{"type":"Entity","name":"Untyped"}"#;
    let table = [
        (json!({ "type": "integer", "minimum": 1 }), long),
        (json!({ "type": "string", "format": "date" }), text),
        (json!({ "type": "boolean" }), truth),
        (json!({ "type": ["string", "null"] }), text),
        (json!({ "enum": ["a", "b"] }), text),
        (json!({ "enum": [1, 2.0, null] }), long),
        (json!({ "const": true }), truth),
        (json!({ "type": "array", "items": { "type": "string" } }), set_of_text),
        (json!({ "$ref": "#/$defs/x", "$defs": { "x": { "type": "integer" } } }), long),
        // Cedar has no fractions, no values of several types and no lists by position.
        (json!({ "type": "number" }), untyped),
        (json!({ "enum": [1.5] }), untyped),
        (json!({ "enum": [1, "a"] }), untyped),
        (json!({ "type": ["string", "integer"] }), untyped),
        (json!({ "type": "array" }), untyped),
        (json!({ "type": "array", "prefixItems": [{}], "items": { "type": "string" } }), untyped),
        (json!({ "anyOf": [{ "type": "string" }] }), untyped),
        (json!({}), untyped),
        (json!(true), untyped),
        (json!({ "$ref": "#" }), untyped),
        (json!({ "$ref": "#/nowhere" }), untyped),
    ];
    for (schema, expected) in table {
        assert_eq!(form(&schema), expected, "{schema}");
    }
}

#[test]
fn what_may_be_null_or_absent_is_not_required() {
    let schema = json!({
        "type": "object", "required": ["a", "b"],
        "properties": { "a": { "type": "string" }, "b": { "type": ["string", "null"] }, "c": { "type": "string" } },
    });
    let Type::Record(attributes) = Type::of_schema(&schema) else { panic!("an object") };
    let required: Vec<_> = attributes.iter().map(|(name, it)| (name.as_str(), it.required)).collect();
    assert_eq!(required, [("a", true), ("b", false), ("c", false)]);
}

#[test]
fn values_fit_their_types() {
    let set = Type::Set(Box::new(Type::Text));
    let record = Type::of_schema(&json!({ "type": "object", "properties": { "n": { "type": "integer" } } }));
    let table = [
        (Type::Long, json!(5), true),
        (Type::Long, json!(5.0), true),
        (Type::Long, json!(5.5), false),
        (Type::Long, json!("5"), false),
        (Type::Text, json!("5"), true),
        (Type::Text, json!(["5"]), false),
        (Type::Bool, json!(1), false),
        (Type::Bool, json!(null), true),
        (set.clone(), json!(["a"]), true),
        (set.clone(), json!(["a", 1]), false),
        (set, json!("a"), false),
        (record.clone(), json!({ "n": 1, "more": "x" }), true),
        (record.clone(), json!({ "n": "x" }), false),
        (record, json!([]), false),
        (Type::Open, json!([1, "a"]), true),
    ];
    for (of, value, expected) in table {
        assert_eq!(of.fits(&value), expected, "{of:?} {value}");
    }
}
