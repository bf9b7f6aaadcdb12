//! Evidence against the scope and the tools: every fact can be read, every need can be met.

use std::collections::BTreeSet;

use remit_core::{ItemName, Level, ToolName};

use super::{check_parameter, did_you_mean, document_of, first_segment, input_of, origin};
use crate::{
    document::{AtLeast, Attested, Document, Evidence, Item, Need, Scope, Tooling},
    pointer::Source,
    problem::{Problems, Spot, nearest},
};

pub(super) fn check(document: &Document, scope: &Scope, tooling: &Tooling, problems: &Problems) {
    let evidence = &document.evidence;
    for item in evidence.items.values().filter_map(|item| item.value.as_ref()?.attested()) {
        check_item(item, scope, tooling, problems);
    }
    for (action, need) in &evidence.needs {
        if scope.lacks(action) {
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
        if scope.lacks(action) {
            problems.note::<()>(
                rules.place,
                format!("evidence says where the parameters of the unknown action `{action}` come from"),
                did_you_mean(action.as_str(), scope.actions.keys(), "name an action of `scope.actions`"),
            );
        }
        if let Some(rules) = &rules.value {
            origin::check((action, rules.good()), evidence, tooling, problems);
        }
    }
}

fn check_item(item: &Attested, scope: &Scope, tooling: &Tooling, problems: &Problems) {
    let Some(Spot { value: from, place }) = &item.from else { return };
    match scope.actions.get(from).map(|level| level.value) {
        None if !scope.has_actions => {}
        None => {
            problems.note::<()>(
                *place,
                format!("evidence comes from `{from}`, which is not an action of the scope"),
                did_you_mean(from.as_str(), scope.actions.keys(), "name a reading action of `scope.actions`"),
            );
        }
        Some(Some(Level::Read) | None) => {}
        Some(Some(level)) => {
            problems.note::<()>(
                *place,
                format!("evidence comes from `{from}`, which is of type `{level}`"),
                "name an action of type `read`: looking must not change what is seen",
            );
        }
    }
    for matching in item.matching.good() {
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
            if evidence.has_items {
                unknown_item(wanted, evidence.items.keys(), problems);
            }
            continue;
        };
        let attested = item.value.as_ref().and_then(Item::attested);
        for matching in attested.iter().flat_map(|item| item.matching.good()) {
            let parameter = first_segment(matching.value.1.as_str());
            check_parameter(input, (action, &parameter), matching.place, problems);
        }
    }
    check_suffices((action, need), evidence, problems);
    if let Some(choice) = &need.at_least {
        check_choice(need, choice, (evidence, tooling), problems);
    }
    for value in need.agree.good().iter().flat_map(|line| line.values.good()) {
        match &value.value {
            Source::Params(pointer) => {
                check_parameter(input, (action, &first_segment(pointer.as_str())), value.place, problems);
            }
            Source::Item(item, _) => {
                if need.is_whole() && !need.items().any(|wanted| wanted.value == *item) {
                    let wanted = Spot { value: item.clone(), place: value.place };
                    unknown_item(&wanted, need.items().map(|wanted| &wanted.value), problems);
                }
            }
            Source::Result(_) => {}
        }
    }
}

/// What the service says itself is no source, and is never all that there is.
fn check_suffices((action, need): (&ToolName, &Need), evidence: &Evidence, problems: &Problems) {
    let is_said = |wanted: &&Spot<ItemName>| is_asserted(&wanted.value, evidence);
    for wanted in need.choice().iter().filter(is_said) {
        problems.note::<()>(
            wanted.place,
            format!("`{}` is said by the service, so it is no independent source", wanted.value),
            "list it under `all`, and name what tools read under `of`",
        );
    }
    let mut said = need.all.good().iter().filter(is_said);
    if let Some(first) = said.next()
        && need.is_whole()
        && need.choice().is_empty()
        && need.all.good().iter().all(|wanted| is_asserted(&wanted.value, evidence))
    {
        problems.note::<()>(
            first.place,
            format!("all that `{action}` needs is said by the service"),
            "add a fact that a tool reads: what the service says itself never suffices alone",
        );
    }
}

pub(super) fn is_asserted(item: &ItemName, evidence: &Evidence) -> bool {
    let item = evidence.items.get(item).and_then(|item| item.value.as_ref());
    item.is_some_and(|item| item.attested().is_none())
}

/// Enough independent sources can be had at all.
fn check_choice(
    need: &Need,
    choice: &AtLeast,
    (evidence, tooling): (&Evidence, &Tooling),
    problems: &Problems,
) {
    let of = choice.of.good();
    let tools = of.iter().filter_map(|wanted| {
        let item = evidence.items.get(&wanted.value)?.value.as_ref()?;
        Some(&item.attested()?.from.as_ref()?.value)
    });
    // A tool that nobody can read is reported elsewhere.
    let upstreams: Option<BTreeSet<&str>> = tools.map(|tool| source_of(tooling, tool)).collect();
    let sound = need.is_known(evidence) && !of.iter().any(|it| is_asserted(&it.value, evidence));
    let (Some(upstreams), Some(count)) = (upstreams.filter(|_| sound), &choice.count) else { return };
    if usize::try_from(count.value).unwrap_or(usize::MAX) > upstreams.len() {
        problems.note::<()>(
            count.place,
            format!("{} independent sources are needed, `of` names {}", count.value, upstreams.len()),
            "name items of as many different upstreams, or need fewer: two items of one upstream are one source",
        );
    }
}

/// Where the facts of a tool come from: what one upstream says twice is said once.
pub(super) fn source_of<'a>(tooling: &'a Tooling, tool: &ToolName) -> Option<&'a str> {
    document_of(tooling, tool)?.upstream.as_ref().map(|upstream| upstream.value.as_str())
}

fn unknown_item<'a>(wanted: &Spot<ItemName>, known: impl Iterator<Item = &'a ItemName>, problems: &Problems) {
    let remedy = match nearest(wanted.value.as_str(), known.map(ItemName::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "describe it under `evidence.items` and list it under `all`".to_owned(),
    };
    problems.note::<()>(wanted.place, format!("evidence item `{}` is not known here", wanted.value), remedy);
}
