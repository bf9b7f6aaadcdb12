//! What was expected of a step against what was seen, fact by fact.

use remit_core::{Reason, Refusal, ToolName, rollback::StepKind};

use super::{
    Failure,
    expect::Fact,
    play::{Got, objections, told, undo_plan},
    suite::Step,
    world::World,
};

/// The difference, if there is one.
pub(super) fn compare(step: &Step, got: &Got, world: &World<'_>) -> Option<Failure> {
    let (mut expected, mut seen) = (String::new(), String::new());
    for (fact, values) in step.expect.facts() {
        expected.push_str(&fact.shown(values));
        seen.push_str(&fact.shown(&values_of((fact, values), got, world)));
    }
    (expected != seen).then(|| Failure {
        line: step.place.line,
        step: told(step),
        expected,
        got: seen,
        notes: notes(got),
    })
}

/// Why it came so, as far as the core says.
fn notes(got: &Got) -> Vec<String> {
    let mut notes =
        got.decision.iter().flat_map(|decision| objections(decision.findings.as_slice())).collect::<Vec<_>>();
    notes.extend(got.refused.iter().map(|refusal| format!("refused: {refusal}")));
    notes
}

/// A fact as it was seen, in the words of the document; empty when there is nothing.
fn values_of((fact, expected): (Fact, &[String]), got: &Got, world: &World<'_>) -> Vec<String> {
    let decision = got.decision.as_ref();
    let one = |value: Option<String>| value.into_iter().collect();
    let word = |word: &str| Some(word.to_owned());
    match fact {
        Fact::Outcome => one(decision.and_then(|decision| word(decision.outcome.as_str()))),
        Fact::Clause => one(decision.and_then(|decision| word(decision.deciding().clause.as_str()))),
        Fact::Reason => one(decision.and_then(|decision| word(decision.deciding().reason.code()))),
        Fact::Finding(clause) => one(decision
            .and_then(|decision| decision.findings.iter().find(|finding| finding.clause == clause))
            .and_then(|finding| word(finding.reason.code()))),
        Fact::Asks => {
            let mut asks = got.asks.clone();
            asks.sort();
            asks
        }
        Fact::Status => one(got
            .action
            .and_then(|action| world.state.actions.get(&action))
            .and_then(|action| word(action.status.as_str()))),
        Fact::Instead => {
            let made = got.instead.iter().filter_map(|action| world.state.actions.get(action));
            made.map(|action| format!("{}: {}", action.tool, action.status.as_str())).collect()
        }
        Fact::Actions => expected.iter().map(|expected| status_of(expected, world)).collect(),
        Fact::Joins => one(got.joins.clone()),
        Fact::Refused => one(got.refused.as_ref().and_then(|refusal| word(refusal_word(refusal)))),
        Fact::Tripped => world.tripped.clone(),
        Fact::Run => one(world.run().and_then(|run| word(run.phase.as_str()))),
        Fact::Left => one(world.run().map(|run| run.budget.left().to_string())),
        Fact::LeftCalls => one(world.run().map(|run| run.limits.calls.saturating_sub(run.calls).to_string())),
        Fact::LeftTools => expected.iter().map(|expected| calls_left(expected, world)).collect(),
        Fact::LeftTokens => one(world.run().map(|run| {
            let left = run.limits.tokens.map(|limit| run.tokens.left(limit).to_string());
            left.unwrap_or_else(|| "no limit".to_owned())
        })),
        Fact::Undo => undo(world),
        Fact::Undone => one(got.closed.map(|(undone, _)| undone.to_string())),
        Fact::Parked => one(got.closed.map(|(_, parked)| parked.to_string())),
    }
}

/// `NAME: STATUS` with the status that the action has by now.
fn status_of(expected: &str, world: &World<'_>) -> String {
    let name = expected.split(": ").next().unwrap_or_default();
    let action = world.named(name).and_then(|action| world.state.actions.get(&action));
    format!("{name}: {}", action.map_or("none", |action| action.status.as_str()))
}

/// `TOOL: CALLS` with the calls that the run has left.
fn calls_left(expected: &str, world: &World<'_>) -> String {
    let name = expected.split(": ").next().unwrap_or_default();
    let tool = ToolName::from(name);
    let left = world.run().and_then(|run| {
        let used = run.tool_calls.get(&tool).copied().unwrap_or(0);
        run.limits.tools.get(&tool).map(|most| most.saturating_sub(used).to_string())
    });
    format!("{name}: {}", left.as_deref().unwrap_or("no limit"))
}

/// Why the core does not take a command, as scenarios name it.
pub(super) const REFUSALS: [&str; 7] = [
    "not_found",
    "not_permitted",
    "conflict",
    "invalid",
    "illegal",
    Reason::DelegationNotBegun.code(),
    Reason::DelegationEnded.code(),
];

const fn refusal_word(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotFound { .. } => "not_found",
        Refusal::NotPermitted { .. } => "not_permitted",
        Refusal::Withheld { reason, .. } => reason.code(),
        Refusal::Joins(_) | Refusal::JoinsRun(_) | Refusal::Conflict(_) => "conflict",
        Refusal::Invalid(_) => "invalid",
        Refusal::Illegal(_) => "illegal",
    }
}

/// Why a plan leaves an effect as it is, as scenarios name it.
pub(super) const LEFT_ALONE: [&str; 5] =
    ["irreversible", "in_doubt", "out_of_window", "already_undone", "held_voided"];

/// What undoing the run would do, a step a line.
fn undo(world: &World<'_>) -> Vec<String> {
    let steps = undo_plan(world).map(|plan| plan.steps).unwrap_or_default();
    let told = steps.into_iter().map(|step| {
        let does = match step.kind {
            StepKind::Compensate { tool, params } => format!("{tool} {}", params.as_str()),
            StepKind::Irreversible { .. } => "irreversible".to_owned(),
            StepKind::InDoubt => "in_doubt".to_owned(),
            StepKind::OutOfWindow => "out_of_window".to_owned(),
            StepKind::AlreadyUndone => "already_undone".to_owned(),
            StepKind::HeldVoided => "held_voided".to_owned(),
        };
        format!("{}: {does}", world.name_of(step.target))
    });
    told.collect()
}
