//! Reads what must follow from a step, into the words in which it is compared.

use std::collections::BTreeSet;

use remit_core::{ActionStatus, Clause, Outcome, Reason, ToolName, state::Phase};

use super::Reader;
use crate::{
    problem::{listed, nearest},
    read::{
        Fields, entries,
        scalar::{money, text},
    },
    scenario::{
        compare::{LEFT_ALONE, REFUSALS},
        expect::{Expect, Fact},
    },
    yaml::{Entry, Kind, Node, to_json},
};

const OUTCOMES: [Outcome; 5] =
    [Outcome::Admit, Outcome::Escalate, Outcome::Throttle, Outcome::Deny, Outcome::Stop];

const PHASES: [Phase; 5] =
    [Phase::Open, Phase::Completed, Phase::Stopped, Phase::RollingBack, Phase::RolledBack];

impl Reader<'_> {
    /// Reads an expectation of a step that does `verb` after the named ones.
    pub(super) fn expect(self, node: &Node, verb: &str, names: &[String]) -> Option<Expect> {
        let fields = Fields::of(node, "`expect`", self.problems)?;
        let mut expect = Expect::default();
        let mut good = true;
        let mut set = |fact: Fact, found: Option<Option<Vec<String>>>| match found {
            Some(Some(values)) => expect.set(fact, values),
            Some(None) => good = false,
            None => {}
        };
        let one = |word: Option<String>| word.map(|word| vec![word]);
        if matches!(verb, "propose" | "approve") {
            let outcomes = OUTCOMES.map(Outcome::as_str);
            set(Fact::Outcome, fields.get("outcome").map(|at| one(self.word(at, "outcome", outcomes))));
            let clauses = Clause::ALL.map(Clause::as_str);
            set(Fact::Clause, fields.get("clause").map(|at| one(self.word(at, "clause", clauses))));
            set(Fact::Reason, fields.get("reason").map(|at| one(self.reason(at, "reason"))));
            if let Some(at) = fields.get("findings") {
                for (fact, found) in self.findings(at) {
                    set(fact, Some(one(found)));
                }
            }
        }
        if matches!(verb, "propose" | "approve") {
            set(Fact::Asks, fields.get("asks").map(|at| self.asks(at)));
        }
        if verb == "propose" {
            set(Fact::Instead, fields.get("instead").map(|at| self.instead(at)));
            set(Fact::Joins, fields.get("joins").map(|at| one(self.reference(at, names))));
        }
        if matches!(verb, "propose" | "approve" | "deny") {
            let statuses = ActionStatus::ALL.map(ActionStatus::as_str);
            set(Fact::Status, fields.get("status").map(|at| one(self.word(at, "status", statuses))));
        }
        if verb == "rollback" {
            set(Fact::Undone, fields.get("undone").map(|at| one(self.number(at, "undone"))));
            set(Fact::Parked, fields.get("parked").map(|at| one(self.number(at, "parked"))));
        }
        set(Fact::Actions, fields.get("actions").map(|at| self.actions(at, names)));
        set(Fact::Refused, fields.get("refused").map(|at| one(self.word(at, "refused", REFUSALS))));
        set(
            Fact::Tripped,
            fields.get("tripped").map(|at| self.each(at, "`tripped`", |item| self.tripwire(item))),
        );
        let phases = PHASES.map(Phase::as_str);
        set(Fact::Run, fields.get("run").map(|at| one(self.word(at, "run", phases))));
        for (fact, found) in fields.get("left").map(|at| self.left(at)).into_iter().flatten() {
            set(fact, Some(found));
        }
        set(Fact::Undo, fields.get("undo").map(|at| self.each(at, "`undo`", |item| self.undo(item, names))));
        fields.end();
        good.then_some(expect)
    }

    /// One of a closed set of words.
    fn word<'w>(
        self,
        node: &Node,
        key: &str,
        accepted: impl IntoIterator<Item = &'w str> + Clone,
    ) -> Option<String> {
        let word = text(node, &format!("`{key}`"), self.problems)?;
        if accepted.clone().into_iter().any(|known| known == word) {
            return Some(word);
        }
        let remedy = match nearest(&word, accepted.clone()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("choose one of {}", listed(accepted)),
        };
        self.problems.note(node.place, format!("`{word}` is not known as `{key}`"), remedy)
    }

    /// A reason code.
    fn reason(self, node: &Node, key: &str) -> Option<String> {
        let word = text(node, &format!("`{key}`"), self.problems)?;
        if word.parse::<Reason>().is_ok() {
            return Some(word);
        }
        let remedy = match nearest(&word, Reason::ALL.iter().map(|reason| reason.code())) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "write a reason code; `remit explain` lists them".to_owned(),
        };
        self.problems.note(node.place, format!("`{word}` is not a reason code"), remedy)
    }

    /// Reason codes by clause.
    fn findings(self, node: &Node) -> Vec<(Fact, Option<String>)> {
        let Some(entries) = entries(node, "`findings`", self.problems) else {
            return vec![(Fact::Reason, None)];
        };
        let found = entries.iter().map(|entry| {
            let Some(clause) = Clause::ALL.into_iter().find(|clause| clause.as_str() == entry.key) else {
                let clauses = Clause::ALL.map(Clause::as_str);
                let remedy = match nearest(&entry.key, clauses) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("choose one of {}", listed(clauses)),
                };
                let message = format!("`{}` is not a clause", entry.key);
                return (Fact::Reason, self.problems.note(entry.place, message, remedy));
            };
            (Fact::Finding(clause), self.reason(&entry.value, &format!("findings.{clause}")))
        });
        found.collect()
    }

    /// A tripwire, in the words of its `when` and `over`.
    fn tripwire(self, node: &Node) -> Option<String> {
        let words = text(node, "a tripwire", self.problems)?;
        if self.contract.is_none() {
            return Some(words);
        }
        self.wire(&words, node.place).map(|wire| wire.to_string())
    }

    /// What became of earlier actions, by the names of their steps.
    fn actions(self, node: &Node, names: &[String]) -> Option<Vec<String>> {
        let statuses = ActionStatus::ALL.map(ActionStatus::as_str);
        let found = self.by_key(node, "`actions`", |entry| {
            let name = self.named(&entry.key, entry.place, names);
            let status = self.word(&entry.value, "actions", statuses);
            Some(format!("{}: {}", name?, status?))
        })?;
        Some(found)
    }

    /// What stood in for a read, by tool, first the one that was tried first.
    fn instead(self, node: &Node) -> Option<Vec<String>> {
        let statuses = ActionStatus::ALL.map(ActionStatus::as_str);
        self.by_key(node, "`instead`", |entry| {
            Some(format!("{}: {}", entry.key, self.word(&entry.value, "instead", statuses)?))
        })
    }

    /// Rules that ask, by id, in any order.
    fn asks(self, node: &Node) -> Option<Vec<String>> {
        let mut asks = self.each(node, "`asks`", |item| text(item, "the id of a rule", self.problems))?;
        asks.sort();
        Some(asks)
    }

    /// A whole number, 0 included.
    fn number(self, node: &Node, key: &str) -> Option<String> {
        match &node.kind {
            Kind::Scalar { text, quoted: false } if text.parse::<u32>().is_ok() => Some(text.clone()),
            Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => self.problems.note(
                node.place,
                format!("`{key}` is not a whole number"),
                "write digits only, without quotes",
            ),
        }
    }

    /// What is left of the run's budgets: an amount of money, or each by name as in `given.spent`.
    fn left(self, node: &Node) -> Vec<(Fact, Option<Vec<String>>)> {
        let amount = |at, what| money(at, what, self.problems).map(|amount| vec![amount.to_string()]);
        if !matches!(node.kind, Kind::Map(_)) {
            return vec![(Fact::Left, amount(node, "`left`"))];
        }
        let Some(fields) = Fields::of(node, "`left`", self.problems) else { return Vec::new() };
        let money = fields.get("money").map(|at| (Fact::Left, amount(at, "`money`")));
        let calls = fields
            .get("calls")
            .map(|at| (Fact::LeftCalls, self.number(at, "calls").map(|calls| vec![calls])));
        let tools = fields.get("tools").map(|at| {
            let tools = self.by_key(at, "`tools`", |entry| {
                let tool = self.limited(entry);
                let left = self.number(&entry.value, &entry.key);
                Some(format!("{}: {}", tool?, left?))
            });
            (Fact::LeftTools, tools)
        });
        let tokens = fields
            .get("tokens")
            .map(|at| (Fact::LeftTokens, self.number(at, "tokens").map(|tokens| vec![tokens])));
        fields.end();
        [money, calls, tools, tokens].into_iter().flatten().collect()
    }

    /// A tool whose calls the contract limits, in `cost.run` or in a workflow.
    fn limited(self, entry: &Entry) -> Option<&str> {
        let Some(contract) = self.contract else { return Some(&entry.key) };
        let terms = contract.terms();
        let limits = terms.workflows.values().map(|workflow| &workflow.tools).chain([&terms.run.tools]);
        let known: BTreeSet<&str> = limits.flat_map(|limits| limits.keys().map(ToolName::as_str)).collect();
        if known.contains(entry.key.as_str()) {
            return Some(&entry.key);
        }
        let remedy = match nearest(&entry.key, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "name a tool that `cost.run.tools` or a workflow limits".to_owned(),
        };
        self.problems.note(entry.place, format!("the calls of `{}` have no limit", entry.key), remedy)
    }

    /// One step of the undo plan.
    fn undo(self, node: &Node, names: &[String]) -> Option<String> {
        let fields = Fields::of(node, "a step of `undo`", self.problems)?;
        let of = fields.need("of").and_then(|at| self.reference(at, names));
        let by = fields.get("by").map(|at| text(at, "`by`", self.problems));
        let with = fields.get("with").map(|at| to_json(at, self.problems));
        let alone = fields.get("not").map(|at| self.word(at, "not", LEFT_ALONE));
        fields.end();
        let does = match (by, with, alone) {
            (Some(by), with, None) => {
                let with = with.unwrap_or_else(|| Some(serde_json::json!({})))?;
                let params = remit_core::CanonicalJson::from_value(&with).ok()?;
                format!("{} {}", by?, params.as_str())
            }
            (None, None, Some(why)) => why?,
            (Some(_) | None, _, _) => {
                return self.problems.note(
                    node.place,
                    "a step of `undo` says `by` and `with`, or `not`",
                    "write `by: TOOL` with its parameters, or `not:` and why it is left alone",
                );
            }
        };
        Some(format!("{}: {does}", of?))
    }
}
