//! The only table of codes: what each error is over gRPC and HTTP, with its stable code and its hint.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tonic::{Code, Status, metadata::MetadataValue};

use super::Error;

impl Error {
    /// gRPC code, HTTP status, stable code, hint.
    pub(crate) const fn row(&self) -> (Code, StatusCode, &'static str, &'static str) {
        match self {
            Self::Unauthenticated(_) => (
                Code::Unauthenticated,
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Send `authorization: Bearer TOKEN`; an operator makes tokens with `remit token create`.",
            ),
            Self::NotPermitted(_) => (
                Code::PermissionDenied,
                StatusCode::FORBIDDEN,
                "not_permitted",
                "Ask somebody who holds the duty, or use the right token.",
            ),
            Self::Withheld(reason, _) => {
                (Code::PermissionDenied, StatusCode::FORBIDDEN, reason.code(), reason.hint())
            }
            Self::NotFound(_) => {
                (Code::NotFound, StatusCode::NOT_FOUND, "not_found", "Check the name; list what there is.")
            }
            Self::Invalid(_) => {
                (Code::InvalidArgument, StatusCode::BAD_REQUEST, "invalid", "Correct the request.")
            }
            Self::Conflict(_) => (
                Code::FailedPrecondition,
                StatusCode::CONFLICT,
                "conflict",
                "Look again and decide on what is there now.",
            ),
            Self::JournalUnavailable(_) => (
                Code::Unavailable,
                StatusCode::SERVICE_UNAVAILABLE,
                "journal_unavailable",
                "Nothing is allowed until an operator has repaired the journal and restarted the control plane.",
            ),
            Self::Unavailable(_) => {
                (Code::Unavailable, StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again in a moment.")
            }
        }
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let (code, _, reason, hint) = error.row();
        let mut status = Self::new(code, error.to_string());
        let metadata = status.metadata_mut();
        metadata.insert("remit-reason", MetadataValue::from_static(reason));
        metadata.insert("remit-hint", MetadataValue::from_static(hint));
        status
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (_, status, reason, hint) = self.row();
        let body = serde_json::json!({ "code": reason, "detail": self.to_string(), "hint": hint });
        (status, axum::Json(body)).into_response()
    }
}

#[cfg(test)]
mod tests;
