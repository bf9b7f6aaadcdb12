//! Must-deny canaries: the steps of scenarios that a clause must refuse, and whether the compiled contract still
//! refuses them. For the clause of recovery also the rollbacks that must undo.
//!
//! A scenario test asks whether everything goes exactly as it says; a canary asks only whether the clause that must
//! object does, at least as strictly. So a scenario goes on here after a step that went otherwise.

use std::collections::BTreeMap;

use remit_core::{Clause, Decision, Level, Outcome};

use super::{
    expect::Fact,
    play::{Got, approved, perform, told},
    suite::{Act, Scenario, Step, Suite},
    suites,
    world::World,
};
use crate::{CompiledContract, Folder, Problem};

/// How a clause of a contract is, as its canaries show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// Every canary of it was refused by it.
    Enforced,
    /// No scenario has a step that it must refuse.
    NotExercised,
    /// A canary was not refused by it, or the contract gives it nothing to enforce.
    Off,
}

impl Standing {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Enforced, Self::NotExercised, Self::Off];

    /// The word in reports and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::NotExercised => "not_exercised",
            Self::Off => "off",
        }
    }
}

/// The canaries of one clause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Canaries {
    /// Whose.
    pub clause: Clause,
    /// How many steps it must refuse.
    pub played: u32,
    /// Those that it did not refuse.
    pub missed: Vec<Missed>,
    /// True when the contract gives it nothing to enforce.
    pub idle: bool,
}

impl Canaries {
    /// How the clause is.
    pub const fn standing(&self) -> Standing {
        match (self.missed.is_empty(), self.played) {
            (false, _) => Standing::Off,
            (true, 0) if self.idle => Standing::Off,
            (true, 0) => Standing::NotExercised,
            (true, _) => Standing::Enforced,
        }
    }
}

/// A step that its clause did not refuse.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missed {
    /// The file, relative to the contract's folder.
    pub file: String,
    /// Line of the step, from 1.
    pub line: usize,
    /// The scenario.
    pub scenario: String,
    /// What was done, and what came instead.
    pub what: String,
}

/// Plays every scenario of a folder on this very contract, and says of each clause whether it refused what it must
/// refuse. The contract need not be what the folder compiles to: what is asked is what this one does.
///
/// # Errors
/// Everything that is wrong with the scenario files.
pub fn canaries(contract: &CompiledContract, folder: &Folder) -> Result<Vec<Canaries>, Vec<Problem>> {
    let suites = suites(folder, Some(contract))?;
    let mut all = Clause::ALL.map(|clause| Canaries {
        clause,
        played: 0,
        missed: Vec::new(),
        idle: is_idle(contract, clause),
    });
    for suite in &suites {
        for scenario in suite.scenarios.iter().filter(|it| it.steps.iter().any(|it| !wanted(it).is_empty())) {
            for (step, clause, what) in play(contract, suite, scenario) {
                for canaries in all.iter_mut().filter(|canaries| canaries.clause == clause) {
                    canaries.played = canaries.played.saturating_add(1);
                    canaries.missed.extend(what.clone().map(|what| Missed {
                        file: suite.file.clone(),
                        line: step.place.line,
                        scenario: scenario.id.clone(),
                        what: format!("{}: {what}", told(step)),
                    }));
                }
            }
        }
    }
    Ok(all.into())
}

/// Which clauses must object to a step, and how strictly at least.
fn wanted(step: &Step) -> BTreeMap<Clause, Outcome> {
    let mut wanted = BTreeMap::new();
    // What the last clause holds is that effects are undone: a rollback that must undo is its canary, too.
    if matches!(step.act, Act::RollBack { .. }) && step.expect.says(Fact::Undone) {
        wanted.insert(Clause::Recovery, Outcome::Escalate);
    }
    if !matches!(step.act, Act::Propose { .. } | Act::Answer { approve: true, .. }) {
        return wanted;
    }
    for clause in Clause::ALL {
        let objects = |word: &str| word != "within_contract" && word != "approved";
        let mut found = step.expect.facts().filter(|(fact, _)| *fact == Fact::Finding(clause));
        if found.any(|(_, values)| values.iter().any(|word| objects(word))) {
            wanted.insert(clause, Outcome::Escalate);
        }
        if step.expect.is(Fact::Clause, clause.as_str()) {
            let outcomes = [Outcome::Escalate, Outcome::Throttle, Outcome::Deny, Outcome::Stop];
            let said = outcomes.into_iter().find(|it| step.expect.is(Fact::Outcome, it.as_str()));
            wanted.extend(said.map(|outcome| (clause, outcome)));
        }
    }
    wanted
}

/// The canaries of one scenario: the step, its clause, and what came when the clause did not refuse it.
fn play<'s>(
    contract: &CompiledContract,
    suite: &'s Suite,
    scenario: &'s Scenario,
) -> Vec<(&'s Step, Clause, Option<String>)> {
    let given = World::begin(contract, &scenario.given, &suite.given).and_then(|mut world| {
        for approval in suite.given.approvals.iter().chain(&scenario.given.approvals) {
            approved(&mut world, approval)?;
        }
        Ok(world)
    });
    let (mut world, mut stuck) = match given {
        Ok(world) => (Some(world), None),
        Err(why) => (None, Some(why)),
    };
    let mut found = Vec::new();
    for step in &scenario.steps {
        let got = match (&mut world, &stuck) {
            (Some(world), None) => perform(world, &step.act),
            (_, why) => Err(why.clone().unwrap_or_default()),
        };
        let seen = wanted(step).into_iter();
        found
            .extend(seen.map(|(clause, least)| (step, clause, instead(got.as_ref(), step, (clause, least)))));
        stuck = got.err();
    }
    found
}

/// What came instead of the clause's objection; nothing when it objected.
fn instead(got: Result<&Got, &String>, step: &Step, (clause, least): (Clause, Outcome)) -> Option<String> {
    let objects = |decision: &Decision| {
        let mut findings = decision.findings.iter();
        findings.any(|finding| finding.clause == clause && finding.outcome >= least)
    };
    match got {
        // An answer that was not given proves nothing, and what is not proved counts as not refused.
        Err(why) => Some(format!("could not be played: {why}")),
        Ok(Got { closed: Some((undone, _)), .. }) => {
            let expected = step.expect.is(Fact::Undone, &undone.to_string());
            (!expected).then(|| format!("{undone} effect(s) undone"))
        }
        Ok(Got { refused: Some(refusal), .. }) => Some(format!("refused before any clause: {refusal}")),
        Ok(Got { decision: Some(decision), .. }) if objects(decision) => None,
        Ok(Got { decision: Some(decision), .. }) => {
            let by = decision.deciding();
            Some(format!("{clause} must refuse it; decided: {} ({})", decision.outcome.as_str(), by.reason))
        }
        Ok(Got { decision: None, .. }) => Some("nothing was decided".to_owned()),
    }
}

/// True when the contract has nothing that this clause could refuse. Who acts, the scope, the tools and the budgets
/// always have: what they do not name is refused. So have the policies, without which nothing is permitted.
fn is_idle(contract: &CompiledContract, clause: Clause) -> bool {
    match clause {
        Clause::Identity | Clause::Scope | Clause::Policy | Clause::Tooling | Clause::Cost => false,
        Clause::Evidence => {
            !contract.has_origin() && contract.tools().all(|tool| tool.needs().next().is_none())
        }
        Clause::Recovery => {
            let levels = contract.terms().tools.values().filter_map(|tool| tool.level);
            !levels.into_iter().any(Level::has_effect)
        }
    }
}
