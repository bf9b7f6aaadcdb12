//! Exercises: effects that a scenario shows being let go, with everything they need, made different as often as wanted.
//! A drill does them for real, against a sandbox that answers what the scenario says the tools answer.
//!
//! Nothing is assumed: every case is proposed to the core first, as the scenario does it, and is one only when it was
//! let go there.

use std::collections::BTreeMap;

use remit_core::{Assertion, Declared, Event, Level, Outcome, ToolName, event::Settlement, rollback::Verify};
use serde_json::{Map, Value};

use super::{
    base::{self, Base, Form, swapped},
    expect::Fact,
    suite::{Act, Given, Reply, Scenario, Suite},
    suites,
    world::World,
};
use crate::{CompiledContract, Folder, Problem, Tool};

mod sample;
#[cfg(test)]
mod tests;

/// Two numbers that any wording of a case must take: the first one, and one that is long.
const TRIED: [u64; 2] = [1, 4_999];

/// One call, and what its tool answers.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// The tool.
    pub tool: ToolName,
    /// Its parameters.
    pub params: Value,
    /// What it answers.
    pub result: Value,
}

/// One effect that is let go, and what goes before and after it.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// What the run declares when it starts.
    pub declared: Declared,
    /// The reads before it, in order.
    pub reads: Vec<Call>,
    /// What the service says itself with the effect.
    pub asserts: Vec<Assertion>,
    /// The effect.
    pub effect: Call,
    /// What undoes it; `None` when nothing does.
    pub undo: Option<Call>,
    /// The read that shows that it is undone, where the contract names one.
    pub verify: Option<Call>,
}

/// An effect of a scenario that can be done over and over.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// The scenario's file, relative to the contract's folder.
    pub file: String,
    /// The scenario.
    pub scenario: String,
    /// The tool of the effect.
    pub tool: ToolName,
    /// Its level.
    pub level: Level,
    /// True when it can be undone.
    pub reversible: bool,
    given: Given,
    params: Value,
    asserts: Option<Vec<Assertion>>,
    bases: Vec<Base>,
}

/// The effects of a contract's scenarios that go through by themselves: those of the highest level first, of the same
/// level those that can be undone.
///
/// # Errors
/// Everything that is wrong with the scenario files.
pub fn exercises(contract: &CompiledContract, folder: &Folder) -> Result<Vec<Exercise>, Vec<Problem>> {
    let suites = suites(folder, Some(contract))?;
    let all = suites.iter().flat_map(|suite| suite.scenarios.iter().map(move |it| (suite, it)));
    let mut found: Vec<Exercise> =
        all.filter_map(|(suite, scenario)| Exercise::of(contract, suite, scenario)).collect();
    found.sort_by_key(|it| std::cmp::Reverse((it.level, it.reversible)));
    Ok(found)
}

impl Exercise {
    /// The first effect of a scenario, when nothing but reads goes before it and nobody is asked about it.
    fn of(contract: &CompiledContract, suite: &Suite, scenario: &Scenario) -> Option<Self> {
        let mut given = merged(&scenario.given, &suite.given);
        for step in &scenario.steps {
            let Act::Propose { tool, with, asserts, .. } = &step.act else { return None };
            if !step.expect.is(Fact::Outcome, Outcome::Admit.as_str()) {
                return None;
            }
            let level = contract.tool(tool)?.level?;
            if !level.has_effect() {
                given.reads.push((tool.clone(), with.clone()));
                continue;
            }
            let exercise = Self {
                file: suite.file.clone(),
                scenario: scenario.id.clone(),
                tool: tool.clone(),
                level,
                reversible: false,
                given,
                params: with.clone(),
                asserts: asserts.clone(),
                bases: Vec::new(),
            };
            return exercise.told_apart(contract);
        }
        None
    }

    /// Finds what to change in it, so that each case is another effect and each is undone by another call.
    fn told_apart(mut self, contract: &CompiledContract) -> Option<Self> {
        let first = self.play(contract)?;
        let tool = contract.tool(&self.tool)?;
        if tool.has_effect_name() {
            let mut values = tool.effect_parameters().filter_map(|name| self.params.get(name));
            self = values.find_map(|value| self.with(contract, value, differs))?;
        }
        for value in tool.undone_by(&first.effect.result) {
            self = self.with(contract, value, undone_otherwise).unwrap_or(self);
        }
        self.reversible = first.undo.is_some();
        Some(self)
    }

