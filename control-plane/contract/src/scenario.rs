//! Scenarios: a contract's behaviour tests, played offline on the compiled contract and the real core.
//!
//! ```text
//!   scenarios/*.yaml ─▶ read (places, unknown keys) ─▶ suite ─▶ play ─▶ compare ─┐
//!                                        assess, handle, apply ──┘                ├─▶ Tested
//!                          rules of the contract ─▶ coverage (fired? removable?) ─┘
//! ```
//!
//! Nothing here decides: outcomes, findings, budgets and undo plans come from the code that runs in
//! production. Tools are not called; a scenario gives their answers. Only the contract's folder is read.
//! The steps that a clause must refuse are also played live, on the contract that decides: `canary.rs`. The effects
//! that are let go are what a drill does over and over: `exercise.rs`. Questions whose answer the author knows are put
//! to people for practice: `practice.rs`.

use std::{path::Path, sync::Arc};

use remit_core::Terms;

use crate::{CompiledContract, Problem, compile_folder, folder::Folder, problem::Problems};

/// Most actions that all scenarios of a contract propose: whoever plays them does nothing else meanwhile.
const MOST_ACTIONS: u32 = 10_000;

mod base;
mod canary;
mod compare;
mod coverage;
mod exercise;
mod expect;
mod play;
mod practice;
mod read;
mod release;
mod suite;
mod world;

pub use canary::{Canaries, Missed, Standing, canaries};
pub use coverage::{Rule, Tie};
pub use exercise::{Call, Case, Exercise, exercises};
pub use practice::{Like, PracticeQuestion, Put, practice};

use suite::Suite;

/// What the scenarios of a contract showed.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The contract that was tested.
    pub terms: Arc<Terms>,
    /// Every scenario that was played, in the order of the files.
    pub scenarios: Vec<Played>,
    /// Every rule of the contract that a scenario can tie; empty when only a part of the scenarios was played.
    pub rules: Vec<Rule>,
}

impl Tested {
    /// True when every scenario went as it says.
    pub fn passed(&self) -> bool {
        self.scenarios.iter().all(|played| played.failure.is_none())
    }

    /// The rules that none of the scenarios needs.
    pub fn vacuous(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(|rule| rule.tie == Tie::Vacuous)
    }
}

/// One scenario and how it went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Played {
    /// The file, relative to the contract's folder.
    pub file: String,
    /// What the file is about.
    pub suite: String,
    /// Its name, unique in the file.
    pub id: String,
    /// Line where it begins, from 1.
    pub line: usize,
    /// How many steps were played.
    pub steps: usize,
    /// The first step that did not go as it says; `None` when all did.
    pub failure: Option<Failure>,
}

/// A step that did not go as it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Line of the step, from 1.
    pub line: usize,
    /// What was done, for instance `propose payout.create`.
    pub step: String,
    /// What was expected, one fact a line.
    pub expected: String,
    /// What was seen, the same facts.
    pub got: String,
    /// What the clauses said, and what else explains it.
    pub notes: Vec<String>,
}

/// Plays the scenarios of a contract's folder: those whose file or id contains `filter`, or all.
///
/// # Errors
/// Everything that is wrong with the contract or with its scenario files.
pub fn test(dir: &Path, filter: Option<&str>) -> Result<Tested, Vec<Problem>> {
    test_folder(&Folder::read(dir)?, filter)
}

/// The same for a folder that was read already.
///
/// # Errors
/// As [`test()`].
pub fn test_folder(folder: &Folder, filter: Option<&str>) -> Result<Tested, Vec<Problem>> {
    let (contract, suites) = whole(folder)?;
    let (scenarios, traces) = play_all(&contract, &suites, filter);
    // With a part of the scenarios nothing can be said about what all of them leave out.
    let rules =
        if filter.is_some() { Vec::new() } else { coverage::rules(folder, &contract, &suites, &traces) };
    Ok(Tested { terms: Arc::clone(contract.terms()), scenarios, rules })
}

/// Plays every scenario once, without asking which rules they hold: that plays all of them again for each rule.
///
/// # Errors
/// As [`test()`].
pub fn play_folder(folder: &Folder) -> Result<Tested, Vec<Problem>> {
    let (contract, suites) = whole(folder)?;
    let (scenarios, _) = play_all(&contract, &suites, None);
    Ok(Tested { terms: Arc::clone(contract.terms()), scenarios, rules: Vec::new() })
}

/// Compiles a contract's folder and reads its scenarios, without playing them.
///
/// # Errors
/// Everything that is wrong with the contract or with its scenario files, in one pass.
pub fn check(dir: &Path) -> Result<CompiledContract, Vec<Problem>> {
    whole(&Folder::read(dir)?).map(|(contract, _)| contract)
}

/// The contract and its scenarios. Where the contract does not hold together, what the scenario files say by
/// themselves is still checked.
fn whole(folder: &Folder) -> Result<(CompiledContract, Vec<Suite>), Vec<Problem>> {
    let mut found = match compile_folder(folder) {
        Ok(contract) => return suites(folder, Some(&contract)).map(|suites| (contract, suites)),
        Err(found) => found,
    };
    if folder.too_large().is_empty() {
        found.extend(suites(folder, None).err().unwrap_or_default());
    }
    Err(found)
}

/// Plays the scenarios whose file or id contains `filter`, or all.
fn play_all(
    contract: &CompiledContract,
    suites: &[Suite],
    filter: Option<&str>,
) -> (Vec<Played>, Vec<play::Trace>) {
    let wanted = |file: &str, id: &str| filter.is_none_or(|text| file.contains(text) || id.contains(text));
    let mut scenarios = Vec::new();
    let mut traces = Vec::new();
    for suite in suites {
        for scenario in suite.scenarios.iter().filter(|scenario| wanted(&suite.file, &scenario.id)) {
            let (failure, trace) = play::play(contract, suite, scenario);
            scenarios.push(Played {
                file: suite.file.clone(),
                suite: suite.title.clone(),
                id: scenario.id.clone(),
                line: scenario.place.line,
                steps: trace.steps,
                failure,
            });
            traces.push(trace);
        }
    }
    (scenarios, traces)
}

/// Reads every scenario file, and holds it against the contract where there is one.
fn suites(folder: &Folder, contract: Option<&CompiledContract>) -> Result<Vec<Suite>, Vec<Problem>> {
    let mut files: Vec<&(String, Vec<u8>)> = folder.scenarios.iter().collect();
    files.sort();
    let (mut suites, mut found) = (Vec::new(), Vec::new());
    let mut actions: u32 = 0;
    for (file, bytes) in files {
        let problems = Problems::of(file);
        if let Some(suite) = read::suite(file, bytes, contract, &problems) {
            for scenario in &suite.scenarios {
                let before = actions;
                actions = actions.saturating_add(scenario.actions(&suite.given));
                if before <= MOST_ACTIONS && MOST_ACTIONS < actions {
                    problems.note::<()>(
                        scenario.place,
                        format!("with this scenario all of them propose {actions} actions, at most {MOST_ACTIONS} are played"),
                        "lower `repeat`, or remove scenarios that show the same",
                    );
                }
            }
            suites.push(suite);
        }
        found.extend(problems.into_sorted());
    }
    if found.is_empty() { Ok(suites) } else { Err(found) }
}

/// What the only scenario of a file makes happen under the good contract of the tests: a record to look back on.
#[cfg(test)]
pub(crate) fn recorded(scenarios: &str) -> Vec<(remit_core::Timestamp, remit_core::Event)> {
    tests::recorded(scenarios)
}

#[cfg(test)]
mod tests;
