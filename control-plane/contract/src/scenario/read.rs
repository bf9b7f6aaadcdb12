//! Reads a scenario file with the contract's own frame: places, unknown keys, every problem in one pass.

use std::collections::BTreeSet;

use super::suite::{Given, Scenario, Suite};
use crate::{
    CompiledContract,
    problem::{Place, Problems},
    read::{
        Fields, items,
        scalar::{Naming, name, text},
    },
    yaml::{self, Node},
};

mod asserts;
mod expect;
mod fault;
mod given;
mod practice;
mod reached;
mod step;

/// Most actions that one scenario proposes, with their repeats.
const MOST_ACTIONS: u32 = 1_000;

/// What the reading of a file needs to know.
#[derive(Clone, Copy)]
struct Reader<'a> {
    /// `None` when it does not hold together: then only what the file says by itself is checked.
    contract: Option<&'a CompiledContract>,
    problems: &'a Problems,
}

/// Reads a file; `None` where a problem was noted.
pub(super) fn suite(
    file: &str,
    bytes: &[u8],
    contract: Option<&CompiledContract>,
    problems: &Problems,
) -> Option<Suite> {
    let Ok(source) = std::str::from_utf8(bytes) else {
        return problems.note(Place::default(), "the file is not UTF-8", "save it as UTF-8");
    };
    if source.trim().is_empty() {
        return problems.note(
            Place::default(),
            "the file is empty",
            "write `suite: …` and a list of `scenarios`, or remove the file",
        );
    }
    let root = yaml::parse(source, problems)?;
    Reader { contract, problems }.suite(file, &root)
}

impl Reader<'_> {
    fn suite(self, file: &str, root: &Node) -> Option<Suite> {
        let fields = Fields::of(root, "a scenario file", self.problems)?;
        let title = fields.need("suite").and_then(|node| text(node, "`suite`", self.problems));
        let given = match fields.get("given") {
            Some(node) => self.given(node, &Given::default()),
            None => Some(Given::default()),
        };
        let list = fields.need("scenarios").and_then(|node| items(node, "`scenarios`", self.problems));
        fields.end();
        let (list, given) = (list?, given?);
        if list.is_empty() {
            return self.problems.note(
                root.place,
                "the file holds no scenario",
                "add one, or remove the file",
            );
        }
        let mut known = BTreeSet::new();
        let scenarios: Vec<_> = list.iter().map(|node| self.scenario(node, &given, &mut known)).collect();
        let scenarios = scenarios.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Suite { file: file.to_owned(), title: title?, given, scenarios })
    }

    fn scenario(self, node: &Node, shared: &Given, known: &mut BTreeSet<String>) -> Option<Scenario> {
        let fields = Fields::of(node, "a scenario", self.problems)?;
        let id = fields.need("id").and_then(|at| {
            let id = name(at, "the id", Naming::Plain, self.problems)?;
            if known.insert(id.clone()) {
                return Some(id);
            }
            self.problems.note(
                at.place,
                format!("two scenarios of this file are called `{id}`"),
                "give each an id of its own: reports name it",
            )
        });
        let because = match fields.get("because") {
            Some(at) => text(at, "`because`", self.problems).map(Some),
            None => Some(None),
        };
        let given = match fields.get("given") {
            Some(at) => self.given(at, shared),
            None => Some(Given::default()),
        };
        let when = fields.need("when").and_then(|at| items(at, "`when`", self.problems));
        fields.end();
        let (when, given) = (when?, given?);
        if when.is_empty() {
            return self.problems.note(node.place, "the scenario does nothing", "add a step under `when`");
        }
        let steps = self.steps(when, &given, shared);
        because?;
        let scenario = Scenario { id: id?, place: node.place, given, steps: steps? };
        self.practicable(&scenario, shared)?;
        let actions = scenario.actions(shared);
        if MOST_ACTIONS < actions {
            return self.problems.note(
                node.place,
                format!(
                    "the scenario `{}` proposes {actions} actions, at most {MOST_ACTIONS} are played",
                    scenario.id
                ),
                "lower `repeat`: what many calls show, fewer show as well",
            );
        }
        Some(scenario)
    }
}
