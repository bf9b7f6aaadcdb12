//! The read that tells what became of a call: it is a read, it can be made, and it is about that very call.

use remit_core::{Level, ToolName};

use super::{check_parameter, did_you_mean, first_segment, input_of};
use crate::{
    document::{QueryDocument, Scope, ToolDocument, Tooling},
    problem::{Problems, Spot, listed},
    schema::Schema,
    unknown::Given,
};

pub(super) fn check(scope: &Scope, tooling: &Tooling, problems: &Problems) {
    for (name, tool) in &tooling.tools {
        let Some(tool) = &tool.value else { continue };
        let Some(unknown) = &tool.unknown else { continue };
        let reads = scope.actions.get(name).is_some_and(|level| level.value == Some(Level::Read));
        let places =
            [unknown.query.as_ref().map(|it| it.place), unknown.lands_within.as_ref().map(|it| it.place)];
        if reads && let Some(place) = places.into_iter().flatten().next() {
            problems.note::<()>(
                place,
                format!("`{name}` only reads, so nothing of it is ever in doubt"),
                "remove it, or correct the action's type under `scope.actions`",
            );
        }
        if let Some(query) = &unknown.query {
            check_ask((name, tool), query, (scope, tooling), problems);
            check_with((name, tool), &query.value, tooling, problems);
        }
    }
}

fn check_ask(
    (name, _): (&ToolName, &ToolDocument),
    query: &Spot<QueryDocument>,
    (scope, tooling): (&Scope, &Tooling),
    problems: &Problems,
) {
    let ask = &query.value.ask;
    let level = scope.actions.get(&ask.value).map(|level| level.value);
    if !tooling.tools.contains_key(&ask.value) {
        problems.note::<()>(
            ask.place,
            format!("what became of `{name}` is asked of the unknown tool `{}`", ask.value),
            did_you_mean(ask.value.as_str(), tooling.tools.keys(), "describe it under `tooling.tools`"),
        );
    } else if !matches!(level, Some(Some(Level::Read) | None)) && (level.is_some() || scope.lacks(&ask.value))
    {
        problems.note::<()>(
            ask.place,
            format!("`{}` is not a read, so it cannot tell what became of `{name}`", ask.value),
            format!("name a tool that `scope.actions` lists as `{}: read`", ask.value),
        );
    }
}

/// The question can be made from what is recorded, and its answer can be about no other call.
fn check_with(
    (name, tool): (&ToolName, &ToolDocument),
    query: &QueryDocument,
    tooling: &Tooling,
    problems: &Problems,
) {
    let (ask, input) = (&query.ask.value, input_of(tooling, &query.ask.value));
    for mapped in &query.with {
        let (parameter, given) = &mapped.value;
        check_parameter(input, (ask, parameter), mapped.place, problems);
        match given {
            Given::Params(pointer) => {
                let parameter = first_segment(pointer.as_str());
                let Some(Spot { value: input, .. }) = &tool.input else { continue };
                check_parameter(Some(input), (name, &parameter), mapped.place, problems);
                if input.has_property(&parameter) && !input.required().any(|name| name == parameter) {
                    problems.note::<()>(
                        mapped.place,
                        format!("`{parameter}` may be absent, but `{ask}` cannot be asked without it"),
                        format!("add `{parameter}` to `required` in the input of `{name}`"),
                    );
                }
            }
            Given::Key if tool.idempotency_header == Some(None) => {
                problems.note::<()>(
                    mapped.place,
                    format!("`{name}` is sent without a key, so `{ask}` cannot find it by `$key`"),
                    "add `idempotency_key: header:…` to the tool, or ask by `params:/…`",
                );
            }
            Given::Key => {}
        }
    }
    let missing: Vec<&str> = input
        .into_iter()
        .flat_map(Schema::required)
        .filter(|name| !query.with.iter().any(|mapped| mapped.value.0 == *name))
        .collect();
    if !missing.is_empty() {
        problems.note::<()>(
            query.ask.place,
            format!("`{ask}` needs {}, which `with` does not give", listed(missing)),
            "map it from `params:/…` or `$key`",
        );
    }
    if !is_about_that_call(tool, query) {
        problems.note::<()>(
            query.ask.place,
            format!("the answer of `{ask}` may be about another call of `{name}`"),
            "ask by `$key`, or by every parameter in the tool's `effect`, of which there is one at a time",
        );
    }
}

/// By its key, or by what names its one logical effect.
fn is_about_that_call(tool: &ToolDocument, query: &QueryDocument) -> bool {
    let given = || query.with.iter().map(|mapped| &mapped.value.1);
    let names = |parameter: &str| {
        given().any(|given| match given {
            Given::Params(pointer) => first_segment(pointer.as_str()) == parameter,
            Given::Key => false,
        })
    };
    // An effect that could not be read may name it.
    let Some(effect) = &tool.effect else { return true };
    let by_effect = effect.as_ref().is_some_and(|effect| {
        let mut parameters = effect.value.parameters().peekable();
        parameters.peek().is_some() && parameters.all(names)
    });
    by_effect || given().any(|given| *given == Given::Key)
}
