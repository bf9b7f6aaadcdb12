//! The tools' HTTP servers: addresses and credentials resolved once, at start. Agents never see either.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use remit_contract::{Auth, CompiledContract, Method, Reach, Retry, ToolRequest};
use remit_core::{Ending, Exchange, Timestamp, ToolFault, event::Settlement};
use reqwest::Url;

use self::{again::Traffic, exchange::Failure};
use crate::{
    crash,
    reach::{self, Clients},
    secrets::{Error, Secret, Secrets},
};

pub(crate) mod again;
mod exchange;
pub(crate) mod patience;

pub(crate) use exchange::innermost;

/// One upstream with its credential.
#[derive(Debug)]
pub(crate) struct Upstream {
    pub(crate) base: String,
    bearer: Option<Secret>,
    reach: Reach,
    pub(crate) traffic: Arc<Traffic>,
}

impl Upstream {
    /// Its address, without a `/` at the end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The client that reaches it, and nothing beyond.
    pub(crate) const fn client<'a>(&self, clients: &'a Clients) -> &'a reqwest::Client {
        clients.of(self.reach)
    }

    /// Its credential, for the one place that sends it.
    pub(crate) fn credential(&self) -> Option<&str> {
        self.bearer.as_ref().map(Secret::expose)
    }
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
            if let Ok(url) = Url::parse(&base) {
                let out = |source| Error::OutOfReach { upstream: name.clone(), source };
                reach::literal(&url, upstream.reach).map_err(out)?;
            }
            let bearer = match &upstream.auth {
                Auth::None => None,
                Auth::Bearer { secret } => Some(secrets.secret(secret)?),
            };
            Ok((name.clone(), Upstream { base, bearer, reach: upstream.reach, traffic: Arc::default() }))
        })
        .collect()
}

/// Every upstream of a contract in a sandbox: on this machine, and without a credential.
pub(crate) fn in_sandbox(contract: &CompiledContract, sandbox: &str) -> BTreeMap<String, Upstream> {
    let reach = Reach { private: true, redirects: 0 };
    let of = |name: &String| {
        let base = format!("{sandbox}/{name}");
        (name.clone(), Upstream { base, bearer: None, reach, traffic: Arc::default() })
    };
    contract.upstreams().keys().map(of).collect()
}

/// One call to a tool.
#[derive(Debug)]
pub(crate) struct ToolCall {
    pub(crate) request: ToolRequest,
    pub(crate) timeout: Duration,
    /// Name and value of the idempotency header.
    pub(crate) key: Option<(String, String)>,
    pub(crate) has_effect: bool,
    /// Largest answer that is taken, in bytes.
    pub(crate) max_result: usize,
    pub(crate) retry: Option<Retry>,
    /// From when on it must not take effect any more, which the tool is told.
    pub(crate) deadline: Option<Timestamp>,
}

/// The header that tells a tool from when on it must not carry a call out any more.
const DEADLINE_HEADER: &str = "x-effect-deadline";

/// Makes the call once and says what became of it. Only when no byte left us, the tool refused, or it was a
/// read, it is *failed*; everything else that is not an answer is *in doubt*.
pub(crate) async fn once(
    clients: &Clients,
    upstream: &Upstream,
    call: &ToolCall,
    timeout: Duration,
) -> Ending {
    attempt(clients, upstream, call, timeout).await.0
}

/// The same, and for how long the tool asks to be left alone.
async fn attempt(
    clients: &Clients,
    upstream: &Upstream,
    call: &ToolCall,
    timeout: Duration,
) -> (Ending, Option<Duration>) {
    let client = clients.of(upstream.reach);
    let request = match build(client, upstream, call) {
        Ok(request) => request,
        Err(error) => {
            let note = format!("the request cannot be built: {error}");
            return (Settlement::Failed { note }.into(), None);
        }
    };
    let bounds = exchange::Bounds {
        timeout,
        max_result: call.max_result,
        reach: upstream.reach,
        redirects: if call.has_effect { 0 } else { upstream.reach.redirects },
    };
    if let Err(out) = reach::literal(request.url(), upstream.reach) {
        return (Settlement::Failed { note: format!("not sent: {out}") }.into(), None);
    }
    crash::at("before-send");
    let exchanged = exchange::make(client, request, bounds).await;
    crash::at("after-reply");
    let (fault, note, wait) = match exchanged {
        Ok(result) => return (Settlement::Succeeded { result }.into(), None),
        Err(Failure::NotSent(note)) => return (Settlement::Failed { note }.into(), None),
        Err(Failure::Tool(fault, note)) => (fault, note, None),
        Err(Failure::Later(fault, note, wait)) => (fault, note, Some(wait)),
    };
    let definite = matches!(fault, ToolFault::Unreachable | ToolFault::Refused);
    let settlement =
        if definite || !call.has_effect { Settlement::Failed { note } } else { Settlement::InDoubt { note } };
    (Ending { settlement, exchange: Exchange::faulty(fault) }, wait)
}

fn build(
    client: &reqwest::Client,
    upstream: &Upstream,
    call: &ToolCall,
) -> Result<reqwest::Request, reqwest::Error> {
    let url = format!("{}{}", upstream.base, call.request.path_and_query);
    // What is not compressed cannot burst.
    let mut request = client.request(method(call.request.method), url).header("accept-encoding", "identity");
    if let Some(bearer) = &upstream.bearer {
        request = request.bearer_auth(bearer.expose());
    }
    if let Some(deadline) = call.deadline {
        request = request.header(DEADLINE_HEADER, deadline.to_string());
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

#[cfg(test)]
mod tests;