    /// The same with one more value that is another one in each case.
    fn with(
        &self,
        contract: &CompiledContract,
        value: &Value,
        are_two: fn(&Case, &Case) -> bool,
    ) -> Option<Self> {
        if self.bases.iter().any(|base| base.value == *value) {
            return None;
        }
        Form::ALL.into_iter().filter(|form| form.fits(value)).find_map(|form| {
            let mut other = self.clone();
            other.bases.push(Base { value: value.clone(), form });
            let [one, two] = TRIED.map(|number| other.nth(contract, number));
            are_two(&one?, &two?).then_some(other)
        })
    }

    /// The case of this number; `None` when it is not let go after all.
    #[must_use]
    pub fn nth(&self, contract: &CompiledContract, number: u64) -> Option<Case> {
        let swap = |value: &Value| swapped(value, &self.bases, number);
        let mut other = self.clone();
        other.params = swap(&self.params);
        other.given = base::given(&self.given, swap)?;
        other.asserts = base::said(self.asserts.as_deref(), swap)?;
        other.play(contract)
    }

    /// Does it as the scenario does.
    fn play(&self, contract: &CompiledContract) -> Option<Case> {
        let mut world = World::begin(contract, &self.given, &Given::default()).ok()?;
        let decided = world.propose(&self.tool, &self.params, None, self.asserts.as_deref()).ok()?;
        if decided.decision.outcome != Outcome::Admit {
            return None;
        }
        world.execute(decided.proposal.action, &self.tool, &self.params).ok()?;
        let mut results = BTreeMap::new();
        for (_, event) in &world.events {
            if let Event::ActionSettled(settled) = event
                && let Settlement::Succeeded { result } = &settled.settlement
            {
                results.insert(settled.action, result.value());
            }
        }
        let result = results.get(&decided.proposal.action)?.clone();
        let reads = world.names.iter().zip(&self.given.reads).map(|((_, action), (tool, params))| {
            let result = results.get(action)?.clone();
            Some(Call { tool: tool.clone(), params: params.clone(), result })
        });
        let reads = reads.collect::<Option<Vec<_>>>()?;
        let undo = contract.undo_call(&self.tool, &self.params, &result, world.now);
        let verify = undo.as_ref().and_then(|undo| undo.verify.as_deref()).map(|it| seen_gone(contract, it));
        let undo = undo.map(|undo| {
            let params = undo.params.value();
            let said = world.reply_for(&undo.tool, &params).and_then(|reply| answer(reply));
            let result = said.unwrap_or_else(|| plainest(contract, &undo.tool));
            Call { tool: undo.tool, params, result }
        });
        Some(Case {
            declared: self.given.declared.clone().unwrap_or_default(),
            reads,
            asserts: decided.proposal.asserted,
            effect: Call { tool: self.tool.clone(), params: self.params.clone(), result },
            undo,
            verify,
        })
    }
}

/// As much of what is given as is so outside of a scenario, too: not what is used up, set or busy already.
pub(super) fn merged(own: &Given, shared: &Given) -> Given {
    let mut tools = own.tools.clone();
    for (tool, more) in &shared.tools {
        tools.entry(tool.clone()).or_default().extend(more.iter().cloned());
    }
    Given {
        at: own.at.or(shared.at),
        declared: own.declared.as_ref().or(shared.declared.as_ref()).cloned(),
        tools,
        reads: shared.reads.iter().chain(&own.reads).cloned().collect(),
        asserts: own.asserts.as_ref().or(shared.asserts.as_ref()).cloned(),
        ..Given::default()
    }
}

fn differs(one: &Case, two: &Case) -> bool {
    one.effect.params != two.effect.params
}

fn undone_otherwise(one: &Case, two: &Case) -> bool {
    matches!((&one.undo, &two.undo), (Some(one), Some(two)) if one.params != two.params)
}

fn answer(reply: &Reply) -> Option<Value> {
    match &reply.ending.settlement {
        Settlement::Succeeded { result } => Some(result.value()),
        Settlement::Failed { .. } | Settlement::InDoubt { .. } => None,
    }
}

/// The least that a tool may answer, by what the contract says of its answers.
fn plainest(contract: &CompiledContract, tool: &ToolName) -> Value {
    contract.tool(tool).and_then(Tool::output).map_or_else(|| Value::Object(Map::new()), sample::of)
}

/// The read that shows that an effect is gone, with the answer that shows it.
fn seen_gone(contract: &CompiledContract, verify: &Verify) -> Call {
    let mut result = plainest(contract, &verify.tool);
    for expected in &verify.expect {
        sample::put(&mut result, &expected.at, expected.is.value());
    }
    Call { tool: verify.tool.clone(), params: verify.params.value(), result }
}
