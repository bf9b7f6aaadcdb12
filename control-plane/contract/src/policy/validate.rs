//! Policies and conditions against the types of what they read, as strictly as Cedar can.
//!
//! A misspelt attribute, a comparison across types or a rule that can never apply would otherwise sleep until
//! a decision fails on it. All of it is found when the contract is checked.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use remit_core::ToolName;
use serde_json::Value;

use super::{
    PolicyRule,
    infer::infer,
    judge::{condition, condition_offset},
    place_of,
    said::Said,
    sight::{path, paths, tested},
    world::World,
};
use crate::{
    document::Rule,
    problem::{Place, Problems, Spot, listed, nearest},
};

/// One policy, or one condition of the scope as the policy that it is compiled to.
struct Subject<'a> {
    policy: Policy,
    /// How people call it.
    title: String,
    actions: Vec<ToolName>,
    conditions: Value,
    text: Source<'a>,
}

/// Where its text stands.
enum Source<'a> {
    /// In `policy.cedar`, which is the text.
    Policies(&'a str),
    /// In the document; what it is about.
    Condition((&'a Spot<String>, &'a ToolName)),
}

/// Notes everything that Cedar finds wrong, and completes the types from the use of facts.
pub(crate) fn validate(
    world: &mut World,
    (text, policies, policy_problems): (&str, &[PolicyRule], &Problems),
    (rules, document_problems): (&[Rule], &Problems),
) {
    let watched = rules.iter().filter_map(|rule| rule.head.action.as_ref().map(|action| &action.value));
    let named = policies.iter().flat_map(|rule| rule.actions.iter().flatten());
    for action in named.chain(watched) {
        world.meet(action);
    }
    let known: Vec<ToolName> = world.actions().cloned().collect();
    for rule in rules.iter().filter(|rule| rule.head.action.is_none()) {
        let text = format!("the condition of {} is not checked yet", rule.head.title());
        document_problems.remark(text, "mend its action first");
    }
    if known.is_empty() {
        if !policies.is_empty() {
            let text = "what the policies do is not checked yet".to_owned();
            policy_problems.remark(text, "mend the scope or the tools of the document first");
        }
        return;
    }
    let policies = policies.iter().filter_map(|rule| Subject::policy(rule, text, &known));
    let conditions = rules.iter().enumerate().filter_map(|(index, rule)| Subject::condition(rule, index));
    let mut subjects: BTreeMap<PolicyId, Subject<'_>> = BTreeMap::new();
    for subject in policies.chain(conditions) {
        subjects.insert(subject.policy.id().clone(), subject);
    }
    let uses: Vec<_> =
        subjects.values().map(|subject| (subject.actions.clone(), subject.conditions.clone())).collect();
    world.guess(&uses);
    infer(world, &uses);
    let problems = |subject: &Subject<'_>| match subject.text {
        Source::Policies(_) => policy_problems,
        Source::Condition(_) => document_problems,
    };
    for subject in subjects.values() {
        subject.check_tests(world, problems(subject));
    }
    let set = PolicySet::from_policies(subjects.values().map(|subject| subject.policy.clone()));
    let (schema, set) = match (Schema::from_json_value(world.to_cedar()), set) {
        (Ok(schema), Ok(set)) => (schema, set),
        (schema, set) => {
            let error =
                schema.err().map(|error| error.to_string()).or(set.err().map(|error| error.to_string()));
            policy_problems.note::<()>(
                Place::default(),
                format!("the policies cannot be checked: {}", error.unwrap_or_default()),
                "rename the parameter or the evidence item that it names",
            );
            return;
        }
    };
    let found = Validator::new(schema).validate(&set, ValidationMode::Strict);
    let errors = found.validation_errors().map(|error| (error.policy_id(), Said::error(error)));
    let warnings = found.validation_warnings().map(|warning| (warning.policy_id(), Said::warning(warning)));
    for (id, said) in errors.chain(warnings) {
        if let Some(subject) = subjects.get(id) {
            subject.note(world, said, problems(subject));
        }
    }
    let of_policies = |subject: &&Subject<'_>| matches!(subject.text, Source::Policies(_));
    let (policies, conditions): (Vec<_>, Vec<_>) = subjects.values().partition(of_policies);
    note_unread(world, &policies, ("the policies", policy_problems));
    note_unread(world, &conditions, ("the conditions", document_problems));
}

