//! Reads the known answer to the question that a scenario ends in, and asks whether it can be put to people as practice.

use remit_core::{Outcome, practice::Answer};

use super::Reader;
use crate::{
    problem::{listed, nearest},
    read::{Fields, scalar::text},
    scenario::{
        expect::Fact,
        suite::{Act, Given, Known, Scenario, Spent, Step},
    },
    yaml::Node,
};

/// Longest reason, in bytes: it is told in a line.
const LONGEST: usize = 500;

impl Reader<'_> {
    /// `answer` and `because` of a step: both or neither.
    pub(super) fn known(self, fields: &Fields<'_>) -> Option<Option<Known>> {
        let (answer, because) = (fields.get("answer"), fields.get("because"));
        match (answer, because) {
            (None, None) => Some(None),
            (Some(answer), Some(because)) => {
                let (answer, because) = (self.answer(answer), self.reason_why(because));
                Some(Some(Known { answer: answer?, because: because? }))
            }
            (Some(at), None) => self.problems.note(
                at.place,
                "the step knows the `answer` and not why",
                "add `because: …`: whoever has answered is told it",
            ),
            (None, Some(at)) => self.problems.note(
                at.place,
                "the step says `because` and knows no `answer`",
                "add `answer: deny`, or say why of the whole scenario",
            ),
        }
    }

    fn answer(self, node: &Node) -> Option<Answer> {
        let word = text(node, "`answer`", self.problems)?;
        Answer::ALL.into_iter().find(|answer| answer.as_str() == word).or_else(|| {
            let words = Answer::ALL.map(Answer::as_str);
            let remedy = match nearest(&word, words) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("choose one of {}", listed(words)),
            };
            self.problems.note(node.place, format!("`{word}` is not an answer to a question"), remedy)
        })
    }

    fn reason_why(self, node: &Node) -> Option<String> {
        let because = text(node, "`because`", self.problems)?;
        if because.len() <= LONGEST {
            return Some(because);
        }
        let message = format!("`because` has {} bytes, at most {LONGEST} are told", because.len());
        self.problems.note(node.place, message, "say it in a sentence")
    }

    /// A question for practice is the last step, comes of proposals alone, and needs nothing that is so in a scenario
    /// alone: it is put as things stand in the domain.
    pub(super) fn practicable(self, scenario: &Scenario, shared: &Given) -> Option<()> {
        let mut fine = Some(());
        let proposes = |step: &Step| matches!(step.act, Act::Propose { .. });
        for (at, step) in scenario.steps.iter().enumerate().filter(|(_, step)| step.known.is_some()) {
            let before = scenario.steps.get(..at).unwrap_or_default();
            let is_last = at.checked_add(1) == Some(scenario.steps.len());
            let asks = proposes(step) && step.expect.is(Fact::Outcome, Outcome::Escalate.as_str());
            let (wrong, remedy) = if !asks {
                (
                    "nobody is asked in this step, so there is no answer to know",
                    "write it where something is proposed with `expect: { outcome: escalate }`, or remove `answer`",
                )
            } else if !is_last || !before.iter().all(proposes) {
                (
                    "a question for practice is the last step, after proposals alone",
                    "make a scenario of its own of it",
                )
            } else if self.is_of_a_model(&step.act) {
                (
                    "what a model is sent is not kept, so this question cannot be shown",
                    "choose a question about another tool",
                )
            } else if let Some(key) = only_here(&scenario.given).or_else(|| only_here(shared)) {
                let message =
                    format!("a question for practice is put as things stand, and `given` says `{key}`");
                fine =
                    self.problems.note(step.place, message, "make a file of its own of it, without that key");
                continue;
            } else {
                continue;
            };
            fine = self.problems.note(step.place, wrong, remedy);
        }
        fine
    }

    fn is_of_a_model(self, act: &Act) -> bool {
        let Act::Propose { tool, .. } = act else { return false };
        let known = self.contract.and_then(|contract| contract.tool(tool));
        known.is_some_and(|tool| tool.model.is_some())
    }
}

/// What is given that no domain can be brought to.
fn only_here(given: &Given) -> Option<&'static str> {
    let Given { spent, busy, crowded, reached, tripwires, switches, approvals, domain, .. } = given;
    let Spent { money, calls, tokens, tools, service, domain: all } = spent;
    let used =
        [service, all].into_iter().any(|it| it.money.is_some() || it.calls.is_some() || it.second.is_some());
    let said = [
        ("spent", used || money.is_some() || calls.is_some() || tokens.is_some() || !tools.is_empty()),
        ("busy", !busy.is_empty()),
        ("crowded", !crowded.is_empty()),
        ("reached", !reached.is_empty()),
        ("tripwires", !tripwires.is_empty()),
        ("switches", !switches.is_empty()),
        ("approvals", !approvals.is_empty()),
        ("domain", domain.is_some()),
    ];
    said.into_iter().find(|(_, is_said)| *is_said).map(|(key, _)| key)
}
