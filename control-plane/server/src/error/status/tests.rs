//! The table of codes, row by row.

use remit_core::Reason;

use super::*;
use crate::auth;

#[test]
fn every_error_has_its_row() {
    let text = || "x".to_owned();
    let table = [
        (Error::Unauthenticated(auth::Error::Revoked), Code::Unauthenticated, 401, "unauthenticated"),
        (Error::NotPermitted(text()), Code::PermissionDenied, 403, "not_permitted"),
        (Error::Withheld(Reason::DelegationEnded, text()), Code::PermissionDenied, 403, "delegation_ended"),
        (Error::NotFound(text()), Code::NotFound, 404, "not_found"),
        (Error::Invalid(text()), Code::InvalidArgument, 400, "invalid"),
        (Error::Conflict(text()), Code::FailedPrecondition, 409, "conflict"),
        (Error::JournalUnavailable(text()), Code::Unavailable, 503, "journal_unavailable"),
        (Error::Unavailable(text()), Code::Unavailable, 503, "unavailable"),
    ];
    for (error, code, http, reason) in table {
        let response = error.clone().into_response();
        let status = Status::from(error);
        assert_eq!((status.code(), response.status().as_u16()), (code, http));
        assert_eq!(status.metadata().get("remit-reason").unwrap(), reason);
        assert!(status.metadata().get("remit-hint").unwrap().to_str().unwrap().ends_with('.'));
    }
}
