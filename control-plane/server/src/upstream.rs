//! The tools' HTTP servers: addresses and credentials resolved once, at start. Agents never see either.

use std::{collections::BTreeMap, time::Duration};

use remit_contract::{Auth, CompiledContract, Method, ToolRequest};
use remit_core::{CanonicalJson, Ending, Exchange, ToolFault, event::Settlement};
use serde_json::Value;

use crate::secrets::{Error, Secret, Secrets};

/// Largest answer that is taken, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// One upstream with its credential.
#[derive(Debug)]
pub(crate) struct Upstream {
    base: String,
    bearer: Option<Secret>,
}

/// Resolves every upstream of a contract.
pub(crate) fn resolve(
    contract: &CompiledContract,
    secrets: &Secrets<'_>,
) -> Result<BTreeMap<String, Upstream>, Error> {
    contract
        .upstreams()
        .iter()
        .map(|(name, upstream)| {
            let base = secrets.address(upstream)?;
            let bearer = match &upstream.auth {
                Auth::None => None,
                Auth::Bearer { secret } => Some(secrets.secret(secret)?),
            };
            Ok((name.clone(), Upstream { base, bearer }))
        })
        .collect()
}

/// One call to a tool.
#[derive(Debug)]
pub(crate) struct ToolCall {
    pub(crate) request: ToolRequest,
    pub(crate) timeout: Duration,
    /// Name and value of the idempotency header.
    pub(crate) key: Option<(String, String)>,
    pub(crate) has_effect: bool,
}

/// Makes the call and says what became of it. Only when no byte left us, the tool refused, or it was a
/// read, it is *failed*; everything else that is not an answer is *in doubt*.
pub(crate) async fn call(client: &reqwest::Client, upstream: &Upstream, call: ToolCall) -> Ending {
    let request = match build(client, upstream, &call) {
        Ok(request) => request,
        Err(error) => {
            return Settlement::Failed { note: format!("the request cannot be built: {error}") }.into();
        }
    };
    match exchange(client, request, call.timeout).await {
        Ok(result) => Settlement::Succeeded { result }.into(),
        Err((fault, note)) => {
            let definite = matches!(fault, ToolFault::Unreachable | ToolFault::Refused);
            let settlement = if definite || !call.has_effect {
                Settlement::Failed { note }
            } else {
                Settlement::InDoubt { note }
            };
            Ending { settlement, exchange: Exchange::faulty(fault) }
        }
    }
}

/// What was wrong, by kind and in words.
type Fault = (ToolFault, String);

async fn exchange(
    client: &reqwest::Client,
    request: reqwest::Request,
    timeout: Duration,
) -> Result<CanonicalJson, Fault> {
    let response = match client.execute(request).await {
        Ok(response) => response,
        Err(error) if error.is_connect() || error.is_builder() => {
            let note = format!("no connection to the tool: {}", innermost(&error));
            return Err((ToolFault::Unreachable, note));
        }
        Err(error) => return Err(broken(&error, timeout, "the connection broke")),
    };
    let status = response.status();
    let body = read(response, timeout).await?;
    if status.is_success() {
        return answer(&body).map_err(|note| (ToolFault::Broken, note));
    }
    Err((meaning(status), format!("the tool answered {status}: {}", excerpt(&body))))
}

/// What an answer that is no success means. A refusal is definite; a time-out, a conflict with a running twin, or
/// an error of the server is not.
fn meaning(status: reqwest::StatusCode) -> ToolFault {
    match status.as_u16() {
        408 => ToolFault::Late,
        409 | 425 | 429 => ToolFault::Busy,
        400..500 => ToolFault::Refused,
        _ => ToolFault::Broken,
    }
}

fn broken(error: &reqwest::Error, timeout: Duration, what: &str) -> Fault {
    if error.is_timeout() {
        (ToolFault::Late, format!("no answer within {} ms", timeout.as_millis()))
    } else {
        (ToolFault::Broken, format!("{what}: {}", innermost(error)))
    }
}

fn build(
    client: &reqwest::Client,
    upstream: &Upstream,
    call: &ToolCall,
) -> Result<reqwest::Request, reqwest::Error> {
    let url = format!("{}{}", upstream.base, call.request.path_and_query);
    let mut request = client.request(method(call.request.method), url).timeout(call.timeout);
    if let Some(bearer) = &upstream.bearer {
        request = request.bearer_auth(bearer.expose());
    }
    if let Some((name, value)) = &call.key {
        request = request.header(name, value);
    }
    if let Some(body) = &call.request.body {
        request = request.header("content-type", "application/json").body(body.as_str().to_owned());
    }
    request.build()
}

const fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

async fn read(mut response: reqwest::Response, timeout: Duration) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) > MAX_ANSWER => {
                return Err((ToolFault::Oversized, format!("the answer is larger than {MAX_ANSWER} bytes")));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(broken(&error, timeout, "the answer broke off")),
        }
    }
}

/// A result is a JSON value; an empty body counts as null.
fn answer(body: &[u8]) -> Result<CanonicalJson, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the answer is not UTF-8".to_owned())?;
    let result = if text.trim().is_empty() {
        CanonicalJson::from_value(&Value::Null)
    } else {
        CanonicalJson::parse(text).map(|(result, _)| result)
    };
    result.map_err(|error| format!("the answer is not acceptable JSON: {error}"))
}

/// The first line or so of an answer, for a note.
fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(200).collect()
}

/// The last cause: what the operating system said.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests;
