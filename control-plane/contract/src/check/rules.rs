//! The rules that ask a person: each has an id of its own, watches an action, and names what there is.

use std::collections::BTreeSet;

use remit_core::{ItemName, ToolName};

use super::{check_parameter, did_you_mean, first_segment, input_of};
use crate::{
    document::{Document, Item, Need, Scope, TriggerRule},
    pointer::Pointer,
    policy::rule_error,
    problem::{Place, Problems, Spot, nearest},
    schema::Schema,
    trigger::Optional,
};

/// Id, place and action of every rule, with a condition or without.
fn all(scope: &Scope) -> impl Iterator<Item = (&str, Place, &Spot<ToolName>)> {
    let conditions = scope.escalate.iter().map(|rule| (rule.ask.rule.as_str(), rule.place, &rule.action));
    conditions.chain(scope.triggers.iter().map(|rule| (rule.ask.rule.as_str(), rule.place, &rule.action)))
}

pub(super) fn check(document: &Document, scope: &Scope, problems: &Problems) {
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
        let tooling = document.tooling.as_ref();
        let input = tooling.and_then(|tooling| input_of(tooling, &rule.action.value));
        for named in &rule.named {
            match &named.value {
                Optional::Parameter(pointer) => {
                    let parameter = first_segment(pointer.as_str());
                    check_parameter(input, (&rule.action.value, &parameter), named.place, problems);
                }
                Optional::Fact(item, pointer) => {
                    let fact = (item, pointer.as_ref(), named.place);
                    check_fact((rule, fact), (document, input), problems);
                }
            }
        }
    }
}

/// A fact that may be missing is one that the action looks at, and can be missing.
fn check_fact(
    (rule, (item, pointer, place)): (&TriggerRule, (&ItemName, Option<&Pointer>, Place)),
    (document, input): (&Document, Option<&Schema>),
    problems: &Problems,
) {
    let Some(evidence) = &document.evidence else { return };
    let (id, action) = (&rule.ask.rule, &rule.action.value);
    let need = evidence.needs.get(action).map(|need| need.value.as_ref());
    if need.is_some_and(|need| need.is_none()) {
        // What could not be read may have named it.
        return;
    }
    let need = need.flatten();
    let items = || need.into_iter().flat_map(Need::items).map(|wanted| &wanted.value);
    if !items().any(|known| known == item) {
        let remedy = match nearest(item.as_str(), items().map(ItemName::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if input.is_some_and(|input| input.has_property(item.as_str())) => {
                format!("did you mean `params:/{item}`?")
            }
            None => format!("list it under `evidence.needs.{action}`, as one of `of`"),
        };
        let text = format!("rule `{id}` asks for `{item}`, which `{action}` does not look at");
        problems.note::<()>(place, text, remedy);
        return;
    }
    let is_needed = need.is_some_and(|need| need.all.iter().any(|wanted| wanted.value == *item));
    let known = evidence.items.get(item).and_then(|item| item.value.as_ref());
    if known.is_some_and(|known| known.attested().is_none()) {
        let text = format!("rule `{id}` asks for `{item}`, which the service says itself and no tool reads");
        problems.note::<()>(place, text, format!("list what it must say under `require` of `{item}`"));
        return;
    }
    let known = known.and_then(Item::attested);
    let (what, remedy) = match pointer {
        None if is_needed => (
            format!("`{action}` is refused without `{item}`"),
            format!("name a place in it as `{item}:/…`, or make it one of `of` in `evidence.needs.{action}`"),
        ),
        Some(pointer) if known.is_some_and(|known| known.require.contains(pointer)) => (
            format!("`{item}` does not count without `{}`", pointer.as_str()),
            format!("remove it here, or from `require` of `{item}`"),
        ),
        None | Some(_) => return,
    };
    problems.note::<()>(place, format!("rule `{id}` never asks: {what}"), remedy);
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
