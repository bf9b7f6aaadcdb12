//! Plays a scenario step by step, until one does not go as it says.

use std::collections::BTreeSet;

use remit_core::{
    ActionId, ActionStatus, Assertion, Command, Decision, Event, Finding, Outcome, Person, PlanId, Refusal,
    Timestamp, ToolName,
    command::{Answer, SwitchTarget},
    rollback::{Plan, Selection, Step as UndoStep, StepKind},
    state::Turn,
};
use serde_json::Value;

use super::{
    Failure,
    compare::compare,
    release::release,
    suite::{Act, Approval, Scenario, Step, Suite},
    world::{Stuck, World},
};
use crate::CompiledContract;

/// What followed from a step.
#[derive(Debug, Default)]
pub(super) struct Got {
    /// The action that the step was about.
    pub(super) action: Option<ActionId>,
    /// The decision that was made.
    pub(super) decision: Option<Decision>,
    /// The rules that asked people.
    pub(super) asks: Vec<String>,
    /// What was proposed in the place of a read that its tool did not answer.
    pub(super) instead: Vec<ActionId>,
    /// The step whose action answers.
    pub(super) joins: Option<String>,
    pub(super) refused: Option<Refusal>,
    /// Undone and parked effects of a rollback.
    pub(super) closed: Option<(u32, u32)>,
}

/// What a scenario did, for coverage.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) steps: usize,
    pub(super) history: Vec<(Timestamp, Event)>,
    /// Tools whose effect a plan would undo.
    pub(super) undone: BTreeSet<ToolName>,
}

impl Trace {
    /// What happened.
    pub(super) fn events(&self) -> impl Iterator<Item = &Event> {
        self.history.iter().map(|(_, event)| event)
    }
}

/// Plays it. The trace goes as far as the scenario does.
pub(super) fn play(
    contract: &CompiledContract,
    suite: &Suite,
    scenario: &Scenario,
) -> (Option<Failure>, Trace) {
    let mut trace = Trace::default();
    let mut world = match World::begin(contract, &scenario.given, &suite.given) {
        Ok(world) => world,
        Err(stuck) => return (Some(broken(scenario.place.line, "given", stuck)), trace),
    };
    for approval in suite.given.approvals.iter().chain(&scenario.given.approvals) {
        if let Err(stuck) = approved(&mut world, approval) {
            return (Some(broken(approval.place.line, "given.approvals", stuck)), trace);
        }
    }
    let mut failure = None;
    for step in &scenario.steps {
        trace.steps = trace.steps.saturating_add(1);
        world.tripped.clear();
        failure = match perform(&mut world, &step.act) {
            Err(stuck) => Some(broken(step.place.line, &told(step), stuck)),
            Ok(got) => {
                trace.undone.extend(undone(&world));
                compare(step, &got, &world)
            }
        };
        if failure.is_some() {
            break;
        }
    }
    trace.history = world.events;
    (failure, trace)
}

/// A scenario that cannot go on.
fn broken(line: usize, step: &str, stuck: Stuck) -> Failure {
    Failure { line, step: step.to_owned(), expected: String::new(), got: String::new(), notes: vec![stuck] }
}

/// The step in words.
pub(super) fn told(step: &Step) -> String {
    match &step.act {
        Act::Propose { tool, name, .. } if name == tool.as_str() => format!("propose {tool}"),
        Act::Propose { tool, name, .. } => format!("propose {tool} as {name}"),
        Act::Answer { of, by, approve: true } => format!("{} approves {of}", by.name),
        Act::Answer { of, by, approve: false } => format!("{} denies {of}", by.name),
        Act::Wait { ms } if ms % 1_000 == 0 => format!("wait {} s", ms / 1_000),
        Act::Wait { ms } => format!("wait {ms} ms"),
        Act::Lower { to, .. } => format!("lower the ceiling to {to}"),
        Act::Release { .. } => "release the ceiling".to_owned(),
        Act::RollBack { .. } => "roll the run back".to_owned(),
        Act::End => "end the run".to_owned(),
        Act::Start { name, .. } => format!("start run {name}"),
    }
}

