//! One exchange with a tool: send, follow what may be followed, read no more than is taken, and say what was wrong.

use std::{error::Error as StdError, time::Duration};

use remit_contract::Reach;
use remit_core::{CanonicalJson, ToolFault};
use reqwest::{Client, Request, Response, StatusCode, Url};
use serde_json::Value;
use tokio::time::Instant;

use super::patience;
use crate::{
    clock,
    reach::{self, OutOfReach},
};

/// Most of a refusal that is read, in bytes: enough for a note.
const EXCERPT: usize = 800;

/// What an exchange may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Over all redirects.
    pub(super) timeout: Duration,
    /// Largest answer, in bytes.
    pub(super) max_result: usize,
    /// How far the upstream may be reached.
    pub(super) reach: Reach,
    /// Redirects that are followed, to the same host.
    pub(super) redirects: u32,
}

/// Why there is no result.
#[derive(Debug)]
pub(super) enum Failure {
    /// We did not send it ourselves.
    NotSent(String),
    /// The tool did not answer well: by kind and in words.
    Tool(ToolFault, String),
    /// The same, and it asks to be left alone for so long.
    Later(ToolFault, String, Duration),
}

/// Sends a request and reads its result.
pub(super) async fn make(
    client: &Client,
    mut request: Request,
    bounds: Bounds,
) -> Result<CanonicalJson, Failure> {
    let end = Instant::now().checked_add(bounds.timeout).unwrap_or_else(Instant::now);
    let mut redirects = bounds.redirects;
    let response = loop {
        *request.timeout_mut() = Some(end.saturating_duration_since(Instant::now()));
        let (url, again) = (request.url().clone(), request.try_clone());
        let response = client.execute(request).await.map_err(|error| unsent(&error, bounds.timeout))?;
        match (target(&url, &response), again, redirects.checked_sub(1)) {
            (Some(target), Some(mut again), Some(left)) if target.origin() == url.origin() => {
                // The host is the same, and so is the verdict; it costs nothing to ask again.
                reach::literal(&target, bounds.reach)
                    .map_err(|out| Failure::Tool(ToolFault::Broken, format!("redirected: {out}")))?;
                redirects = left;
                *again.url_mut() = target;
                request = again;
            }
            (Some(target), ..) => {
                let (status, host) = (response.status(), target.host_str().unwrap_or_default());
                let note =
                    format!("the tool answered {status}: it sends us to `{host}`, which is not followed");
                return Err(Failure::Tool(ToolFault::Broken, note));
            }
            (None, ..) => break response,
        }
    };
    let status = response.status();
    let wait = patience::asked(response.headers(), clock::now());
    let coding = response.headers().get("content-encoding").map(|it| String::from_utf8_lossy(it.as_bytes()));
    let coding = coding.filter(|coding| !coding.is_empty() && coding != "identity").map(String::from);
    if !status.is_success() {
        let said = if coding.is_some() { String::new() } else { excerpt(response).await };
        let (fault, note) = (meaning(status), format!("the tool answered {status}: {said}"));
        return Err(match wait.filter(|_| fault.may_pass()) {
            Some(wait) => Failure::Later(fault, note, wait),
            None => Failure::Tool(fault, note),
        });
    }
    if let Some(coding) = coding {
        let note = format!("the answer is compressed (`{}`), which was not asked for", brief(&coding));
        return Err(Failure::Tool(ToolFault::Broken, note));
    }
    let body = read(response, bounds).await?;
    answer(&body).map_err(|note| Failure::Tool(ToolFault::Broken, note))
}

/// Where an answer sends us, if it does.
fn target(from: &Url, response: &Response) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get("location")?.to_str().ok()?;
    from.join(location).ok()
}

/// No answer came.
fn unsent(error: &reqwest::Error, timeout: Duration) -> Failure {
    if let Some(out) = innermost(error).downcast_ref::<OutOfReach>() {
        return Failure::NotSent(format!("not sent: {out}"));
    }
    if error.is_connect() || error.is_builder() {
        let note = format!("no connection to the tool: {}", innermost(error));
        return Failure::Tool(ToolFault::Unreachable, note);
    }
    broken(error, timeout, "the connection broke")
}

/// What an answer that is no success means. A refusal is definite; a time-out, a conflict with a running twin, or
/// an error of the server is not.
fn meaning(status: StatusCode) -> ToolFault {
    match status.as_u16() {
        408 => ToolFault::Late,
        409 | 425 | 429 => ToolFault::Busy,
        400..500 => ToolFault::Refused,
        _ => ToolFault::Broken,
    }
}

fn broken(error: &reqwest::Error, timeout: Duration, what: &str) -> Failure {
    if error.is_timeout() {
        Failure::Tool(ToolFault::Late, format!("no answer within {} ms", timeout.as_millis()))
    } else {
        Failure::Tool(ToolFault::Broken, format!("{what}: {}", innermost(error)))
    }
}

async fn read(mut response: Response, bounds: Bounds) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) > bounds.max_result => {
                let note = format!("the answer is larger than {} bytes", bounds.max_result);
                return Err(Failure::Tool(ToolFault::Oversized, note));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(broken(&error, bounds.timeout, "the answer broke off")),
        }
    }
}

/// The first line or so of an answer, for a note. What it means is known already, so that nothing can be wrong here.
async fn excerpt(mut response: Response) -> String {
    let mut begin = Vec::new();
    while begin.len() < EXCERPT
        && let Ok(Some(chunk)) = response.chunk().await
    {
        begin.extend_from_slice(chunk.get(..EXCERPT).unwrap_or(&chunk));
    }
    brief(&String::from_utf8_lossy(&begin))
}

fn brief(text: &str) -> String {
    text.chars().take(200).collect()
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

/// The last cause: what the operating system said.
pub(crate) fn innermost<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause
}
