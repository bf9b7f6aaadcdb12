//! What an edge answers when there is no decision to answer with: one kind per thing a caller can do.

use remit_core::{Reason, Refusal};

use crate::{auth, domain::Fault};

mod status;

/// An answer that is not a decision.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Error {
    /// The caller is not known.
    #[error("{0}")]
    Unauthenticated(#[from] auth::Error),
    /// The caller may not do this.
    #[error("{0}")]
    NotPermitted(String),
    /// The contract allows nothing now: the reason that a decision would give, and what it says of it.
    #[error("{1}")]
    Withheld(Reason, String),
    /// The named thing is not here.
    #[error("{0}")]
    NotFound(String),
    /// The request is malformed.
    #[error("{0}")]
    Invalid(String),
    /// What the request acts on has moved on.
    #[error("{0}")]
    Conflict(String),
    /// The journal cannot be written: nothing is allowed.
    #[error("{0}")]
    JournalUnavailable(String),
    /// Not now.
    #[error("{0}")]
    Unavailable(String),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => refusal.into(),
            Fault::Failed { .. } => Self::JournalUnavailable(fault.to_string()),
            Fault::Closed => Self::Unavailable(fault.to_string()),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let text = refusal.to_string();
        match refusal {
            Refusal::NotFound { .. } => Self::NotFound(text),
            Refusal::NotPermitted { .. } => Self::NotPermitted(text),
            Refusal::Withheld { reason, .. } => Self::Withheld(reason, text),
            Refusal::Invalid(_) => Self::Invalid(text),
            Refusal::Joins(_) | Refusal::JoinsRun(_) | Refusal::Conflict(_) | Refusal::Illegal(_) => {
                Self::Conflict(text)
            }
        }
    }
}

impl From<remit_journal::Error> for Error {
    fn from(error: remit_journal::Error) -> Self {
        Self::JournalUnavailable(error.to_string())
    }
}
