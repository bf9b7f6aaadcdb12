//! Clause 6: money and calls, of the run and of all above it; the run's time.

use crate::{
    Clause, Outcome, Reason,
    decide::{
        Case,
        allowance::{self, Short},
    },
    decision::{Finding, Objection},
};

/// The finding, and for a throttle the milliseconds after which to come back.
pub(super) fn finding(case: Case<'_>) -> (Finding, Option<u64>) {
    let of_run = of_run(case);
    if of_run.outcome != Outcome::Admit || case.is_second_look() {
        return (of_run, None);
    }
    let (hold, undo_hold) = case.holds();
    match allowance::short(case, hold.saturating_add(undo_hold)) {
        Some(Short { outcome, objection, retry_after_ms }) => {
            (Finding::object(Clause::Cost, outcome, objection), retry_after_ms)
        }
        None => (of_run, None),
    }
}

fn of_run(case: Case<'_>) -> Finding {
    if let Some(objection) = super::endless::objection(case).filter(|_| !case.is_second_look()) {
        // A stranger must not be able to end somebody else's run.
        let outcome = if case.run.counts(case.proposal) { Outcome::Stop } else { Outcome::Deny };
        return Finding::object(Clause::Cost, outcome, objection);
    }
    let object = |outcome, reason, detail: String| {
        Finding::object(Clause::Cost, outcome, Objection::new(reason, detail))
    };
    if let Some(objection) = super::endless::worth_unknown(case).filter(|_| !case.is_second_look()) {
        return Finding::object(Clause::Cost, Outcome::Deny, objection);
    }
    let limits = &case.run.limits;
    let budget = &case.run.budget;
    if case.is_second_look() {
        // The hold was taken when people were asked; their time is not the run's.
        return Finding::content(Clause::Cost, format!("{} of {} left", budget.left(), budget.limit()));
    }
    if case.run.calls >= limits.calls {
        return object(Outcome::Deny, Reason::CallsExhausted, format!("all {} calls are used", limits.calls));
    }
    let tool = &case.proposal.tool;
    let used = case.run.tool_calls.get(tool).copied().unwrap_or(0);
    if let Some(most) = limits.tools.get(tool)
        && used >= *most
    {
        return object(
            Outcome::Deny,
            Reason::ToolCallsExhausted,
            format!("all {most} calls of `{tool}` are used"),
        );
    }
    if let Some(detail) = tokens_short(case) {
        return object(Outcome::Deny, Reason::TokensExhausted, detail);
    }
    let (hold, undo_hold) = case.holds();
    let needed = hold.checked_add(undo_hold);
    match needed {
        Some(needed) if budget.covers(needed) => {
            Finding::content(Clause::Cost, format!("{needed} of {} left", budget.left()))
        }
        Some(_) | None => {
            let detail = format!(
                "{} is needed, {} of {} is left",
                hold.saturating_add(undo_hold),
                budget.left(),
                budget.limit()
            );
            object(Outcome::Deny, Reason::SpendExhausted, detail)
        }
    }
}

/// What the call lacks in tokens, where the run's are limited.
fn tokens_short(case: Case<'_>) -> Option<String> {
    let (limit, needed) = (case.run.limits.tokens?, case.assessment.most?.tokens);
    let left = case.run.tokens.left(limit);
    (needed > left).then(|| format!("up to {needed} tokens are needed, {left} of {limit} are left"))
}
