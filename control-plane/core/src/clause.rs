//! The seven clauses of an execution contract, in the document's order.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the seven things that a contract binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// Who acts, owned and enabled by whom.
    Identity,
    /// What it may do, and when a person is asked.
    Scope,
    /// What must be known before.
    Evidence,
    /// The central rules.
    Policy,
    /// Which tools, with which parameters, how often.
    Tooling,
    /// What it may spend.
    Cost,
    /// How it is stopped and undone.
    Recovery,
}

impl Clause {
    /// All seven, in the document's order.
    pub const ALL: [Self; 7] = [
        Self::Identity,
        Self::Scope,
        Self::Evidence,
        Self::Policy,
        Self::Tooling,
        Self::Cost,
        Self::Recovery,
    ];

    /// The word in contracts, journals and consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Scope => "scope",
            Self::Evidence => "evidence",
            Self::Policy => "policy",
            Self::Tooling => "tooling",
            Self::Cost => "cost",
            Self::Recovery => "recovery",
        }
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
