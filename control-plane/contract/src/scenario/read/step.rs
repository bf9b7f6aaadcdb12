//! Reads the steps of a scenario: what is done, by whom, and what must follow.

use remit_core::Person;

use super::Reader;
use crate::{
    problem::{Place, listed, nearest},
    read::{
        Fields,
        scalar::{Naming, count, duration, name, text},
    },
    scenario::{
        expect::{Expect, Fact},
        suite::{Act, Given, People, Step},
    },
    yaml::Node,
};

/// What can be done in a step.
const VERBS: [&str; 9] =
    ["propose", "approve", "deny", "wait", "lower", "release", "rollback", "end", "start"];

/// What a step may refer to.
struct Known<'a> {
    given: &'a Given,
    shared: &'a Given,
    names: Vec<String>,
}

impl Reader<'_> {
    pub(super) fn steps(self, list: &[Node], given: &Given, shared: &Given) -> Option<Vec<Step>> {
        let read = shared.reads.iter().chain(&given.reads).map(|(tool, _)| tool.to_string());
        let approved = shared.approvals.iter().chain(&given.approvals).map(|it| it.name.clone());
        let mut known = Known { given, shared, names: read.chain(approved).collect() };
        let steps: Vec<_> = list.iter().map(|node| self.step(node, &mut known)).collect();
        steps.into_iter().collect()
    }

    fn step(self, node: &Node, known: &mut Known<'_>) -> Option<Step> {
        let fields = Fields::of(node, "a step", self.problems)?;
        let said: Vec<_> = VERBS.iter().filter_map(|verb| Some((*verb, fields.peek(verb)?))).collect();
        let (verb, at) = match said.as_slice() {
            [one] => *one,
            [] => {
                let meant = fields.keys().find_map(|key| nearest(key, VERBS));
                let remedy = match meant {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("write one of {}", listed(VERBS)),
                };
                return self.problems.note(node.place, "a step does nothing", remedy);
            }
            [(first, _), (second, at), ..] => {
                return self.problems.note(
                    at.place,
                    format!("a step does `{first}` and `{second}`"),
                    "make two steps of it: each does one thing",
                );
            }
        };
        let act = self.act(verb, at, &fields, known);
        let expect = match fields.get("expect") {
            Some(at) => self.expect(at, verb, &known.names),
            None => Some(Expect::default()),
        };
        let known = self.known(&fields);
        fields.end();
        let mut expect = expect?;
        let act = act?;
        settle_defaults(&act, &mut expect);
        Some(Step { place: node.place, act, expect, known: known? })
    }

    fn act(self, verb: &str, at: &Node, fields: &Fields<'_>, known: &mut Known<'_>) -> Option<Act> {
        // Each verb is asked for by name, so that only the step's own verb counts as a known key.
        let by = |known: &Known<'_>| match fields.get("by") {
            Some(at) => self.by(at, known).map(Some),
            None => Some(None),
        };
        match verb {
            "propose" => {
                fields.get("propose");
                self.propose(at, fields, known)
            }
            "approve" | "deny" => {
                let approve = verb == "approve";
                fields.get(if approve { "approve" } else { "deny" });
                let of = self.reference(at, &known.names);
                let by = fields.need("by").and_then(|at| self.by(at, known));
                Some(Act::Answer { of: of?, by: by?, approve })
            }
            "wait" => {
                fields.get("wait");
                Some(Act::Wait { ms: duration(at, "`wait`", self.problems)? })
            }
            "lower" => {
                fields.get("lower");
                let to = fields.need("to").and_then(|at| self.ceiling(at));
                let (scope, by) = (self.scope(at), by(known));
                Some(Act::Lower { scope: scope?, to: to?, by: by? })
            }
            "release" => {
                fields.get("release");
                let (scope, by) = (self.scope(at), by(known));
                Some(Act::Release { scope: scope?, by: by? })
            }
            "rollback" => {
                fields.get("rollback");
                let (this, by) = (self.this_run(at, "rollback"), by(known));
                this.and(by).map(|by| Act::RollBack { by })
            }
            "end" => {
                fields.get("end");
                self.this_run(at, "end")?;
                Some(Act::End)
            }
            _ => {
                fields.get("start");
                let name = text(at, "the name of a run", self.problems);
                let declared = self.declared(fields);
                Some(Act::Start { name: name?, declared: declared? })
            }
        }
    }

    fn propose(self, at: &Node, fields: &Fields<'_>, known: &mut Known<'_>) -> Option<Act> {
        // Any name is accepted: a scenario may try what the contract does not know.
        let tool = name(at, "the tool", Naming::Tool, self.problems);
        let with = self.with(fields.get("with"));
        let called = match fields.get("as") {
            Some(at) => name(at, "`as`", Naming::Tool, self.problems),
            None => tool.clone(),
        };
        let key = match fields.get("key") {
            Some(at) => text(at, "`key`", self.problems).map(Some),
            None => Some(None),
        };
        let asserts = match fields.get("asserts") {
            Some(at) => self.asserts(at).map(Some),
            None => Some(None),
        };
        let repeat = match fields.get("repeat") {
            Some(at) => count(at, "`repeat`", self.problems),
            None => Some(1),
        };
        known.names.extend(called.clone());
        let (name, repeat) = (called?, repeat?);
        Some(Act::Propose { tool: tool?.into(), with: with?, name, key: key?, asserts: asserts?, repeat })
    }

    /// A step of before, by its name.
    pub(super) fn reference(self, node: &Node, names: &[String]) -> Option<String> {
        let of = text(node, "the name of a step", self.problems)?;
        self.named(&of, node.place, names)
    }

    /// The same, from text that stands at a place.
    pub(super) fn named(self, of: &str, place: Place, names: &[String]) -> Option<String> {
        if names.iter().any(|name| name == of) {
            return Some(of.to_owned());
        }
        let remedy = match nearest(of, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "name an earlier step by its `as`, or by its tool".to_owned(),
        };
        self.problems.note(place, format!("no step before this one is called `{of}`"), remedy)
    }

    fn by(self, node: &Node, known: &Known<'_>) -> Option<Person> {
        self.somebody(node, [&known.given.people, &known.shared.people])
    }

    /// One of the people who were introduced.
    pub(super) fn somebody(self, node: &Node, known: [&People; 2]) -> Option<Person> {
        let person = text(node, "`by`", self.problems)?;
        let people = || known.into_iter().flatten();
        if let Some((name, groups)) = people().find(|(name, _)| **name == person) {
            return Some(Person { name: name.clone(), groups: groups.clone() });
        }
        let remedy = match nearest(&person, people().map(|(name, _)| name.as_str())) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "introduce them under `given.people`, with their groups".to_owned(),
        };
        self.problems.note(node.place, format!("nobody here is called `{person}`"), remedy)
    }

    /// `rollback` and `end` are about the present run and nothing else.
    fn this_run(self, node: &Node, verb: &str) -> Option<()> {
        if text(node, &format!("`{verb}`"), self.problems)? == "run" {
            return Some(());
        }
        self.problems.note(node.place, format!("`{verb}` is about the run"), format!("write `{verb}: run`"))
    }
}

/// What a step means where it says nothing: it goes well. So no step is without an expectation.
fn settle_defaults(act: &Act, expect: &mut Expect) {
    expect.unless_said(Fact::Refused, "none");
    if !expect.is(Fact::Refused, "none") {
        return;
    }
    match act {
        Act::Propose { .. } => {
            if !expect.says(Fact::Joins) {
                expect.unless_said(Fact::Outcome, "admit");
            }
            if expect.is(Fact::Outcome, "admit") {
                expect.unless_said(Fact::Status, "succeeded");
            }
        }
        Act::Answer { approve: true, .. } => expect.unless_said(Fact::Status, "succeeded"),
        Act::Answer { approve: false, .. } => expect.unless_said(Fact::Status, "denied"),
        Act::RollBack { .. } => expect.unless_said(Fact::Parked, "0"),
        Act::Wait { .. } | Act::Lower { .. } | Act::Release { .. } | Act::End | Act::Start { .. } => {}
    }
}
