//! JSON at the door: parsed once and strictly, kept in its canonical form (RFC 8785) with its digest.
//!
//! What is judged, what is shown and what is sent are the same bytes: a second parser never gets a
//! second opinion. So duplicate keys, depth over 64 and numbers that a double cannot hold exactly
//! are refused here.

use std::{fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value, value::RawValue};

use crate::Digest;

/// Deepest nesting that is accepted.
pub const MAX_DEPTH: u8 = 64;

/// Largest whole number that every JSON reader agrees on (RFC 8785 §3.2.2.3, IEEE 754).
const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;

/// Why a text is not acceptable JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidJson(String);

/// A JSON value in canonical form, with its digest. Cheap to clone.
#[derive(Clone)]
pub struct CanonicalJson {
    /// Known to be JSON, so that it is written into records as it stands.
    text: Arc<RawValue>,
    digest: Digest,
}

impl PartialEq for CanonicalJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for CanonicalJson {}

impl CanonicalJson {
    /// Parses strictly and canonicalises.
    ///
    /// # Errors
    /// Says what is wrong and where: syntax, a duplicate key, depth over [`MAX_DEPTH`], a number that
    /// does not survive.
    pub fn parse(text: &str) -> Result<(Self, Value), InvalidJson> {
        let value = parse_strict(text)?;
        Ok((Self::from_value(&value)?, value))
    }

    /// Canonicalises a value that is already parsed.
    ///
    /// # Errors
    /// When a number cannot be written canonically.
    pub fn from_value(value: &Value) -> Result<Self, InvalidJson> {
        Self::write(value, is_plain(value))
    }

    /// The object that has these members, whose names are distinct, without a copy of them.
    ///
    /// # Errors
    /// As [`CanonicalJson::from_value`].
    pub fn from_members(members: &[(&str, &Value)]) -> Result<Self, InvalidJson> {
        let is_plain = members.is_sorted_by_key(|(name, _)| *name)
            && members.iter().all(|(name, value)| name.is_ascii() && is_plain(value));
        Self::write(&Members(members), is_plain)
    }

    fn write(value: &impl Serialize, is_plain: bool) -> Result<Self, InvalidJson> {
        let text = if is_plain {
            serde_json::value::to_raw_value(value)
        } else {
            serde_json_canonicalizer::to_string(value).and_then(RawValue::from_string)
        };
        text.map(Self::trusted).map_err(|error| InvalidJson(error.to_string()))
    }

    /// Takes over text that this type wrote before (from the journal).
    fn trusted(text: Box<RawValue>) -> Self {
        let digest = Digest::of(text.get().as_bytes());
        Self { text: text.into(), digest }
    }

    /// JSON's null: nothing is known.
    pub fn null() -> Self {
        Self::trusted(RawValue::NULL.to_owned())
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        self.text.get()
    }

    /// SHA-256 of the canonical text.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The value again.
    pub fn value(&self) -> Value {
        serde_json::from_str(self.as_str()).unwrap_or(Value::Null)
    }
}

impl fmt::Debug for CanonicalJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CanonicalJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CanonicalJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self::trusted)
    }
}

/// An object that is nowhere as one.
struct Members<'a>(&'a [(&'a str, &'a Value)]);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// True when writing the value as it stands gives the canonical form already: ASCII keys in order (for them the
/// order of bytes is that of UTF-16) and whole numbers. It is so for nearly every call, at a quarter of the cost.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.is_i64() || number.is_u64(),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(entries) => {
            entries.keys().all(|key| key.is_ascii())
                && entries.keys().is_sorted()
                && entries.values().all(is_plain)
        }
    }
}

/// Parses JSON, refusing what two readers could read differently.
///
/// # Errors
/// As [`CanonicalJson::parse`].
pub fn parse_strict(text: &str) -> Result<Value, InvalidJson> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value =
        Strict { depth: 0 }.deserialize(&mut deserializer).map_err(|error| InvalidJson(error.to_string()))?;
    deserializer.end().map_err(|error| InvalidJson(error.to_string()))?;
    Ok(value)
}

/// Builds a [`Value`] while counting depth.
#[derive(Clone, Copy)]
struct Strict {
    depth: u8,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.saturating_add(1);
        if depth > MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() > MAX_SAFE_INTEGER {
            return Err(too_large(&value));
        }
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        if value > MAX_SAFE_INTEGER {
            return Err(too_large(&value));
        }
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| too_large(&value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut members = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            members.push((key, entries.next_value_seed(inner)?));
        }
        // Sorted before they become a map, which then hashes each key once.
        members.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        if let Some([(key, _), _]) = members.array_windows().find(|[(left, _), (right, _)]| left == right) {
            return Err(de::Error::custom(format_args!("key `{key}` appears twice")));
        }
        Ok(Value::Object(Map::from_iter(members)))
    }
}

fn too_large<E: de::Error>(number: &dyn fmt::Display) -> E {
    E::custom(format_args!("number {number} is larger than JSON readers agree on, send it as text"))
}

#[cfg(test)]
mod tests;
