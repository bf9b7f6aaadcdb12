//! What a service says itself with a call, parsed at the door: the same for every face.

use remit_core::{
    Assertion, CanonicalJson, Digest, ItemName, SourceUri,
    assertion::{MAX_CONTENT, MOST_ASSERTIONS},
};
use serde::Deserialize;

use crate::error::Error;

/// One assertion as a face has received it.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) item: String,
    pub(crate) source: String,
    pub(crate) content: String,
    /// The caller's own digest; empty when it gives none.
    pub(crate) sha256: String,
}

/// The form in the `_meta` of an MCP request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InMeta {
    item: String,
    source_uri: String,
    content: serde_json::Value,
    #[serde(default)]
    sha256: String,
}

/// The assertions in the `_meta` of an MCP request.
pub(crate) fn of_meta(list: &serde_json::Value) -> Result<Vec<Said>, Error> {
    let list: Vec<InMeta> = Vec::deserialize(list).map_err(|error| {
        Error::Invalid(format!(
            "`remit-assertions` is not acceptable: {error}; send `[{{\"item\": …, \"source_uri\": …, \"content\": {{…}}}}]`"
        ))
    })?;
    let said = |it: InMeta| Said {
        item: it.item,
        source: it.source_uri,
        content: it.content.to_string(),
        sha256: it.sha256,
    };
    Ok(list.into_iter().map(said).collect())
}

/// Parses what is said, in the order of its items: the order in which it was sent says nothing.
pub(crate) fn parse(list: &[Said]) -> Result<Vec<Assertion>, Error> {
    if list.len() > MOST_ASSERTIONS {
        return Err(Error::Invalid(format!(
            "{} assertions, at most {MOST_ASSERTIONS} are accepted with a call",
            list.len()
        )));
    }
    let mut asserted = list.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    asserted.sort_by(|left, right| left.item.cmp(&right.item));
    let twice = asserted.windows(2).find_map(|pair| match pair {
        [left, right] if left.item == right.item => Some(&left.item),
        _ => None,
    });
    match twice {
        Some(item) => Err(Error::Invalid(format!("`{item}` is asserted twice in one call; say it once"))),
        None => Ok(asserted),
    }
}

fn one(said: &Said) -> Result<Assertion, Error> {
    let item: ItemName = said.item.as_str().into();
    let invalid =
        |what: String| Error::Invalid(format!("the assertion `{}` is not acceptable: {what}", said.item));
    let source: SourceUri = said
        .source
        .parse()
        .map_err(|error: remit_core::assertion::InvalidSource| invalid(error.to_string()))?;
    if said.content.len() > MAX_CONTENT {
        return Err(invalid(format!("{} bytes, at most {MAX_CONTENT} are", said.content.len())));
    }
    let (content, value) = CanonicalJson::parse(&said.content).map_err(|error| invalid(error.to_string()))?;
    if !value.is_object() {
        return Err(invalid("its content is not a JSON object".to_owned()));
    }
    if !said.sha256.is_empty() && said.sha256.parse::<Digest>() != Ok(content.digest()) {
        return Err(invalid(format!(
            "its SHA-256 is `{}`, that of the content in canonical form (RFC 8785) is {}",
            said.sha256.chars().take(80).collect::<String>(),
            content.digest()
        )));
    }
    Ok(Assertion { item, source, content })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn meta(list: &serde_json::Value) -> String {
        match of_meta(list).and_then(|list| parse(&list)) {
            Ok(said) => said
                .iter()
                .map(|it| format!("{} {} {}", it.item, it.source, it.content.as_str()))
                .collect::<Vec<_>>()
                .join("; "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn assertions_at_the_door() {
        let said = |item: &str, more: &serde_json::Value| {
            let mut said = json!({ "item": item, "source_uri": "urn:t:7", "content": { "b": 1, "a": 2 } });
            said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            said
        };
        let none = json!({});
        let digest = CanonicalJson::parse(r#"{"a":2,"b":1}"#).unwrap().0.digest().to_string();
        let big = json!({ "content": { "text": "a".repeat(MAX_CONTENT) } });
        let table = [
            (json!([]), ""),
            (
                json!([said("z", &none), said("b", &none)]),
                r#"b urn:t:7 {"a":2,"b":1}; z urn:t:7 {"a":2,"b":1}"#,
            ),
            (json!([said("b", &json!({ "sha256": digest }))]), r#"b urn:t:7 {"a":2,"b":1}"#),
            (json!([said("b", &json!({ "sha256": "00" }))]), "its SHA-256 is `00`"),
            (
                json!([said("b", &json!({ "sha256": digest.replace(['0', '1', '2'], "3") }))]),
                "its SHA-256 is",
            ),
            (json!([said("b", &none), said("b", &none)]), "`b` is asserted twice"),
            (json!([said("b", &json!({ "source_uri": "ticket 7" }))]), "is not an absolute URI"),
            (json!([said("b", &json!({ "content": [1] }))]), "not a JSON object"),
            (
                json!([said("b", &json!({ "content": { "n": 9_007_199_254_740_993_u64 } }))]),
                "larger than JSON readers",
            ),
            (json!([said("b", &big)]), "at most 65536 are"),
            (json!([said("b", &json!({ "trust": true }))]), "unknown field `trust`"),
            (json!([{ "item": "b" }]), "missing field `source_uri`"),
            (json!({ "item": "b" }), "`remit-assertions` is not acceptable"),
            (json!(vec![said("b", &none); 17]), "17 assertions, at most 16"),
        ];
        for (list, expect) in table {
            let got = meta(&list);
            assert!(got.contains(expect) && got.is_empty() == expect.is_empty(), "{expect}: {got}");
        }
    }
}
