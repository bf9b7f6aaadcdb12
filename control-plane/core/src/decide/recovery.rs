//! Clause 7: every effect says how it is undone; what cannot be undone needs a person.

use crate::{
    Clause, Outcome, Reason,
    decide::Case,
    decision::{Finding, Objection},
    terms::Undo,
};

pub(super) fn finding(case: Case<'_>) -> Finding {
    let has_effect = case.level().is_some_and(crate::Level::has_effect);
    match case.tool.map(|tool| &tool.undo) {
        Some(Undo::Irreversible { why }) if case.approved => Finding {
            reason: Reason::Approved,
            ..Finding::content(Clause::Recovery, format!("irreversible, approved: {why}"))
        },
        Some(Undo::Irreversible { why }) => Finding::object(
            Clause::Recovery,
            Outcome::Escalate,
            Objection::new(Reason::Irreversible, why.clone()),
        ),
        Some(Undo::By { tool, .. }) if !case.run.terms.tools.contains_key(tool) => Finding::object(
            Clause::Recovery,
            Outcome::Deny,
            Objection::new(Reason::UndoNotDeclared, format!("the contract does not know `{tool}`")),
        ),
        Some(Undo::By { tool, .. }) => Finding::content(Clause::Recovery, format!("undone by {tool}")),
        Some(Undo::Nothing) | None if has_effect => Finding::object(
            Clause::Recovery,
            Outcome::Deny,
            Objection::new(Reason::UndoNotDeclared, format!("`{}` declares no undo", case.proposal.tool)),
        ),
        Some(Undo::Nothing) | None => Finding::content(Clause::Recovery, ""),
    }
}
