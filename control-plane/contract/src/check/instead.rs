//! The read that stands in for a read: it exists, is a read of the scope, takes what it is given, and comes to an end.

use std::collections::BTreeSet;

use remit_core::{Level, ToolName};

use super::{check_parameter, did_you_mean, first_segment, input_of};
use crate::{
    document::{Scope, ThenDocument, ToolDocument, Tooling},
    problem::{Problems, Spot, listed},
    schema::Schema,
};

pub(super) fn check(scope: &Scope, tooling: &Tooling, problems: &Problems) {
    for (name, tool) in &tooling.tools {
        let Some(tool) = &tool.value else { continue };
        let Some(then) = then(tool) else { continue };
        if check_tool(name, &then.tool, (scope, tooling), problems) {
            check_with((name, tool), then, tooling, problems);
            check_end(name, &then.tool, tooling, problems);
        }
    }
}

fn then(tool: &ToolDocument) -> Option<&ThenDocument> {
    tool.calling.as_ref()?.then.as_ref()
}

/// True where it may be looked at more closely.
fn check_tool(
    name: &ToolName,
    other: &Spot<ToolName>,
    (scope, tooling): (&Scope, &Tooling),
    problems: &Problems,
) -> bool {
    let level = scope.actions.get(&other.value).map(|level| level.value);
    if !tooling.tools.contains_key(&other.value) {
        problems.note::<()>(
            other.place,
            format!("the unknown tool `{}` would stand in for `{name}`", other.value),
            did_you_mean(other.value.as_str(), tooling.tools.keys(), "describe it under `tooling.tools`"),
        );
        return false;
    }
    let is_model =
        tooling.tools.get(&other.value).and_then(|tool| tool.value.as_ref()?.model.as_ref()?.as_ref());
    if is_model.is_some() {
        problems.note::<()>(
            other.place,
            format!("`{}` is a model call, and what a model says is no record", other.value),
            "name a tool that reads one",
        );
        return false;
    }
    // A level that could not be read has its own problem.
    let is_read =
        matches!(level, Some(Some(Level::Read) | None)) || (level.is_none() && !scope.lacks(&other.value));
    if !is_read {
        problems.note::<()>(
            other.place,
            format!("`{}` is not a read, so it cannot stand in for `{name}`", other.value),
            format!("name a tool that `scope.actions` lists as `{}: read`", other.value),
        );
    }
    is_read
}

/// It takes what it is given, whatever the first call was.
fn check_with(
    (name, tool): (&ToolName, &ToolDocument),
    then: &ThenDocument,
    tooling: &Tooling,
    problems: &Problems,
) {
    let (other, input) = (&then.tool.value, input_of(tooling, &then.tool.value));
    let (Some(Spot { value: own, .. }), Some(input)) = (&tool.input, input) else { return };
    let given: Vec<(String, String)> = match &then.with {
        None => own
            .properties()
            .into_iter()
            .flat_map(|all| all.keys().cloned())
            .map(|key| (key.clone(), key))
            .collect(),
        Some(with) => {
            let mut given = Vec::new();
            for mapped in with {
                let (parameter, from) = &mapped.value;
                let from = first_segment(from.as_str());
                check_parameter(Some(input), (other, parameter), mapped.place, problems);
                check_parameter(Some(own), (name, &from), mapped.place, problems);
                given.push((parameter.clone(), from));
            }
            given
        }
    };
    if then.with.is_none() {
        let foreign: Vec<&str> = given
            .iter()
            .map(|(parameter, _)| parameter.as_str())
            .filter(|it| !input.has_property(it))
            .collect();
        if !foreign.is_empty() {
            problems.note::<()>(
                then.tool.place,
                format!("`{other}` does not take {}, which `{name}` does", listed(foreign)),
                "say what it is given: `with: { PARAMETER: params:/… }`",
            );
        }
    }
    let sure = |parameter: &str| {
        let from = given.iter().find(|(known, _)| known == parameter).map(|(_, from)| from);
        from.is_some_and(|from| own.required().any(|name| name == from))
    };
    let missing: Vec<&str> = input.required().filter(|parameter| !sure(parameter)).collect();
    if !missing.is_empty() {
        problems.note::<()>(
            then.tool.place,
            format!("`{other}` needs {}, which a call of `{name}` need not hold", listed(missing)),
            format!("map it in `with` from a parameter that `{name}` requires, or add it to its `required`"),
        );
    }
    check_types(&given, (name, own), (other, input), (then, problems));
}

/// A parameter that is a text in one tool and a number in the other would be refused each time.
fn check_types(
    given: &[(String, String)],
    (name, own): (&ToolName, &Schema),
    (other, input): (&ToolName, &Schema),
    (then, problems): (&ThenDocument, &Problems),
) {
    let of = |schema: &Schema, key: &str| {
        let found = schema.properties()?.get(key)?.get("type")?.as_str().map(str::to_owned);
        found.map(|kind| if kind == "integer" { "number".to_owned() } else { kind })
    };
    for (parameter, from) in given {
        let plain =
            then.with.iter().flatten().all(|mapped| {
                mapped.value.0 != *parameter || mapped.value.1.as_str().matches('/').count() <= 1
            });
        if let (true, Some(has), Some(wants)) = (plain, of(own, from), of(input, parameter))
            && has != wants
        {
            problems.note::<()>(
                then.tool.place,
                format!("`{parameter}` of `{other}` is a {wants}, and `{from}` of `{name}` is a {has}"),
                "map it from a parameter of the same type",
            );
        }
    }
}

/// Each stands in for the one before, and the last for itself alone.
fn check_end(name: &ToolName, other: &Spot<ToolName>, tooling: &Tooling, problems: &Problems) {
    let (mut seen, mut at) = (BTreeSet::from([name]), &other.value);
    while seen.insert(at) {
        let next = tooling.tools.get(at).and_then(|tool| then(tool.value.as_ref()?));
        let Some(next) = next else { return };
        at = &next.tool.value;
    }
    if at == name {
        problems.note::<()>(
            other.place,
            format!("`{name}` would stand in for itself"),
            "let the last tool of the row have no `then`",
        );
    }
}
