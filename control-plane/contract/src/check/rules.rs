//! The rules that ask a person: each has an id of its own, watches an action, and names what there is.

use std::collections::BTreeSet;

use remit_core::{ItemName, ToolName};

use super::{check_parameter, did_you_mean, first_segment, input_of};
use crate::{
    document::{Document, Evidence, Item, Need, RuleHead, Scope},
    pointer::Pointer,
    policy::rule_error,
    problem::{Place, Problems, Spot, nearest},
    schema::Schema,
    trigger::Optional,
};

/// What every rule says, with a condition or without.
fn all(scope: &Scope) -> impl Iterator<Item = &RuleHead> {
    let conditions = scope.escalate.iter().map(|rule| &rule.head);
    conditions.chain(scope.triggers.iter().map(|rule| &rule.head))
}

pub(super) fn check(document: &Document, scope: &Scope, problems: &Problems) {
    let mut seen = BTreeSet::new();
    for rule in all(scope) {
        if let Some(id) = rule.id.as_ref().filter(|id| !seen.insert(id.as_str())) {
            problems.note::<()>(
                rule.place,
                format!("rule id `{id}` is used twice"),
                "give each rule an id of its own: decisions name it",
            );
        }
        if let Some(action) = rule.action.as_ref().filter(|action| scope.lacks(&action.value)) {
            problems.note::<()>(
                action.place,
                format!("{} watches the unknown action `{}`", rule.title(), action.value),
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
                format!("the condition of {} is not a Cedar expression: {wrong}", rule.head.title()),
                "compare values under `context.params` or `context.evidence`, for instance `context.params.amount > 100`",
            );
        }
    }
    for rule in &scope.triggers {
        let Some(Spot { value: action, .. }) = &rule.head.action else { continue };
        let input = input_of(&document.tooling, action);
        for named in &rule.named {
            match &named.value {
                Optional::Parameter(pointer) => {
                    let parameter = first_segment(pointer.as_str());
                    check_parameter(input, (action, &parameter), named.place, problems);
                }
                Optional::Fact(item, pointer) => {
                    let fact = (item, pointer.as_ref(), named.place);
                    check_fact((&rule.head, action), fact, (&document.evidence, input), problems);
                }
            }
        }
    }
}

/// A fact that may be missing is one that the action looks at, and can be missing.
fn check_fact(
    (rule, action): (&RuleHead, &ToolName),
    (item, pointer, place): (&ItemName, Option<&Pointer>, Place),
    (evidence, input): (&Evidence, Option<&Schema>),
    problems: &Problems,
) {
    // What could not be read may have named it.
    let Some(need) = evidence.whole_need(action) else { return };
    let title = rule.title();
    let items = || need.into_iter().flat_map(Need::items).map(|wanted| &wanted.value);
    if !items().any(|known| known == item) {
        let remedy = match nearest(item.as_str(), items().map(ItemName::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if input.is_some_and(|input| input.has_property(item.as_str())) => {
                format!("did you mean `params:/{item}`?")
            }
            None => format!("list it under `evidence.needs.{action}`, as one of `of`"),
        };
        let text = format!("{title} asks for `{item}`, which `{action}` does not look at");
        problems.note::<()>(place, text, remedy);
        return;
    }
    let is_needed = need.is_some_and(|need| need.all.good().iter().any(|wanted| wanted.value == *item));
    let known = evidence.items.get(item).and_then(|item| item.value.as_ref());
    if known.is_some_and(|known| known.attested().is_none()) {
        let text = format!("{title} asks for `{item}`, which the service says itself and no tool reads");
        problems.note::<()>(place, text, format!("list what it must say under `require` of `{item}`"));
        return;
    }
    let known = known.and_then(Item::attested);
    let (what, remedy) = match pointer {
        None if is_needed => (
            format!("`{action}` is refused without `{item}`"),
            format!("name a place in it as `{item}:/…`, or make it one of `of` in `evidence.needs.{action}`"),
        ),
        Some(pointer) if known.is_some_and(|known| known.require.good().contains(pointer)) => (
            format!("`{item}` does not count without `{}`", pointer.as_str()),
            format!("remove it here, or from `require` of `{item}`"),
        ),
        None | Some(_) => return,
    };
    problems.note::<()>(place, format!("{title} never asks: {what}"), remedy);
}

/// A policy that asks a person is a rule too: two of one id could pass for one question.
pub(crate) fn distinct_ids<'a>(
    document: &Document,
    policies: impl Iterator<Item = &'a str>,
    problems: &Problems,
) {
    let policies: BTreeSet<&str> = policies.collect();
    for rule in all(&document.scope) {
        if let Some(id) = rule.id.as_ref().filter(|id| policies.contains(id.as_str())) {
            problems.note::<()>(
                rule.place,
                format!("rule id `{id}` is also the id of a policy"),
                "give each an id of its own: decisions name it",
            );
        }
    }
}
