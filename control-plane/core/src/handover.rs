//! A question that one person hands to another: whose it is from then on, and why.

use serde::{Deserialize, Serialize};

use crate::{ActionId, EscalationId, Person, RunId, Timestamp};

/// What the journal keeps of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandedOver {
    /// The question.
    pub escalation: EscalationId,
    /// The held action.
    pub action: ActionId,
    /// Of which run.
    pub run: RunId,
    /// Who is to answer it.
    pub to: String,
    /// Who says so.
    pub by: String,
    /// What the other should know.
    pub note: String,
}

/// What the state keeps: the latest of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handed {
    /// Who is to answer it. Whoever else was asked still may.
    pub to: String,
    /// Who said so.
    pub by: String,
    /// What the other should know.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandOver {
    /// The question.
    pub escalation: EscalationId,
    /// Who is to answer it.
    pub to: Person,
    /// The authenticated person.
    pub by: Person,
    /// What the other should know; may be empty.
    pub note: String,
}
