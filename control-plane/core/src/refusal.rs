//! Why a command leaves no trace: it was not for this state. A denial of an action is not a refusal but an event.

use crate::{ActionId, Reason, RunId, action::IllegalMove};

/// Why nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The same call is known already: its action answers.
    #[error("the call is {0} already")]
    Joins(ActionId),
    /// The run is open already under this name.
    #[error("the run is {0} already")]
    JoinsRun(RunId),
    /// The named thing is not here.
    #[error("there is no {what} `{name}` here")]
    NotFound {
        /// Run, action, service, escalation, switch, plan, credential.
        what: &'static str,
        /// As it was named.
        name: String,
    },
    /// The person or principal may not do this.
    #[error("{who} may not {what}: {needs}")]
    NotPermitted {
        /// Who.
        who: String,
        /// What was tried.
        what: &'static str,
        /// What would be needed.
        needs: String,
    },
    /// The contract allows nothing now, for a reason that decisions give, too.
    #[error("{}: {detail}", reason.sentence().trim_end_matches('.'))]
    Withheld {
        /// The code that agents and people know.
        reason: Reason,
        /// What the contract says of it.
        detail: String,
    },
    /// What the command acts on has moved on.
    #[error("{0}")]
    Conflict(String),
    /// The command itself is not acceptable.
    #[error("{0}")]
    Invalid(String),
    /// The action is not at a point of its life where this can happen.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
}

impl Refusal {
    /// What to do next, in one sentence.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Joins(_) => "Wait for the action.",
            Self::JoinsRun(_) => "Use the run.",
            Self::NotFound { .. } => "Check the name; list what there is.",
            Self::NotPermitted { .. } => "Ask somebody who holds the duty.",
            Self::Withheld { reason, .. } => reason.hint(),
            Self::Conflict(_) => "Look again and decide on what is there now.",
            Self::Invalid(_) => "Correct the request.",
            Self::Illegal(_) => "Look at the action's present status.",
        }
    }

    pub(crate) fn not_found(what: &'static str, name: &impl ToString) -> Self {
        Self::NotFound { what, name: name.to_string() }
    }
}
