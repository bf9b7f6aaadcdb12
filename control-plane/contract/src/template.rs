//! Text with `{parameter}` in it: request lines and the names of logical effects.
//!
//! A parameter always stays inside its place: every byte but the unreserved ones of RFC 3986 is
//! percent-encoded, so no value can open another path segment, another query pair or another name.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use remit_core::{Objection, Reason};
use serde_json::Value;

/// Everything but the unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text with holes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    Literal(String),
    Parameter(String),
}

impl Template {
    /// `None` when the braces do not match or a name in them is empty.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}')?;
            if literal.contains('}') || name.is_empty() || name.contains('{') {
                return None;
            }
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.to_owned()));
            }
            pieces.push(Piece::Parameter(name.to_owned()));
            rest = behind;
        }
        if rest.contains('}') {
            return None;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        Some(Self(pieces))
    }

    /// The names in braces.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Parameter(name) => Some(name.as_str()),
        })
    }

    /// The text with every hole filled.
    ///
    /// # Errors
    /// When a parameter is absent or is no text, whole number or truth value.
    pub(crate) fn fill(&self, params: &Value) -> Result<String, Objection> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Parameter(name) => {
                    let value = params.get(name).unwrap_or(&Value::Null);
                    text.extend(utf8_percent_encode(&scalar(name, value)?, RESERVED));
                }
            }
        }
        Ok(text)
    }
}

/// A parameter as it stands in a path or name.
fn scalar(name: &str, value: &Value) -> Result<String, Objection> {
    let kind = match value {
        Value::String(text) => return Ok(text.clone()),
        Value::Number(number) => return Ok(number.to_string()),
        Value::Bool(truth) => return Ok(truth.to_string()),
        Value::Null => "absent",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Err(Objection::new(
        Reason::ParametersInvalid,
        format!(
            "`/{name}` is {kind}; it stands in the request, so text, a number or a truth value is accepted"
        ),
    ))
}

#[cfg(test)]
mod tests;
