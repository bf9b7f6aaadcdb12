//! Evidence against the scope and the tools: every fact can be read, every need can be met.

use std::collections::BTreeSet;

use remit_core::{ItemName, Level, ToolName};

use super::{check_parameter, did_you_mean, first_segment, input_of};
use crate::{
    document::{AtLeast, Document, Evidence, Item, Need, OriginRule, Scope, Tooling},
    origin::Home,
    pointer::Source,
    problem::{Problems, Spot, nearest},
};

pub(super) fn check(document: &Document, scope: &Scope, tooling: &Tooling, problems: &Problems) {
    let Some(evidence) = &document.evidence else { return };
    for item in evidence.items.values().filter_map(|item| item.value.as_ref()) {
        check_item(item, scope, tooling, problems);
    }
    for (action, need) in &evidence.needs {
        if !scope.actions.contains_key(action) {
            problems.note::<()>(
                need.place,
                format!("evidence is needed by the unknown action `{action}`"),
                did_you_mean(action.as_str(), scope.actions.keys(), "name an action of `scope.actions`"),
            );
        }
        if let Some(need) = &need.value {
            check_need((action, need), evidence, tooling, problems);
        }
    }
    for (action, rules) in &evidence.origin {
        if !scope.actions.contains_key(action) {
            problems.note::<()>(
                rules.place,
                format!("evidence says where the parameters of the unknown action `{action}` come from"),
                did_you_mean(action.as_str(), scope.actions.keys(), "name an action of `scope.actions`"),
            );
        }
        if let Some(rules) = &rules.value {
            check_origin((action, rules), evidence, tooling, problems);
        }
    }
}

fn check_item(item: &Item, scope: &Scope, tooling: &Tooling, problems: &Problems) {
    let from = &item.from.value;
    match scope.actions.get(from).map(|level| level.value) {
        None => {
            problems.note::<()>(
                item.from.place,
                format!("evidence comes from `{from}`, which is not an action of the scope"),
                did_you_mean(from.as_str(), scope.actions.keys(), "name a reading action of `scope.actions`"),
            );
        }
        Some(Some(Level::Read) | None) => {}
        Some(Some(level)) => {
            problems.note::<()>(
                item.from.place,
                format!("evidence comes from `{from}`, which is of type `{level}`"),
                "name an action of type `read`: looking must not change what is seen",
            );
        }
    }
    for matching in &item.matching {
        check_parameter(input_of(tooling, from), (from, &matching.value.0), matching.place, problems);
    }
}

fn check_need(
    (action, need): (&ToolName, &Need),
    evidence: &Evidence,
    tooling: &Tooling,
    problems: &Problems,
) {
    let input = input_of(tooling, action);
    for (position, wanted) in need.items().enumerate() {
        if need.items().take(position).any(|earlier| earlier.value == wanted.value) {
            problems.note::<()>(
                wanted.place,
                format!("`{}` is listed twice", wanted.value),
                "remove one of the two",
            );
        }
        let Some(item) = evidence.items.get(&wanted.value) else {
            unknown_item(wanted, evidence.items.keys(), problems);
            continue;
        };
        for matching in item.value.iter().flat_map(|item| &item.matching) {
            let parameter = first_segment(matching.value.1.as_str());
            check_parameter(input, (action, &parameter), matching.place, problems);
        }
    }
    if let Some(choice) = &need.at_least {
        check_choice(need, choice, evidence, problems);
    }
    for value in need.agree.iter().flat_map(|line| &line.values) {
        match &value.value {
            Source::Params(pointer) => {
                check_parameter(input, (action, &first_segment(pointer.as_str())), value.place, problems);
            }
            Source::Item(item, _) => {
                if !need.items().any(|wanted| wanted.value == *item) {
                    let wanted = Spot { value: item.clone(), place: value.place };
                    unknown_item(&wanted, need.items().map(|wanted| &wanted.value), problems);
                }
            }
            Source::Result(_) => {}
        }
    }
}

/// Enough independent sources can be had at all.
fn check_choice(need: &Need, choice: &AtLeast, evidence: &Evidence, problems: &Problems) {
    let tool = |wanted: &Spot<ItemName>| {
        evidence.items.get(&wanted.value)?.value.as_ref().map(|item| item.from.value.clone())
    };
    let tools: BTreeSet<ToolName> = choice.of.iter().filter_map(tool).collect();
    if usize::try_from(choice.count.value).unwrap_or(usize::MAX) > tools.len() && need.is_known(evidence) {
        problems.note::<()>(
            choice.count.place,
            format!("{} independent sources are needed, `of` names {}", choice.count.value, tools.len()),
            "name items of as many different tools, or need fewer: two items of one tool are one source",
        );
    }
}

/// What a parameter may come from is a fact that the action needs.
fn check_origin(
    (action, rules): (&ToolName, &[Spot<OriginRule>]),
    evidence: &Evidence,
    tooling: &Tooling,
    problems: &Problems,
) {
    let need = evidence.needs.get(action).and_then(|need| need.value.as_ref());
    let needed: Vec<&ItemName> = need.into_iter().flat_map(Need::items).map(|wanted| &wanted.value).collect();
    for rule in rules {
        let parameter = first_segment(rule.value.pointer.as_str());
        check_parameter(input_of(tooling, action), (action, &parameter), rule.place, problems);
        for home in &rule.value.from {
            let Home::Item(item) = &home.value else { continue };
            if !needed.contains(&item) {
                let remedy = match nearest(
                    item.as_str(),
                    needed.iter().map(|item| item.as_str()).chain(["request"]),
                ) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("write `request`, or list it under `evidence.needs.{action}.all`"),
                };
                let text =
                    format!("a parameter of `{action}` may come from `{item}`, which it does not need");
                problems.note::<()>(home.place, text, remedy);
            }
        }
    }
}

fn unknown_item<'a>(wanted: &Spot<ItemName>, known: impl Iterator<Item = &'a ItemName>, problems: &Problems) {
    let remedy = match nearest(wanted.value.as_str(), known.map(ItemName::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "describe it under `evidence.items` and list it under `all`".to_owned(),
    };
    problems.note::<()>(wanted.place, format!("evidence item `{}` is not known here", wanted.value), remedy);
}
