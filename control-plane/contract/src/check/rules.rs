//! The rules that ask a person: each has an id of its own, watches an action, and names what there is.

use std::collections::BTreeSet;

use remit_core::ToolName;

use super::{check_parameter, did_you_mean, input_of};
use crate::{
    document::{Document, Scope, Tooling},
    policy::rule_error,
    problem::{Place, Problems, Spot},
};

/// Id, place and action of every rule, with a condition or without.
fn all(scope: &Scope) -> impl Iterator<Item = (&str, Place, &Spot<ToolName>)> {
    let conditions = scope.escalate.iter().map(|rule| (rule.ask.rule.as_str(), rule.place, &rule.action));
    conditions.chain(scope.triggers.iter().map(|rule| (rule.ask.rule.as_str(), rule.place, &rule.action)))
}

pub(super) fn check(scope: &Scope, tooling: Option<&Tooling>, problems: &Problems) {
    let mut seen = BTreeSet::new();
    for (id, place, action) in all(scope) {
        if !seen.insert(id) {
            problems.note::<()>(
                place,
                format!("rule id `{id}` is used twice"),
                "give each rule an id of its own: decisions name it",
            );
        }
        if !scope.actions.contains_key(&action.value) {
            problems.note::<()>(
                action.place,
                format!("rule `{id}` watches the unknown action `{}`", action.value),
                did_you_mean(
                    action.value.as_str(),
                    scope.actions.keys(),
                    "name an action of `scope.actions`",
                ),
            );
        }
    }
    for rule in &scope.escalate {
        if let Some((wrong, place)) = rule_error(&rule.when.value, rule.when.place) {
            problems.note::<()>(
                place,
                format!("the condition of rule `{}` is not a Cedar expression: {wrong}", rule.ask.rule),
                "compare values under `context.params` or `context.evidence`, for instance `context.params.amount > 100`",
            );
        }
    }
    for rule in &scope.triggers {
        let input = tooling.and_then(|tooling| input_of(tooling, &rule.action.value));
        for named in &rule.named {
            check_parameter(input, (&rule.action.value, &named.value), named.place, problems);
        }
    }
}

/// A policy that asks a person is a rule too: two of one id could pass for one question.
pub(crate) fn distinct_ids<'a>(
    document: &Document,
    policies: impl Iterator<Item = &'a str>,
    problems: &Problems,
) {
    let policies: BTreeSet<&str> = policies.collect();
    for (id, place, _) in document.scope.iter().flat_map(all) {
        if policies.contains(id) {
            problems.note::<()>(
                place,
                format!("rule id `{id}` is also the id of a policy"),
                "give each an id of its own: decisions name it",
            );
        }
    }
}
