//! Clause 1 as it is written.

use schemars::JsonSchema;

use super::scalar::{Date, Group, Level, Name, Person};

/// 1. Who acts, who answers for it, who allowed it.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Identity {
    /// The non-human identity that the service must authenticate as; it has no other.
    principal: Name,
    /// The person who answers for what it does.
    owner: Person,
    /// Its ceiling. Operators may lower it while it runs; the service never can raise it.
    autonomy: Level,
    delegation: Delegation,
    duties: Duties,
}

/// Who gave it autonomy, and how long. Without a valid delegation it may do nothing.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Delegation {
    /// The person who enabled it.
    enabled_by: Person,
    /// The first day with autonomy.
    on: Date,
    /// The first day without.
    until: Date,
}

/// Separation of duties: which groups do what with a version of this contract.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Duties {
    /// Who may propose a version.
    #[schemars(length(min = 1))]
    build: Option<Vec<Group>>,
    /// Who may approve a version that somebody else proposed.
    #[schemars(length(min = 1))]
    approve: Option<Vec<Group>>,
    /// Who may stop it, release it and undo what it did.
    #[schemars(length(min = 1))]
    run: Vec<Group>,
}
