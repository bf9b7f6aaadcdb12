//! Rules that can be taken out: whether any decision of any scenario differs without them.

use remit_core::{Event, ToolName, event::Settlement};

use super::{Rule, Tie};
use crate::{
    CompiledContract,
    document::POLICY_FILE,
    folder::{CONTRACT_FILE, Folder},
    problem::Problems,
    scenario::{
        play::{Trace, play},
        suite::{Scenario, Suite},
    },
    yaml::{self, Kind, Node},
};

/// Where such rules stand; `*` is any key, or any item of a list.
const REMOVABLE: [&[&str]; 14] = [
    &["scope", "forbidden", "*"],
    &["scope", "escalate", "*"],
    &["scope", "workflows", "*"],
    &["scope", "workflows", "*", "*"],
    &["evidence", "items", "*", "matching"],
    &["evidence", "items", "*", "fresh_for"],
    &["evidence", "items", "*", "require"],
    &["evidence", "needs", "*", "agree", "*"],
    &["evidence", "origin", "*", "*"],
    &["tooling", "tools", "*", "output"],
    &["tooling", "tools", "*", "fallback"],
    &["cost", "service", "*", "*"],
    &["recovery", "schedule", "*"],
    &["recovery", "release"],
];

/// Each with whether the scenarios notice that it is gone.
pub(super) fn rules(folder: &Folder, suites: &[Suite], traces: &[Trace]) -> Vec<Rule> {
    let mut rules = Vec::new();
    let scenarios = || suites.iter().flat_map(|suite| suite.scenarios.iter().map(move |one| (suite, one)));
    let tie = |without: &CompiledContract| tie(without, scenarios().zip(traces));
    if let Some(root) = yaml::parse(&folder.contract, &Problems::of(CONTRACT_FILE)) {
        for path in REMOVABLE.iter().flat_map(|pattern| matches(&root, pattern)) {
            let Some((name, line)) = describe(&root, &path) else { continue };
            // What the document cannot be without is no rule that could be vacuous.
            let Some(without) = crate::recompile(folder, &without(&root, &path), None) else {
                continue;
            };
            rules.push(Rule { name, file: CONTRACT_FILE.to_owned(), line, tie: tie(&without) });
        }
        for (id, line) in crate::policy::ids(&folder.policy) {
            let Some(without) = crate::recompile(folder, &root, Some(&id)) else { continue };
            let name = format!("policy.{id}");
            rules.push(Rule { name, file: POLICY_FILE.to_owned(), line, tie: tie(&without) });
        }
    }
    rules
}

/// What the scenarios, each with how it went, show under a contract or a suite from which something was removed.
pub(super) fn tie<'a>(
    contract: &CompiledContract,
    scenarios: impl Iterator<Item = ((&'a Suite, &'a Scenario), &'a Trace)>,
) -> Tie {
    let mut tie = Tie::Vacuous;
    for ((suite, scenario), before) in scenarios {
        let (failure, after) = play(contract, suite, scenario);
        if failure.is_some() {
            return Tie::Held;
        }
        if marks(before) != marks(&after) {
            tie = Tie::Loose;
        }
    }
    tie
}

/// One step down the tree: a position among the entries or items.
type Path = Vec<usize>;

/// The paths that a pattern matches.
fn matches(node: &Node, pattern: &[&str]) -> Vec<Path> {
    let Some((first, rest)) = pattern.split_first() else { return vec![Vec::new()] };
    let children: Vec<(Option<&str>, &Node)> = match &node.kind {
        Kind::Scalar { .. } => Vec::new(),
        Kind::List(items) => items.iter().map(|item| (None, item)).collect(),
        Kind::Map(entries) => entries.iter().map(|entry| (Some(entry.key.as_str()), &entry.value)).collect(),
    };
    let mut paths = Vec::new();
    for (position, (key, child)) in children.into_iter().enumerate() {
        if *first == "*" || key == Some(*first) {
            for tail in matches(child, rest) {
                paths.push(std::iter::once(position).chain(tail).collect());
            }
        }
    }
    paths
}

/// The name of what stands at a path, and its line.
fn describe(root: &Node, path: &[usize]) -> Option<(String, usize)> {
    let (mut node, mut names, mut line) = (root, Vec::new(), 0);
    for position in path {
        match &node.kind {
            Kind::Scalar { .. } => return None,
            Kind::List(items) => {
                node = items.get(*position)?;
                line = node.place.line;
                names.push(called(node).unwrap_or_else(|| position.saturating_add(1).to_string()));
            }
            Kind::Map(entries) => {
                let entry = entries.get(*position)?;
                node = &entry.value;
                line = entry.place.line;
                names.push(entry.key.clone());
            }
        }
    }
    Some((names.join("."), line))
}

/// What an item of a list calls itself: its text, or its `id`.
fn called(item: &Node) -> Option<String> {
    match &item.kind {
        Kind::Scalar { text, .. } => Some(text.clone()),
        Kind::List(_) => None,
        Kind::Map(entries) => {
            let id = entries.iter().find(|entry| entry.key == "id")?;
            if let Kind::Scalar { text, .. } = &id.value.kind { Some(text.clone()) } else { None }
        }
    }
}

/// The tree without what stands at the path.
fn without(node: &Node, path: &[usize]) -> Node {
    let mut node = node.clone();
    let Some((position, rest)) = path.split_first() else { return node };
    match &mut node.kind {
        Kind::Scalar { .. } => {}
        Kind::List(items) if rest.is_empty() => drop(items.remove(*position)),
        Kind::Map(entries) if rest.is_empty() => drop(entries.remove(*position)),
        Kind::List(items) => {
            if let Some(item) = items.get_mut(*position) {
                *item = without(item, rest);
            }
        }
        Kind::Map(entries) => {
            if let Some(entry) = entries.get_mut(*position) {
                entry.value = without(&entry.value, rest);
            }
        }
    }
    node
}

/// What a scenario decided, without the words: which tool, what each clause found, who was asked, what became
/// of it.
fn marks(trace: &Trace) -> Vec<String> {
    trace.events().map(mark).collect()
}

fn mark(event: &Event) -> String {
    let decision = |tool: Option<&ToolName>, decision: &remit_core::Decision| {
        let findings: Vec<String> = decision
            .findings
            .iter()
            .map(|finding| format!("{}/{}", finding.outcome, finding.reason))
            .collect();
        format!("{tool:?} {} {}", decision.outcome, findings.join(" "))
    };
    if let Event::ActionDecided(decided) = event {
        let asked = decided.question.as_ref().map(|question| {
            let rules: Vec<&str> = question.asks.iter().map(|ask| ask.rule.as_str()).collect();
            format!("{rules:?} {:?} {} {}", question.groups, question.quorum, question.deadline)
        });
        return format!("{} {asked:?}", decision(Some(&decided.proposal.tool), &decided.decision));
    }
    if let Event::ActionReleased { decision: released, .. } = event {
        return decision(None, released);
    }
    if let Event::ActionSettled(settled) = event {
        let how = match settled.settlement {
            Settlement::Succeeded { .. } => "succeeded",
            Settlement::Failed { .. } => "failed",
            Settlement::InDoubt { .. } => "in doubt",
        };
        let seen = (settled.exchange.misfit.is_some(), settled.exchange.stale.is_some());
        return format!("{how} {seen:?} {}", settled.evidence.len());
    }
    if let Event::EscalationClosed { status, .. } = event {
        return format!("closed {status}");
    }
    if let Event::RunEnded { reason, .. } = event {
        return format!("run ended {reason:?}");
    }
    event.kind().to_owned()
}
