//! Tools against the scope, their upstreams and their own input schemas.

use remit_core::ToolName;

use super::{check_parameter, did_you_mean};
use crate::{
    document::{Document, Scope, ToolDocument, Tooling, UndoRule},
    problem::{Problems, Spot, listed, nearest},
};

pub(super) fn check(document: &Document, scope: &Scope, tooling: &Tooling, problems: &Problems) {
    for (action, level) in &scope.actions {
        if tooling.lacks(action) {
            problems.note::<()>(
                level.place,
                format!("action `{action}` has no tool"),
                did_you_mean(action.as_str(), tooling.tools.keys(), "describe it under `tooling.tools`"),
            );
        }
    }
    for (name, tool) in &tooling.tools {
        if document.recovery.is_some() && scope.lacks(name) && !undoes(document, name) {
            problems.note::<()>(
                tool.place,
                format!("tool `{name}` is neither an action of the scope nor an undo"),
                did_you_mean(
                    name.as_str(),
                    scope.actions.keys(),
                    "list it under `scope.actions`, or remove it",
                ),
            );
        }
        if let Some(tool) = &tool.value {
            check_upstream(tool, tooling, problems);
            check_input(name, tool, problems);
            super::breakers::check((name, tool), scope, tooling, problems);
            super::calling::check(name, tool, scope, problems);
        }
    }
}

fn undoes(document: &Document, name: &ToolName) -> bool {
    document.recovery.iter().flat_map(|recovery| recovery.undo.values()).any(|rule| match &rule.value {
        Some(UndoRule::By { tool: Some(tool), .. }) => tool.value == *name,
        // What could not be read may have named it.
        Some(UndoRule::By { tool: None, .. }) | None => true,
        Some(UndoRule::Irreversible { .. }) => false,
    })
}

fn check_upstream(tool: &ToolDocument, tooling: &Tooling, problems: &Problems) {
    let (Some(upstream), Some(upstreams)) = (&tool.upstream, &tooling.upstreams) else { return };
    let wanted = &upstream.value;
    if upstreams.contains_key(wanted) {
        return;
    }
    let remedy = match nearest(wanted, upstreams.keys().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "describe it under `tooling.upstreams`".to_owned(),
    };
    problems.note::<()>(upstream.place, format!("upstream `{wanted}` is not known"), remedy);
}

/// The schema is closed and says enough for the request and the effect to be made from it.
fn check_input(name: &ToolName, tool: &ToolDocument, problems: &Problems) {
    let Some(Spot { value: input, place }) = &tool.input else { return };
    let place = *place;
    if !input.is_object() {
        problems.note::<()>(place, format!("the input of `{name}` is not an object"), "add `type: object`");
    }
    if !input.is_closed() {
        problems.note::<()>(
            place,
            format!("the input of `{name}` lets undeclared parameters through"),
            "add `additionalProperties: false`",
        );
    }
    let path = tool
        .request
        .iter()
        .flat_map(|request| request.value.path_parameters().map(|parameter| (parameter, request.place)));
    let effect = tool.effect.iter().flatten();
    let effect =
        effect.flat_map(|effect| effect.value.parameters().map(|parameter| (parameter, effect.place)));
    for (parameter, at) in path.chain(effect) {
        check_parameter(Some(input), (name, parameter), at, problems);
        if input.has_property(parameter) && !input.required().any(|name| name == parameter) {
            problems.note::<()>(
                at,
                format!("`{parameter}` may be absent, but the call to `{name}` cannot be made without it"),
                format!("add `{parameter}` to `required` in the input"),
            );
        }
    }
    let Some(Spot { value: request, place }) = &tool.request else { return };
    for parameter in request.query_parameters() {
        check_parameter(Some(input), (name, parameter), *place, problems);
    }
    if !request.method.has_body() {
        let used: Vec<&str> = request.path_parameters().chain(request.query_parameters()).collect();
        let unsent: Vec<&str> = input
            .properties()
            .into_iter()
            .flat_map(|properties| properties.keys().map(String::as_str))
            .filter(|parameter| !used.contains(parameter))
            .collect();
        if !unsent.is_empty() {
            problems.note::<()>(
                *place,
                format!("a {} of `{name}` would not send {}", request.method.as_str(), listed(unsent)),
                "put it into the path or the query as `{name}`, or remove it from the input",
            );
        }
    }
}
