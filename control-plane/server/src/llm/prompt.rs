//! What an agent asks of a model: read strictly, held to what can be counted, and sealed with a digest.
//!
//! Unknown means deny: a field that is not listed here may cost what no count of tokens covers (a search, an
//! image, several answers, a cache). The agent's own text is sent on as it came, since the order of keys means
//! something to models; only a limit that is missing and the wish for a report of usage are added.

use remit_contract::Speaks;
use remit_core::{CanonicalJson, Digest, parse_strict};
use serde_json::{Map, Value, json};

use crate::error::Error;

mod entries;
mod fields;

use entries::Entries;

/// A request that is acceptable so far.
#[derive(Debug)]
pub(super) struct Prompt {
    pub(super) model: String,
    speaks: Speaks,
    stream: bool,
    /// The key and value of the caller's own limit.
    limit: Option<u64>,
    /// True when the caller itself wants to read the usage at the end of a stream.
    usage_asked: bool,
    entries: Entries,
}

/// Exactly what is sent, and what is proposed of it.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(super) body: String,
    pub(super) digest: Digest,
    pub(super) speaks: Speaks,
    pub(super) stream: bool,
    pub(super) usage_asked: bool,
    model: String,
    limit: u64,
}

impl Prompt {
    /// Reads a request.
    pub(super) fn read(speaks: Speaks, bytes: &[u8]) -> Result<Self, Error> {
        let invalid = |what: String| Error::Invalid(format!("the request is not acceptable: {what}"));
        let text = std::str::from_utf8(bytes).map_err(|_| invalid("it is not UTF-8".to_owned()))?;
        let value = parse_strict(text).map_err(|error| invalid(error.to_string()))?;
        let request = value.as_object().ok_or_else(|| invalid("it is not a JSON object".to_owned()))?;
        fields::check(speaks, request).map_err(invalid)?;
        let model = request.get("model").and_then(Value::as_str);
        let model = model.ok_or_else(|| invalid("`model` is missing".to_owned()))?.to_owned();
        let stream = request.get("stream").and_then(Value::as_bool).unwrap_or(false);
        let usage_asked = request.get("stream_options").and_then(|options| options.get("include_usage"));
        let usage_asked = usage_asked.and_then(Value::as_bool).unwrap_or(false);
        let limit = limit(request).map_err(invalid)?;
        let entries = Entries::parse(text).map_err(|error| invalid(error.to_string()))?;
        Ok(Self { model, speaks, stream, limit, usage_asked, entries })
    }

    /// Adds what is missing. A call without a limit of its own gets the contract's.
    pub(super) fn seal(self, most_tokens: u32) -> Result<Sealed, Error> {
        let Self { model, speaks, stream, limit, usage_asked, mut entries } = self;
        let unsendable = |error: String| Error::Invalid(format!("the request cannot be sent on: {error}"));
        if limit.is_none() {
            let key = match speaks {
                Speaks::OpenAi => "max_completion_tokens",
                Speaks::Anthropic => "max_tokens",
            };
            entries.set(key, &most_tokens.into()).map_err(|error| unsendable(error.to_string()))?;
        }
        if stream && speaks == Speaks::OpenAi {
            let options = json!({ "include_usage": true });
            entries.set("stream_options", &options).map_err(|error| unsendable(error.to_string()))?;
        }
        let body = entries.text();
        let (canonical, _) = CanonicalJson::parse(&body).map_err(|error| unsendable(error.to_string()))?;
        let limit = limit.unwrap_or_else(|| most_tokens.into());
        Ok(Sealed { digest: canonical.digest(), body, speaks, stream, usage_asked, model, limit })
    }
}

impl Sealed {
    /// What is sent.
    pub(crate) fn into_body(self) -> String {
        self.body
    }

    /// What is proposed, judged and kept.
    pub(super) fn params(&self) -> Value {
        json!({
            "model": self.model,
            "max_tokens": self.limit,
            "input_bytes": self.body.len(),
            "stream": self.stream,
            "digest": self.digest.to_string(),
        })
    }
}

/// The limit that the caller sets; of two the larger one counts, whichever the provider goes by.
fn limit(request: &Map<String, Value>) -> Result<Option<u64>, String> {
    let mut limit = None;
    for key in ["max_tokens", "max_completion_tokens"] {
        match request.get(key) {
            None | Some(Value::Null) => {}
            Some(said) => {
                let said = said.as_u64().ok_or_else(|| format!("`{key}` is not a whole number"))?;
                limit = limit.max(Some(said));
            }
        }
    }
    Ok(limit)
}

#[cfg(test)]
mod tests;