pub(super) fn perform(world: &mut World<'_>, act: &Act) -> Result<Got, Stuck> {
    match act {
        Act::Propose { tool, with, name, key, asserts, repeat } => {
            let more = (key.as_ref(), asserts.as_deref());
            for _ in 1..*repeat {
                propose(world, (tool, with), name, more)?;
            }
            propose(world, (tool, with), name, more)
        }
        Act::Answer { of, by, approve } => answer(world, of, by, *approve),
        Act::Wait { ms } => {
            world.now = world.now.plus_ms(*ms);
            Ok(plain(world.command(Command::Lapse)))
        }
        Act::Lower { scope, to, by } => {
            let by = by.clone().unwrap_or_else(|| world.operator());
            Ok(plain(world.lower(scope, *to, &by)))
        }
        Act::Release { scope, by } => {
            let by = by.clone().unwrap_or_else(|| world.operator());
            let target = SwitchTarget::Scope(world.scope(scope));
            let reason = "as the scenario says".to_owned();
            Ok(plain(world.command(Command::ReleaseSwitch { target, by, reason })))
        }
        Act::RollBack { by } => {
            let by = by.clone().unwrap_or_else(|| world.operator());
            roll_back(world, by)
        }
        Act::End => {
            let (run, note) = (world.run, "done".to_owned());
            Ok(plain(world.command(Command::EndRun { run, reason: None, note })))
        }
        Act::Start { name, declared } => {
            Ok(Got { refused: world.start(name, declared).err(), ..Got::default() })
        }
    }
}

/// A step that is only done or refused.
fn plain(done: Result<Vec<Event>, Refusal>) -> Got {
    Got { refused: done.err(), ..Got::default() }
}

fn propose(
    world: &mut World<'_>,
    (tool, params): (&ToolName, &Value),
    name: &str,
    (key, asserts): (Option<&String>, Option<&[Assertion]>),
) -> Result<Got, Stuck> {
    let decided = match world.propose(tool, params, key, asserts) {
        Ok(decided) => decided,
        Err(Refusal::Joins(known)) => {
            let joins = Some(world.name_of(known));
            return Ok(Got { action: Some(known), joins, ..Got::default() });
        }
        Err(refusal) => return Ok(Got { refused: Some(refusal), ..Got::default() }),
    };
    let action = decided.proposal.action;
    world.names.push((name.to_owned(), action));
    if decided.decision.outcome == Outcome::Admit {
        world.execute(action, tool, params)?;
    }
    let instead = world.stand_in(action, tool, params)?;
    let asks = decided.question.iter().flat_map(|question| &question.asks).map(|ask| ask.rule.clone());
    let asks = asks.collect();
    Ok(Got { action: Some(action), asks, instead, decision: Some(decided.decision), ..Got::default() })
}

fn answer(world: &mut World<'_>, of: &str, by: &Person, approve: bool) -> Result<Got, Stuck> {
    let action =
        world.named(of).ok_or_else(|| format!("`{of}` was not proposed: it was joined or refused"))?;
    let asked = world.state.escalations.values().find(|it| it.action == action && it.replaced_by.is_none());
    let (escalation, digest) =
        asked
            .map(|escalation| (escalation.question.id, escalation.question.digest))
            .ok_or_else(|| format!("nobody was asked about `{of}`, so nobody can answer"))?;
    let reason = "as the scenario says".to_owned();
    let answer =
        Answer { escalation, by: by.clone(), approve, reason, digest, endorsed: None, opaque: false };
    let held = world.state.held.get(&action).map(|held| held.proposal.clone());
    let mut events = match world.command(Command::Decide(Box::new(answer))) {
        Ok(events) => events,
        Err(refusal) => return Ok(Got { action: Some(action), refused: Some(refusal), ..Got::default() }),
    };
    events.extend(release(world, action)?);
    let mut asks = Vec::new();
    let mut decision = None;
    for event in events {
        if let Event::ActionReleased { decision: made, .. } = event {
            decision = Some(*made);
        } else if let Event::ActionReturned(returned) = event {
            let question = returned.held.question.into_iter().flat_map(|question| question.asks);
            asks.extend(question.map(|ask| ask.rule));
            decision = Some(returned.held.decision);
        }
    }
    if let (Some(Outcome::Admit), Some(held)) = (decision.as_ref().map(|decision| decision.outcome), held) {
        world.execute(action, &held.tool, &held.params.value())?;
    }
    Ok(Got { action: Some(action), asks, decision, ..Got::default() })
}

/// An action that people have approved: it was held, everybody who is named agreed, and it was carried out.
pub(super) fn approved(world: &mut World<'_>, approval: &Approval) -> Result<(), Stuck> {
    let Approval { tool, with, name, by, .. } = approval;
    let stuck = |why: String| format!("`{tool}`, which `given.approvals` names, was not approved: {why}");
    let held = propose(world, (tool, with), name, (None, None))?;
    let outcome = held.decision.as_ref().map(|decision| decision.outcome);
    if outcome != Some(Outcome::Escalate) {
        let why = held.decision.map(|decision| objections(decision.findings.as_slice()).join("; "));
        return Err(stuck(
            why.filter(|why| !why.is_empty()).unwrap_or_else(|| "nobody was asked".to_owned()),
        ));
    }
    for person in by {
        let answered = answer(world, name, person, true)?;
        if let Some(refusal) = answered.refused {
            return Err(stuck(refusal.to_string()));
        }
    }
    let status = held.action.and_then(|action| world.state.actions.get(&action)).map(|action| action.status);
    match status {
        Some(ActionStatus::Succeeded) => Ok(()),
        Some(status) => Err(stuck(format!("it is {}", status.as_str()))),
        None => Err(stuck("it is not there".to_owned())),
    }
}

