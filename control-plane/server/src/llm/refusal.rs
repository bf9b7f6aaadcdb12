//! A "no" in the provider's own shape, so that its clients understand it; our code and hint stand in it.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use remit_contract::Speaks;
use remit_core::{ActionId, ActionStatus, Objection, Outcome, RunId};
use serde_json::{Value, json};

use crate::{act::Acted, error::Error};

/// What is said.
#[derive(Debug)]
pub(super) struct Refusal<'a> {
    pub(super) status: StatusCode,
    pub(super) code: &'a str,
    pub(super) message: String,
    pub(super) hint: &'a str,
    pub(super) action: Option<(ActionId, RunId)>,
}

impl Refusal<'_> {
    /// The body in the protocol's shape.
    pub(super) fn body(&self, speaks: Speaks) -> Value {
        let kind = match (self.status.as_u16(), speaks) {
            (400, _) => "invalid_request_error",
            (401, _) => "authentication_error",
            (404, Speaks::Anthropic) => "not_found_error",
            (404, Speaks::OpenAi) => "invalid_request_error",
            (429, _) => "rate_limit_error",
            (503, Speaks::Anthropic) => "overloaded_error",
            (500..=599, _) => "api_error",
            _ => "permission_error",
        };
        let (code, message, hint) = (self.code, &self.message, self.hint);
        let mut error = json!({ "type": kind, "message": message, "code": code, "hint": hint });
        if let (Some(fields), Some((action, run))) = (error.as_object_mut(), self.action) {
            fields.insert("action".to_owned(), action.to_string().into());
            fields.insert("run".to_owned(), run.to_string().into());
        }
        match speaks {
            Speaks::OpenAi => {
                if let Some(fields) = error.as_object_mut() {
                    fields.insert("param".to_owned(), Value::Null);
                }
                json!({ "error": error })
            }
            Speaks::Anthropic => json!({ "type": "error", "error": error }),
        }
    }

    /// The same as an event of a stream.
    pub(super) fn event(&self, speaks: Speaks) -> Bytes {
        let body = self.body(speaks);
        match speaks {
            Speaks::OpenAi => format!("data: {body}\n\n"),
            Speaks::Anthropic => format!("event: error\ndata: {body}\n\n"),
        }
        .into()
    }

    fn response(&self, speaks: Speaks) -> Response {
        let mut response = (self.status, Json(self.body(speaks))).into_response();
        let again = matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        let again = HeaderValue::from_static(if again { "true" } else { "false" });
        // Both families of clients go by it; a refusal that stands is not asked again.
        response.headers_mut().insert("x-should-retry", again);
        response
    }
}

/// Why a call that was under way was cut off.
pub(super) fn of_cut(objection: &Objection, action: (ActionId, RunId)) -> Refusal<'static> {
    Refusal {
        status: StatusCode::FORBIDDEN,
        code: objection.reason.code(),
        message: said(objection.reason.sentence(), objection.reason.hint(), &objection.detail),
        hint: objection.reason.hint(),
        action: Some(action),
    }
}

/// Where nothing was decided.
pub(super) fn of_error(speaks: Speaks, error: &Error) -> Response {
    let (_, status, code, hint) = error.row();
    let message = format!("{error}. {hint}");
    Refusal { status, code, message, hint, action: None }.response(speaks)
}

/// What was decided, or became of it, where there is no answer of a model.
pub(super) fn of_acted(speaks: Speaks, acted: &Acted) -> Response {
    let action = Some((acted.action, acted.run));
    let deciding = acted.decision.deciding();
    let note = acted.note.clone().unwrap_or_default();
    if let (ActionStatus::Failed, Some(reason)) = (acted.status, acted.exchange.withheld) {
        let (status, hint) = (StatusCode::FORBIDDEN, reason.hint());
        let message = said(reason.sentence(), hint, &note);
        return Refusal { status, code: reason.code(), message, hint, action }.response(speaks);
    }
    if acted.status == ActionStatus::Failed {
        let hint = "It may be sent again.";
        let message = said("The call failed.", hint, &note);
        let status = StatusCode::BAD_GATEWAY;
        return Refusal { status, code: "failed", message, hint, action }.response(speaks);
    }
    let throttled = acted.outcome == Outcome::Throttle;
    let status = if throttled { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::FORBIDDEN };
    let (code, hint) = (acted.reason.code(), acted.reason.hint());
    let message = said(acted.reason.sentence(), hint, &deciding.detail);
    let mut response = Refusal { status, code, message, hint, action }.response(speaks);
    if let Some(wait_ms) = acted.decision.retry_after_ms
        && let Ok(seconds) = HeaderValue::from_str(&wait_ms.div_ceil(1_000).to_string())
    {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
        response.headers_mut().insert("retry-after-ms", wait_ms.into());
    }
    response
}

fn said(sentence: &str, hint: &str, detail: &str) -> String {
    if detail.is_empty() { format!("{sentence} {hint}") } else { format!("{sentence} {hint} ({detail})") }
}

#[cfg(test)]
mod tests;
