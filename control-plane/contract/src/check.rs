//! What only the whole document shows: dangling references, gaps and contradictions, all in one pass.

use remit_core::{Level, ToolName};

use crate::{
    document::{Document, Scope, ToolDocument, Tooling},
    problem::{Place, Problems, Spot, listed, nearest},
    schema::Schema,
};

mod breakers;
mod calling;
mod evidence;
mod instead;
mod model;
mod origin;
mod radius;
mod rules;
mod schedule;
mod tools;
mod undo;
mod unknown;
mod workflows;

pub(crate) use rules::distinct_ids;

/// Notes everything that does not fit together. Parts that could not be read are left out.
pub(crate) fn check(document: &Document, problems: &Problems) {
    let Document { scope, tooling, .. } = document;
    check_scope(scope, problems);
    rules::check(document, scope, problems);
    workflows::check(document, scope, problems);
    tools::check(document, scope, tooling, problems);
    unknown::check(scope, tooling, problems);
    instead::check(scope, tooling, problems);
    model::check(document, tooling, problems);
    undo::check(document, scope, tooling, problems);
    if let Some(recovery) = &document.recovery {
        schedule::check(document, recovery, problems);
    }
    radius::check(document, scope, problems);
    check_cost(document, scope, tooling, problems);
    evidence::check(document, scope, tooling, problems);
}

/// A remedy that begins with the nearest name there is.
fn did_you_mean<'a>(text: &str, names: impl IntoIterator<Item = &'a ToolName>, otherwise: &str) -> String {
    match nearest(text, names.into_iter().map(ToolName::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => otherwise.to_owned(),
    }
}

/// The input schema of a tool that could be read.
fn input_of<'a>(tooling: &'a Tooling, tool: &ToolName) -> Option<&'a Schema> {
    document_of(tooling, tool)?.input.as_ref().map(|input| &input.value)
}

fn document_of<'a>(tooling: &'a Tooling, tool: &ToolName) -> Option<&'a ToolDocument> {
    tooling.tools.get(tool)?.value.as_ref()
}

/// Notes a parameter that the tool's input does not declare.
fn check_parameter(
    input: Option<&Schema>,
    (tool, parameter): (&ToolName, &str),
    place: Place,
    problems: &Problems,
) {
    let Some(input) = input else { return };
    if input.has_property(parameter) {
        return;
    }
    let names = input.properties().into_iter().flat_map(|properties| properties.keys().map(String::as_str));
    let names: Vec<&str> = names.collect();
    let remedy = match nearest(parameter, names.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if names.is_empty() => format!("declare it under `properties` in the input of `{tool}`"),
        None => format!("its parameters are {}", listed(names)),
    };
    problems.note::<()>(place, format!("`{tool}` has no parameter `{parameter}`"), remedy);
}

/// The parameter that a pointer begins with.
pub(crate) fn first_segment(pointer: &str) -> String {
    let segment = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
    segment.replace("~1", "/").replace("~0", "~")
}

fn check_scope(scope: &Scope, problems: &Problems) {
    for forbidden in &scope.forbidden {
        if scope.actions.contains_key(&forbidden.value) {
            problems.note::<()>(
                forbidden.place,
                format!("`{}` is an action and forbidden", forbidden.value),
                "remove one of the two",
            );
        }
    }
}

/// What tells the value of a run is read by the run itself, with no effect.
fn check_reported(tool: &Spot<ToolName>, scope: &Scope, problems: &Problems) {
    let level = scope.actions.get(&tool.value).map(|level| level.value);
    match level {
        Some(None | Some(Level::Read)) => {}
        Some(Some(_)) => problems
            .note(
                tool.place,
                format!("cost.value is reported by `{}`, which is no read", tool.value),
                "name an action of the type `read`: what is at stake is known before anything is done",
            )
            .unwrap_or(()),
        None if !scope.lacks(&tool.value) => {}
        None => problems
            .note(
                tool.place,
                format!("cost.value is reported by the unknown action `{}`", tool.value),
                did_you_mean(tool.value.as_str(), scope.actions.keys(), "name an action of `scope.actions`"),
            )
            .unwrap_or(()),
    }
}

fn check_cost(document: &Document, scope: &Scope, tooling: &Tooling, problems: &Problems) {
    let Some(cost) = &document.cost else { return };
    let flat = cost.prices.iter().map(|(tool, price)| (tool, price.place));
    let by_tokens = cost.token_prices.iter().map(|(tool, price)| (tool, price.place));
    for (tool, place) in flat.chain(by_tokens) {
        if tooling.lacks(tool) {
            problems.note::<()>(
                place,
                format!("cost has a price for the unknown tool `{tool}`"),
                did_you_mean(tool.as_str(), tooling.tools.keys(), "name a tool of `tooling.tools`"),
            );
        }
    }
    if let Some(tool) = cost.value.iter().flatten().find_map(|value| value.reported_by.as_ref()) {
        check_reported(tool, scope, problems);
    }
    for tool in &cost.limited {
        if scope.lacks(&tool.value) {
            problems.note::<()>(
                tool.place,
                format!("cost limits the unknown action `{}`", tool.value),
                did_you_mean(tool.value.as_str(), scope.actions.keys(), "name an action of `scope.actions`"),
            );
        }
    }
}