/// Plans the rollback, starts exactly that plan, and walks it as the control plane does: what is refused is left to
/// people, and with it what may rest on it.
fn roll_back(world: &mut World<'_>, by: Person) -> Result<Got, Stuck> {
    let (plan, run) = (world.plan(), world.run);
    let reason = "as the scenario says".to_owned();
    let asked = Box::new(Selection::run(run).into());
    let planned = world.command(Command::PlanRollback { plan, asked, by: by.clone() }).and_then(|_| {
        let frozen = world.state.rollbacks.get(&plan).map(|rollback| rollback.plan.clone());
        let frozen = frozen.ok_or_else(|| Refusal::Invalid("no plan was made".to_owned()))?;
        let digest = frozen.digest;
        world.command(Command::StartRollback { plan, digest, by, reason })?;
        Ok(frozen)
    });
    let steps = match planned {
        Ok(plan) => plan.steps,
        Err(refusal) => return Ok(Got { refused: Some(refusal), ..Got::default() }),
    };
    for step in steps {
        // Called back, it is looked at; refused, a person has it: until nothing more is due about it.
        while !matches!(world.state.turn(plan, step.target, world.now), Turn::Wait(_) | Turn::Over) {
            take(world, plan, step.target)?;
        }
    }
    let closed = match world.command(Command::CloseRollback { plan }) {
        Ok(events) => events.into_iter().find_map(|event| {
            if let Event::RollbackClosed { undone, parked, .. } = event {
                Some((undone, parked))
            } else {
                None
            }
        }),
        // What rests on a step that a person has to take over waits for people.
        Err(Refusal::Conflict(_)) => Some(left(world, plan)),
        Err(refusal) => return Ok(Got { refused: Some(refusal), ..Got::default() }),
    };
    Ok(Got { closed, ..Got::default() })
}

/// What is undone of a rollback that waits for people, and what is not.
fn left(world: &World<'_>, plan: PlanId) -> (u32, u32) {
    let steps = world.state.rollbacks.get(&plan).map(|rollback| &*rollback.plan.steps).unwrap_or_default();
    let status = |step: &UndoStep| world.state.actions.get(&step.target).map(|action| action.status);
    let count = |wanted: ActionStatus| steps.iter().filter(|step| status(step) == Some(wanted)).count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let exist = count(ActionStatus::Succeeded).saturating_add(count(ActionStatus::InDoubt));
    (number(count(ActionStatus::Undone)), number(exist))
}

/// Does what is due about one step, as the runner does.
fn take(world: &mut World<'_>, plan: PlanId, target: ActionId) -> Result<(), Stuck> {
    let action = world.action();
    let taken = world.command(Command::Compensate { plan, target, action });
    let Some(Event::ActionDecided(decided)) =
        taken.map_err(|refusal| refusal.to_string())?.into_iter().next()
    else {
        return Ok(());
    };
    let what = if decided.undoes.is_some() { "undo" } else { "read-back" };
    world.names.push((format!("{what} of {}", world.name_of(target)), action));
    world.execute(action, &decided.proposal.tool, &decided.proposal.params.value())
}

/// What undoing the present run would do now.
pub(super) fn undo_plan(world: &World<'_>) -> Option<Plan> {
    let id = remit_core::PlanId::new(uuid::Uuid::nil());
    world.run().map(|run| Plan::of(id, Selection::run(run.id), &[], &world.state, world.now))
}

/// Tools whose effects the plan would undo.
fn undone(world: &World<'_>) -> Vec<ToolName> {
    let steps = undo_plan(world).map(|plan| plan.steps).unwrap_or_default();
    let compensated = steps.into_iter().filter(|step| matches!(step.kind, StepKind::Compensate { .. }));
    compensated.map(|step| step.tool).collect()
}

/// The clauses that objected, in words.
pub(super) fn objections(findings: &[Finding]) -> Vec<String> {
    let objecting = findings.iter().filter(|finding| finding.outcome != Outcome::Admit);
    objecting
        .map(|finding| format!("{}: {} ({})", finding.clause, finding.reason.sentence(), finding.detail))
        .collect()
}
