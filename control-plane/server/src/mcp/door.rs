//! The door: who is it, which service and run, and is the body JSON that everybody reads alike.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::{RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use remit_core::parse_strict;

use super::Visitor;
use crate::{auth::Caller, edge::MAX_BODY, error::Error, plane::Plane};

pub(super) async fn enter(
    State(plane): State<Arc<Plane>>,
    path: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let visitor = match visitor(&plane, &path, request.headers()) {
        Ok(visitor) => visitor,
        Err(error) => return error.into_response(),
    };
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(visitor);
    if parts.method != Method::POST {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let Ok(bytes) = to_bytes(body, MAX_BODY).await else {
        let text = format!("the request is larger than {MAX_BODY} bytes or broke off");
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, &text);
    };
    let strict = std::str::from_utf8(&bytes)
        .map_err(|_| "the request is not UTF-8".to_owned())
        .and_then(|text| parse_strict(text).map_err(|error| error.to_string()));
    if let Err(problem) = strict {
        return refuse(StatusCode::BAD_REQUEST, &format!("the request is not acceptable JSON: {problem}"));
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// JSON-RPC's own form of "parse error": an MCP client understands it.
fn refuse(status: StatusCode, text: &str) -> Response {
    let body = serde_json::json!({
        "jsonrpc": "2.0", "id": null, "error": { "code": -32_700, "message": text },
    });
    (status, axum::Json(body)).into_response()
}

pub(crate) fn visitor(plane: &Plane, path: &RawPathParams, headers: &HeaderMap) -> Result<Visitor, Error> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let param = |name: &str| path.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
    let caller = match plane.authenticate(header("authorization"))? {
        Caller::Service(principal) => principal,
        Caller::Operator(person) => {
            let text = format!("`{}` is an operator; services act with a service token", person.name);
            return Err(Error::NotPermitted(text));
        }
    };
    let service = param("service").unwrap_or_default().into();
    let contract = plane.contract(&service)?;
    let principal = &contract.terms().principal;
    let name = &caller.name;
    if principal.as_str() != name.as_str() {
        tracing::warn!(caller = %name, %service, "a service tried to act as another");
        return Err(Error::NotPermitted(format!("`{name}` may not act as `{service}`")));
    }
    let run = param("run")
        .map(str::to_owned)
        .map_or_else(|| declared(headers, "remit-run"), |run| Ok(Some(run)))?;
    let trace = header("traceparent").and_then(trace_id);
    let workflow = declared(headers, "remit-workflow")?;
    let request = declared(headers, "remit-request")?;
    Ok(Visitor { caller, service, run, trace, workflow, request, assertions: None })
}

/// A header that says something about the run: if it cannot be read, the call must not go on without it.
fn declared(headers: &HeaderMap, name: &str) -> Result<Option<String>, Error> {
    let read = |value: &HeaderValue| {
        value.to_str().map(str::to_owned).map_err(|_| {
            Error::Invalid(format!(
                "header `{name}` is not plain ASCII; escape other characters (`\\u00e9` in JSON), or use `_meta`"
            ))
        })
    };
    headers.get(name).map(read).transpose()
}

/// The trace id of a W3C `traceparent`.
pub(super) fn trace_id(traceparent: &str) -> Option<String> {
    let id = traceparent.split('-').nth(1)?;
    let valid = id.len() == 32
        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
        && id.bytes().any(|byte| byte != b'0');
    valid.then(|| format!("trace-{id}"))
}
