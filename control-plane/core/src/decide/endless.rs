//! What ends a run by itself: it goes in circles, gets nowhere, is not worth it, takes too long, or does not take
//! no for an answer. Each says what it saw.

use crate::{Money, Objection, Reason, course::worth::NotWorth, decide::Case, terms::Worth};

/// Most refused proposals of one run: whoever goes on after so many does not listen.
const MAX_DENIED: u32 = 1_000;

/// Why the run ends here.
pub(super) fn objection(case: Case<'_>) -> Option<Objection> {
    circle(case)
        .or_else(|| stuck(case))
        .or_else(|| late(case))
        .or_else(|| case.run.limits.course.worth.as_ref().and_then(|worth| not_worth(case, worth)))
}

/// The same call, or the same calls in turn.
fn circle(case: Case<'_>) -> Option<Objection> {
    let (run, tool) = (case.run, &case.proposal.tool);
    let before = run.same_calls.get(&case.deed).copied().unwrap_or(0);
    if let Some(most) = run.limits.same_call.filter(|most| before >= *most) {
        let detail = format!("`{tool}` was called {before} times with these parameters, {most} are allowed");
        return Some(Objection::new(Reason::LoopDetected, detail));
    }
    let cycle = run.limits.course.cycle?;
    let tools = run.course.circle(cycle, tool, case.deed)?;
    let tools = tools.iter().map(|tool| format!("`{tool}`")).collect::<Vec<_>>().join(", ");
    let detail = format!("{tools}: the same calls in turn, {} times", cycle.repeats);
    Some(Objection::new(Reason::CycleDetected, detail))
}

/// Calls that bring nothing new, or only refusals.
fn stuck(case: Case<'_>) -> Option<Objection> {
    let run = case.run;
    let (idle, tools) = run.course.idle();
    if let Some(most) = run.limits.course.no_progress.filter(|most| idle >= *most) {
        let tools = tools.iter().map(|(tool, calls)| format!("`{tool}` {calls} times"));
        let tools = tools.collect::<Vec<_>>().join(", ");
        let detail = format!("the last {idle} calls brought nothing new, {most} are allowed: {tools}");
        return Some(Objection::new(Reason::NoProgress, detail));
    }
    (run.denied >= MAX_DENIED).then(|| {
        let detail = format!("{} proposals of the run were refused", run.denied);
        Objection::new(Reason::LoopDetected, detail)
    })
}

fn late(case: Case<'_>) -> Option<Objection> {
    let took_ms = case.now.since_ms(case.run.started_at);
    let most_ms = case.run.limits.wall_time_ms.filter(|most_ms| took_ms > *most_ms)?;
    let detail = format!("{} s since the start, {} s are allowed", took_ms / 1_000, most_ms / 1_000);
    Some(Objection::new(Reason::WallTimeExhausted, detail))
}

/// What the run would have cost with this call, against what it is worth.
fn not_worth(case: Case<'_>, worth: &Worth) -> Option<Objection> {
    let (hold, undo_hold) = case.holds();
    let budget = &case.run.budget;
    let spend = [budget.held(), hold, undo_hold].into_iter().fold(budget.spent(), Money::saturating_add);
    let said = match case.run.course.not_worth(worth, spend, must_know(case))? {
        // The run can find out: that is no reason to end it.
        NotWorth::Unknown => return None,
        NotWorth::Share { most, at_stake } => {
            format!(
                "with this call {spend} would be spent, at most {most} may be for the {at_stake} at stake"
            )
        }
        NotWorth::Pace { cost, earned } => {
            format!(
                "the last {} calls cost {cost} and earned {earned}",
                worth.pace.map_or(0, |pace| pace.window)
            )
        }
    };
    Some(Objection::new(Reason::NotWorthIt, said))
}

/// An effect that costs something: whoever makes it must know what is at stake.
fn must_know(case: Case<'_>) -> bool {
    let (hold, undo_hold) = case.holds();
    case.level().is_some_and(crate::Level::has_effect) && hold.saturating_add(undo_hold) > Money::ZERO
}

/// Nobody knows yet what the run is worth, and this call would do something that costs.
pub(super) fn worth_unknown(case: Case<'_>) -> Option<Objection> {
    let worth = case.run.limits.course.worth.as_ref()?;
    let unknown = case.run.course.not_worth(worth, Money::ZERO, must_know(case)) == Some(NotWorth::Unknown);
    let crate::terms::Stake::Reported { tool, pointer, .. } = &worth.at_stake else { return None };
    unknown.then(|| {
        let detail =
            format!("`{pointer}` of `{tool}` says what is at stake, and has not been read in this run");
        Objection::new(Reason::WorthUnknown, detail)
    })
}
