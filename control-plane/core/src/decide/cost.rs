//! Clause 6: the run's money, calls, time, and the loop rule.

use crate::{
    Clause, Outcome, Reason,
    decide::Case,
    decision::{Finding, Objection},
};

/// Most refused proposals of one run: whoever goes on after so many does not listen.
const MAX_DENIED: u32 = 1_000;

pub(super) fn finding(case: Case<'_>) -> Finding {
    if let Some(objection) = endless(case).filter(|_| !case.is_second_look()) {
        // A stranger must not be able to end somebody else's run.
        let outcome = if case.run.counts(case.proposal) { Outcome::Stop } else { Outcome::Deny };
        return Finding::object(Clause::Cost, outcome, objection);
    }
    let object = |outcome, reason, detail: String| {
        Finding::object(Clause::Cost, outcome, Objection::new(reason, detail))
    };
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

/// What ends a run: it repeats itself, takes too long, or does not take no for an answer.
fn endless(case: Case<'_>) -> Option<Objection> {
    let limits = &case.run.limits;
    let call = crate::idempotency::deed_digest(&case.proposal.tool, case.proposal.params.digest());
    let before = case.run.same_calls.get(&call).copied().unwrap_or(0);
    if let Some(most) = limits.same_call.filter(|most| before >= *most) {
        let tool = &case.proposal.tool;
        let detail = format!("`{tool}` was called {before} times with these parameters, {most} are allowed");
        return Some(Objection::new(Reason::LoopDetected, detail));
    }
    if case.run.denied >= MAX_DENIED {
        let detail = format!("{} proposals of the run were refused", case.run.denied);
        return Some(Objection::new(Reason::LoopDetected, detail));
    }
    let took_ms = case.now.since_ms(case.run.started_at);
    let most_ms = limits.wall_time_ms.filter(|most_ms| took_ms > *most_ms)?;
    let detail = format!("{} s since the start, {} s are allowed", took_ms / 1_000, most_ms / 1_000);
    Some(Objection::new(Reason::WallTimeExhausted, detail))
}
