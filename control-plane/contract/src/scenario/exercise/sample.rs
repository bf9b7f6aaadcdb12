//! The plainest value that a JSON Schema accepts, as far as types, required fields and smallest sizes go.

use serde_json::{Map, Value};

/// How deep a value is made; deeper, it is null.
const DEEPEST: u8 = 16;

/// A value for the schema. Patterns and conditions are not solved: such a value may not be accepted.
pub(super) fn of(schema: &Value) -> Value {
    made(schema, DEEPEST)
}

fn made(schema: &Value, left: u8) -> Value {
    let Some(left) = left.checked_sub(1) else { return Value::Null };
    let named = |key: &str| schema.get(key);
    let listed = |key: &str| named(key).and_then(Value::as_array).and_then(|all| all.first());
    if let Some(value) =
        named("const").or_else(|| named("default")).or_else(|| listed("enum")).or_else(|| listed("examples"))
    {
        return value.clone();
    }
    let least = |key: &str| named(key).and_then(Value::as_u64).unwrap_or_default();
    let kind = match named("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(kind) => kind.as_str(),
        None => named("properties").map(|_| "object"),
    };
    match kind.unwrap_or("object") {
        "string" => "x".repeat(usize::try_from(least("minLength").max(1)).unwrap_or(1)).into(),
        "integer" | "number" => named("minimum").cloned().unwrap_or_else(|| 1.into()),
        "boolean" => true.into(),
        "null" => Value::Null,
        "array" => {
            let item = named("items").map_or(Value::Null, |items| made(items, left));
            (0..least("minItems")).map(|_| item.clone()).collect()
        }
        _ => {
            let required =
                named("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            let property =
                |name: &str| named("properties").and_then(|all| all.get(name)).unwrap_or(&Value::Null);
            let fields = required.map(|name| (name.to_owned(), made(property(name), left)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
    }
}

/// Lets a value stand at a JSON pointer; objects on the way are made.
pub(super) fn put(into: &mut Value, pointer: &str, value: Value) {
    let mut at = into;
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Some(fields) = at.as_object_mut() else { return };
        at = fields.entry(name).or_insert(Value::Null);
    }
    *at = value;
}
