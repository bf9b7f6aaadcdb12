//! The top of a JSON object with everything below it as it was written, in its order.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

/// Keys and the text of their values.
#[derive(Debug)]
pub(super) struct Entries(Vec<(String, Box<RawValue>)>);

impl Entries {
    /// Reads an object. Duplicate keys are the business of who reads it before.
    pub(super) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Gives a key another value, or adds it at the end.
    pub(super) fn set(&mut self, key: &str, value: &Value) -> Result<(), serde_json::Error> {
        let raw = serde_json::value::to_raw_value(value)?;
        match self.0.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = raw,
            None => self.0.push((key.to_owned(), raw)),
        }
        Ok(())
    }

    /// The object as text.
    pub(super) fn text(&self) -> String {
        let entries =
            self.0.iter().map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), value.get()));
        format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}