/// Says in one line what could not be checked, and why.
fn note_unread(world: &World, subjects: &[&Subject<'_>], (who, problems): (&str, &Problems)) {
    let unread: BTreeSet<String> = subjects.iter().flat_map(|subject| subject.unread(world)).collect();
    if !unread.is_empty() {
        let parts: Vec<String> = unread.into_iter().collect();
        problems.remark(
            format!("what {who} do with {} is not checked yet", parts.join(", ")),
            "mend what the document says of that first",
        );
    }
}

impl<'a> Subject<'a> {
    fn policy(rule: &PolicyRule, text: &'a str, known: &[ToolName]) -> Option<Self> {
        let actions = rule.actions.clone().unwrap_or_else(|| known.to_vec());
        let title = format!("policy `{}`", rule.policy.id());
        // Apart from those of conditions, and before them: of two that disagree the second is reported.
        let id = PolicyId::new(format!("policy {}", rule.policy.id()));
        Self::new(rule.policy.new_id(id), title, actions, Source::Policies(text))
    }

    /// `None` when it is no condition, or nobody knows of what.
    fn condition(rule: &'a Rule, index: usize) -> Option<Self> {
        let action = &rule.head.action.as_ref()?.value;
        let policy = condition(&rule.when.value, &format!("rule {index}"), Some(action)).ok()?;
        let title = format!("the condition of {}", rule.head.title());
        Self::new(policy, title, vec![action.clone()], Source::Condition((&rule.when, action)))
    }

    fn new(policy: Policy, title: String, actions: Vec<ToolName>, text: Source<'a>) -> Option<Self> {
        let conditions = policy.to_json().ok()?.get("conditions")?.clone();
        Some(Self { policy, title, actions, conditions, text })
    }

    /// What it reads of which the document does not say rightly what it is.
    fn unread(&self, world: &World) -> impl Iterator<Item = String> {
        let mut unread = Vec::new();
        for path in paths(&self.conditions) {
            let actions = self.actions.iter().filter(|action| world.unread.has(action, &path));
            unread.extend(actions.map(|action| world.unread.name(action, &path)));
        }
        unread.into_iter()
    }

    /// Cedar takes a `has` of what is never there for a `false`; here it is a spelling mistake.
    fn check_tests(&self, world: &World, problems: &Problems) {
        for path in tested(&self.conditions) {
            if self.actions.iter().all(|action| world.at(action, &path).is_none()) {
                let place = self.find(&path);
                self.note_absent(world, &path, place, problems);
            }
        }
    }

    /// Where a `has` stands, or the policy as a whole.
    fn find(&self, path: &[&str]) -> Place {
        let (Some(last), Some(source)) = (path.last(), self.policy.to_cedar()) else {
            return Place::default();
        };
        let tests = source.match_indices(" has ").map(|(at, word)| at.saturating_add(word.len()));
        let here = tests.filter_map(|at| {
            let rest = source.get(at..)?;
            let end = rest.find([' ', ')', '}', ';', '\n']).unwrap_or(rest.len());
            let name = rest.get(..end)?;
            let named = name.trim_matches('"').rsplit('.').next() == Some(last);
            named.then_some((at, end))
        });
        let start = match self.text {
            Source::Policies(text) => text.find(&source).unwrap_or(0),
            Source::Condition(_) => 0,
        };
        let (at, length) = here.into_iter().next().unwrap_or((0, 0));
        self.place(start.saturating_add(at), length)
    }

    /// Notes what Cedar says, in our words where the path is one of the context's.
    fn note(&self, world: &World, said: Said, problems: &Problems) {
        if said.is_of_all && self.unread(world).next().is_some() {
            return;
        }
        let (offset, length) = said.about;
        let place = self.place(offset, length);
        let source = match self.text {
            Source::Policies(text) => text.to_owned(),
            Source::Condition(_) => self.policy.to_cedar().unwrap_or_default(),
        };
        let expression = source.get(offset..offset.saturating_add(length)).unwrap_or_default();
        let read =
            Policy::parse(None, format!("permit (principal, action, resource) when {{ {expression} }};"));
        let json = read.ok().and_then(|policy| policy.to_json().ok()).unwrap_or_default();
        let body = json.pointer("/conditions/0/body");
        let is_unread = |path: Vec<&str>| self.actions.iter().all(|action| world.unread.has(action, &path));
        if body.is_some_and(|body| paths(body).into_iter().any(is_unread)) {
            return;
        }
        let path = body.and_then(path).filter(|(_, tested)| !tested).map(|(path, _)| path);
        match path.as_deref() {
            Some(path) if self.actions.iter().any(|action| world.at(action, path).is_none()) => {
                self.note_absent(world, path, place, problems);
            }
            // The fields of an item are there whenever it is.
            Some(["evidence", item, _, ..]) if said.optional => {
                problems.note::<()>(
                    place,
                    format!("{}: `context.evidence.{item}` may be absent", self.title),
                    format!("ask first: `context.evidence has {item} && …`"),
                );
            }
            Some([around @ .., last]) if said.optional => {
                let around: Vec<&str> = ["context"].into_iter().chain(around.iter().copied()).collect();
                problems.note::<()>(
                    place,
                    format!("{}: `{expression}` may be absent", self.title),
                    format!("ask first: `{} has {last} && …`", around.join(".")),
                );
            }
            Some(_) | None => {
                problems.note::<()>(place, format!("{}: {}", self.title, said.words), said.remedy);
            }
        }
    }

    /// Notes an attribute that is not there.
    fn note_absent(&self, world: &World, path: &[&str], place: Place, problems: &Problems) {
        let Some(action) = self.actions.iter().find(|action| world.at(action, path).is_none()) else {
            return;
        };
        // The first segment that leads nowhere.
        let leads = |length: &usize| path.get(..*length).is_some_and(|path| world.leads(action, path));
        let known = (0..path.len()).rev().find(leads).unwrap_or(0);
        let (around, rest) = path.split_at_checked(known).unwrap_or_default();
        let names = world.names(action, around);
        let said = rest.first().is_some_and(|item| around == ["evidence"] && world.is_said(action, item));
        let remedy = match (rest.first().and_then(|name| nearest(name, names.iter().copied())), around) {
            _ if said => {
                "policies judge what the control plane has read, not what the service says itself".to_owned()
            }
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, ["evidence"]) => format!("list the item under `evidence.needs.{action}.all`"),
            (None, ["evidence", item, ..]) => {
                format!("list it under `require` of evidence item `{item}`, so that it is always there")
            }
            (None, _) if names.is_empty() => "what stands before the last dot has no attributes".to_owned(),
            (None, _) => format!("there is {}", listed(names)),
        };
        let context: Vec<&str> = ["context"].into_iter().chain(path.iter().copied()).collect();
        problems.note::<()>(
            place,
            format!("{}: `{action}` has no `{}`", self.title, context.join(".")),
            remedy,
        );
    }

    /// The place of so many bytes of the policy's file, or of the condition's policy.
    fn place(&self, offset: usize, length: usize) -> Place {
        match self.text {
            Source::Policies(text) => place_of(text, offset, length),
            Source::Condition((when, action)) => {
                let start = condition_offset(action);
                inside(&when.value, when.place, offset.saturating_sub(start), length)
            }
        }
    }
}

/// The place of some bytes of a scalar, where it stands in one line as it is meant; else the scalar's.
pub(super) fn inside(scalar: &str, place: Place, offset: usize, length: usize) -> Place {
    let quotes = match place.width.checked_sub(scalar.chars().count()) {
        Some(0) => 0,
        Some(2) => 1,
        Some(_) | None => return place,
    };
    let inner = place_of(scalar, offset, length);
    if length == 0 || inner.line != 1 || inner.width == 0 {
        return place;
    }
    let column = place.column.saturating_add(quotes).saturating_add(inner.column).saturating_sub(1);
    Place { line: place.line, column, width: inner.width }
}

#[cfg(test)]
mod tests;
