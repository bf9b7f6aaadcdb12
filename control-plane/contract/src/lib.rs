//! Contract documents: what a service may do, parsed, checked and compiled into something that judges.
//!
//! ```text
//!   contract.yaml ─▶ yaml (tree with places) ─▶ document (sections) ─▶ check ─┐
//!   policy.cedar  ─▶ policy (sliced by action) ───────────────────────────────┴▶ CompiledContract
//! ```
//!
//! A contract is a folder; its identity is the digest of every byte in it. What is unknown, contradictory
//! or not enforced by this version is refused with file, line, column and remedy, all in one pass: no
//! sentence of a contract is accepted and then dropped. A compiled contract is immutable and pure, so any
//! number of threads may judge with it.

use std::path::Path;

mod again;
mod backtest;
mod calling;
mod check;
mod compiled;
mod diff;
mod document;
pub mod domain;
mod facts;
mod folder;
#[expect(dead_code, reason = "what is written; only its JSON Schema is used")]
mod form;
mod instead;
mod looked_at;
mod model;
mod needs;
mod origin;
mod pointer;
mod policy;
mod problem;
mod read;
mod request;
mod reuse;
pub mod scenario;
mod schema;
mod template;
mod trigger;
mod unknown;
mod upstream;
mod value;
mod yaml;

pub use again::Reread;
pub use backtest::{Backtest, Backtested, Flip, Said, Sum, sums};
pub use calling::{Calling, Retry};
pub use compiled::{CompiledContract, LastGood, Tool};
pub use diff::{Change, Direction, changes_in_words, diff, text_diff};
pub use facts::{RunFacts, Seen, Sighting};
pub use form::{domain_json_schema, json_schema};
pub use model::{ModelCall, Reported, Speaks, TokenPrice};
pub use problem::{Problem, Severity};
pub use request::{Method, ToolRequest};
pub use reuse::difference;
pub use upstream::{Auth, Reach, Upstream};

use compiled::assemble::assemble;
use document::{Document, POLICY_FILE};
use folder::CONTRACT_FILE;
pub use folder::Folder;
use policy::{Names, PolicyRule, World};
use problem::Problems;
use remit_core::ToolName;
use yaml::Node;

/// Reads and compiles the contract in a folder.
///
/// # Errors
/// Everything that is wrong with it, in the order of the files.
pub fn load(dir: &Path) -> Result<CompiledContract, Vec<Problem>> {
    compile_folder(&Folder::read(dir)?)
}

/// Compiles a contract from the text of its two files, as if its folder held nothing else.
///
/// # Errors
/// Everything that is wrong with it, in the order of the files.
pub fn compile(yaml: &str, policy: &str) -> Result<CompiledContract, Vec<Problem>> {
    compile_folder(&Folder { contract: yaml.to_owned(), policy: policy.to_owned(), scenarios: Vec::new() })
}

fn compile_folder(folder: &Folder) -> Result<CompiledContract, Vec<Problem>> {
    let large = folder.too_large();
    if !large.is_empty() {
        return Err(large);
    }
    let problems = Problems::of(CONTRACT_FILE);
    let document = yaml::parse(&folder.contract, &problems).and_then(|root| Document::read(&root, &problems));
    let policy_problems = Problems::of(POLICY_FILE);
    let Some(document) = document else {
        let names = Names { service: None, domain: None, actions: None };
        policy::read(&folder.policy, &names, &policy_problems);
        problems.remark(
            "what the file says, and what the policies do with it, is not checked yet".to_owned(),
            "mend its form first",
        );
        return Err(all_of(problems, policy_problems));
    };
    check::check(&document, &problems);

    let policies = policy::read(&folder.policy, &names_of(&document), &policy_problems);
    check::distinct_ids(&document, policies.iter().map(policy::PolicyRule::id), &problems);

    let world = world_of(&document, (&folder.policy, &policies), [&problems, &policy_problems]);
    let found = all_of(problems, policy_problems);
    if !found.is_empty() {
        return Err(found);
    }
    let refused = |error: String| {
        vec![Problem {
            severity: Severity::Error,
            file: CONTRACT_FILE.to_owned(),
            line: 0,
            column: 0,
            width: 0,
            message: format!("the contract cannot be compiled: {error}"),
            remedy: "report it: the check before this should have named the place".to_owned(),
        }]
    };
    match assemble(document, (&policies, &world), folder.digest()) {
        Ok(Some(contract)) => Ok(contract),
        Ok(None) => Err(refused("a section is not there".to_owned())),
        Err(error) => Err(refused(error)),
    }
}

/// The problems of both files, in the order of the files.
fn all_of(problems: Problems, policy_problems: Problems) -> Vec<Problem> {
    let mut found = problems.into_sorted();
    found.extend(policy_problems.into_sorted());
    found
}

/// Whom and what the policies may speak about.
fn names_of(document: &Document) -> Names<'_> {
    Names {
        service: document.head.service.as_ref().map(|name| name.as_str()),
        domain: document.head.domain.as_ref().map(|name| name.as_str()),
        actions: document
            .scope
            .has_actions
            .then(|| document.scope.actions.keys().map(ToolName::as_str).collect()),
    }
}

/// What the policies can see, against which they and the conditions of the document are checked.
fn world_of(
    document: &Document,
    (text, policies): (&str, &[PolicyRule]),
    [problems, policy_problems]: [&Problems; 2],
) -> World {
    let mut world = World::of(document);
    policy::validate(&mut world, (text, policies, policy_problems), (&document.scope.escalate, problems));
    world
}

/// The contract of a folder with an altered document, or without one of its policies, under the identity of
/// the whole; `None` when it does not hold together so. Types are not held against it: what is looked for is
/// what such a contract would decide.
fn recompile(folder: &Folder, root: &Node, leave_out: Option<&str>) -> Option<CompiledContract> {
    let problems = Problems::of(CONTRACT_FILE);
    let document = Document::read(root, &problems)?;
    check::check(&document, &problems);
    let mut policies = policy::read(&folder.policy, &names_of(&document), &problems);
    policies.retain(|policy| leave_out.is_none_or(|id| policy.id() != id));
    if !problems.into_sorted().is_empty() {
        return None;
    }
    let types = Problems::of(POLICY_FILE);
    let world = world_of(&document, (&folder.policy, &policies), [&types, &types]);
    assemble(document, (&policies, &world), folder.digest()).ok()?
}

#[cfg(test)]
mod tests;
