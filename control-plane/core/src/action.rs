//! The life of an action, as one transition table.
//!
//! ```text
//! proposed ─┬─ denied
//!           ├─ held ─┬─ denied | lapsed
//!           │        └─ approved ─┐          (released, decided again)
//!           └─ admitted ──────────┴─ running ─┬─ succeeded ── undone
//!                                             ├─ failed      (no byte left us, or the tool refused)
//!                                             └─ in doubt ─┬─ succeeded
//!                                                          └─ failed
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an action is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionStatus {
    /// Not decided yet.
    Proposed,
    /// Decided: no.
    Denied,
    /// Waits for people.
    Held,
    /// Nobody approved it in time.
    Lapsed,
    /// Approved and decided again: may run.
    Approved,
    /// Decided: may run.
    Admitted,
    /// Handed to the tool.
    Running,
    /// The tool did it.
    Succeeded,
    /// Nothing happened.
    Failed,
    /// Nobody knows whether it happened.
    InDoubt,
    /// It happened and was compensated.
    Undone,
}

/// What can happen to an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ActionMove {
    /// The decision admits.
    Admit,
    /// The decision, a person or the second decision denies.
    Deny,
    /// The decision asks people.
    Hold,
    /// Time ran out while held.
    Lapse,
    /// People approved and it was admitted on the second look.
    Approve,
    /// It is handed to the tool.
    Start,
    /// The tool did it.
    Succeed,
    /// Certainly nothing happened.
    Fail,
    /// The outcome is not known.
    Doubt,
    /// Its compensation succeeded.
    Undo,
}

/// A move that the table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an action that is {from} cannot {by:?}")]
pub struct IllegalMove {
    /// Where it is.
    pub from: ActionStatus,
    /// What was tried.
    pub by: ActionMove,
}

impl ActionStatus {
    /// Every status.
    pub const ALL: [Self; 11] = [
        Self::Proposed,
        Self::Denied,
        Self::Held,
        Self::Lapsed,
        Self::Approved,
        Self::Admitted,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::InDoubt,
        Self::Undone,
    ];

    /// The table.
    ///
    /// # Errors
    /// Every pair that is not in it.
    pub const fn next(self, by: ActionMove) -> Result<Self, IllegalMove> {
        use ActionMove as M;
        Ok(match (self, by) {
            (Self::Proposed, M::Admit) => Self::Admitted,
            (Self::Proposed | Self::Held, M::Deny) => Self::Denied,
            (Self::Proposed, M::Hold) => Self::Held,
            (Self::Held, M::Lapse) => Self::Lapsed,
            (Self::Held, M::Approve) => Self::Approved,
            (Self::Admitted | Self::Approved, M::Start) => Self::Running,
            // A decision-only action is carried out by the caller, and a crash may come before the
            // start was recorded: both settle without `Running`.
            (Self::Admitted | Self::Approved | Self::Running | Self::InDoubt, M::Succeed) => Self::Succeeded,
            (Self::Admitted | Self::Approved | Self::Running | Self::InDoubt, M::Fail) => Self::Failed,
            (Self::Admitted | Self::Approved | Self::Running, M::Doubt) => Self::InDoubt,
            (Self::Succeeded, M::Undo) => Self::Undone,
            (from, by) => return Err(IllegalMove { from, by }),
        })
    }

    /// True while the world may still be changed by it.
    pub const fn is_in_flight(self) -> bool {
        matches!(self, Self::Admitted | Self::Approved | Self::Running)
    }

    /// The word in journals and consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Denied => "denied",
            Self::Held => "held",
            Self::Lapsed => "lapsed",
            Self::Approved => "approved",
            Self::Admitted => "admitted",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
            Self::Undone => "undone",
        }
    }
}

impl fmt::Display for ActionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
