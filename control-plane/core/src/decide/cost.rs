//! Clause 6: the run's money, calls, time, and the loop rule.

use crate::{
    Clause, Outcome, Reason,
    decide::Case,
    decision::{Finding, Objection},
};

pub(super) fn finding(case: Case<'_>) -> Finding {
    let object = |outcome, reason, detail: String| {
        Finding::object(Clause::Cost, outcome, Objection::new(reason, detail))
    };
    let limits = &case.run.terms.run;
    let budget = &case.run.budget;
    if case.approved {
        // The hold was taken when people were asked; their time is not the run's.
        return Finding::content(Clause::Cost, format!("{} of {} left", budget.left(), budget.limit()));
    }
    if let Some(most) = limits.same_call {
        let before =
            case.run.same_calls.get(&crate::idempotency::call_digest(case.proposal)).copied().unwrap_or(0);
        if before >= most {
            let detail = format!(
                "the same call of `{}` for the {}th time, {most} are allowed",
                case.proposal.tool,
                before.saturating_add(1)
            );
            return object(Outcome::Stop, Reason::LoopDetected, detail);
        }
    }
    if let Some(most_ms) = limits.wall_time_ms {
        let took_ms = case.now.since_ms(case.run.started_at);
        if took_ms > most_ms {
            let detail = format!("{} s since the start, {} s are allowed", took_ms / 1_000, most_ms / 1_000);
            return object(Outcome::Stop, Reason::WallTimeExhausted, detail);
        }
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
