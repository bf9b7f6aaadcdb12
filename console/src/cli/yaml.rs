//! YAML that is safe to print: what a terminal would obey or hide is escaped, in quotes.

use std::io;

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_saphyr::DoubleQuoted;

use crate::cli::json::is_unsafe;

#[cfg(test)]
mod tests;

/// One document: every text in one line, so that it is found again with a search for its key.
///
/// # Errors
/// When the writer of YAML refuses the value.
pub fn document(value: &Value) -> io::Result<String> {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let mut text = String::new();
    serde_saphyr::to_fmt_writer_with_options(&mut text, &Shown(value), options).map_err(io::Error::other)?;
    Ok(visible(&text))
}

/// A value whose texts are in double quotes where something must be escaped.
struct Shown<'a>(&'a Value);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) => Text(text).serialize(serializer),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Shown)),
            // Their names are ours.
            Value::Object(fields) => {
                serializer.collect_map(fields.iter().map(|(name, value)| (name, Shown(value))))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => self.0.serialize(serializer),
        }
    }
}

struct Text<'a>(&'a str);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.contains(is_unsafe) {
            return DoubleQuoted(self.0).serialize(serializer);
        }
        serializer.serialize_str(self.0)
    }
}

/// Escapes what the writer leaves as it is although a terminal hides it; all of it stands in double quotes.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c) {
            number @ 0x1_0000.. if is_unsafe(c) => shown.push_str(&format!("\\U{number:08x}")),
            number if is_unsafe(c) => shown.push_str(&format!("\\u{number:04x}")),
            _ => shown.push(c),
        }
    }
    shown
}
