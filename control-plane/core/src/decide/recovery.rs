//! Clause 7: every effect says how it is undone, what cannot be undone needs a person, and nothing reaches too far.

use crate::{
    Clause, Outcome, Reason,
    decide::{Case, radius},
    decision::{Finding, Objection},
    terms::Undo,
};

pub(super) fn finding(case: Case<'_>) -> Finding {
    let undo = undo(case);
    if undo.outcome == Outcome::Deny {
        return undo;
    }
    let beyond = radius::beyond(case);
    let denies = beyond.iter().find(|rule| !rule.asks()).map(|rule| (Outcome::Deny, rule));
    let asks = beyond.iter().find(|rule| rule.asks() && !case.approved);
    let Some((outcome, rule)) = denies.or(asks.map(|rule| (Outcome::Escalate, rule))) else {
        return if beyond.is_empty() { undo } else { let_through(undo) };
    };
    let Objection { reason, mut detail } = rule.objection.clone();
    if undo.outcome == Outcome::Escalate {
        detail = format!("{detail}; irreversible: {}", undo.detail);
    }
    Finding::object(Clause::Recovery, outcome, Objection { reason, detail })
}

/// People have let one through that goes beyond.
fn let_through(mut undo: Finding) -> Finding {
    undo.detail.push_str("; beyond the blast radius, approved");
    undo.reason = Reason::Approved;
    undo
}

fn undo(case: Case<'_>) -> Finding {
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
