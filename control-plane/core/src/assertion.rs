//! What a service says itself with a call: on record with its source and its digest, and never a fact.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{CanonicalJson, Digest, ItemName};

/// Largest content of one assertion, in bytes of its canonical form.
pub const MAX_CONTENT: usize = 64 * 1024;

/// Most assertions of one call.
pub const MOST_ASSERTIONS: usize = 16;

/// Longest source, in bytes.
const MAX_SOURCE: usize = 512;

/// One thing that the service says. Its digest is that of the content's canonical form.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// The contract's name for it.
    pub item: ItemName,
    /// Where the service has it from. Nobody reads it there; people can.
    pub source: SourceUri,
    /// What it says, a JSON object.
    pub content: CanonicalJson,
}

/// An absolute URI (RFC 3986), as far as its characters tell.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceUri(String);

/// Why a text is no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the source `{0}` is not an absolute URI of at most {MAX_SOURCE} bytes, such as `https://desk.example/tickets/7`"
)]
pub struct InvalidSource(String);

impl SourceUri {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SourceUri {
    type Err = InvalidSource;

    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        let in_rest = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
        let absolute = text.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(in_scheme)
                && !rest.is_empty()
                && rest.bytes().all(in_rest)
        });
        if absolute && text.len() <= MAX_SOURCE {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidSource(text.chars().take(80).collect()))
    }
}

/// Digest of all that is asserted with a call; `None` when nothing is.
pub(crate) fn digest(asserted: &[Assertion]) -> Option<Digest> {
    if asserted.is_empty() {
        return None;
    }
    let each: Vec<Digest> = asserted
        .iter()
        .map(|said| {
            let (item, source) = (said.item.as_str().as_bytes(), said.source.as_str().as_bytes());
            Digest::of_parts(&[item, source, said.content.digest().as_bytes()])
        })
        .collect();
    let parts: Vec<&[u8]> = each.iter().map(|digest| digest.as_bytes().as_slice()).collect();
    Some(Digest::of_parts(&parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_absolute_uri() {
        let long = format!("https://desk.example/{}", "a".repeat(MAX_SOURCE));
        let table = [
            ("https://desk.example/tickets/7?x=1#y", true),
            ("urn:ticket:7", true),
            ("mailto:a@b.example", true),
            ("desk+v1.2:7", true),
            ("", false),
            ("tickets/7", false),
            (":7", false),
            ("https:", false),
            ("1https://desk.example", false),
            ("ht tps://desk.example", false),
            ("https://desk.example/a b", false),
            ("https://desk.example/\u{202e}", false),
            ("https://desk.example/\n", false),
            ("https://desk.example/<b>", false),
            (&long, false),
        ];
        for (text, good) in table {
            assert_eq!(text.parse::<SourceUri>().is_ok(), good, "{text}");
        }
    }
}
