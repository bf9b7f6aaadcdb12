//! How effects are undone: each says it, the compensating call can be made, and what shows its success is a read.

use remit_core::{Level, ToolName};

use super::{check_parameter, did_you_mean, first_segment, input_of};
use crate::{
    document::{Document, Scope, Tooling, UndoRule, VerifyDocument},
    pointer::Source,
    problem::{Place, Problems, Spot, listed},
    read::Partly,
    schema::Schema,
};

pub(super) fn check(document: &Document, scope: &Scope, tooling: &Tooling, problems: &Problems) {
    let Some(recovery) = &document.recovery else { return };
    for (action, level) in &scope.actions {
        if level.value.is_some_and(Level::has_effect) && !recovery.undo.contains_key(action) {
            problems.note::<()>(
                level.place,
                format!("`{action}` has an effect but recovery does not say how to undo it"),
                format!("add `{action}: {{ tool: …, with: …, within: … }}` or `{action}: {{ irreversible: \"why\" }}` to `recovery.undo`"),
            );
        }
    }
    for (action, rule) in &recovery.undo {
        match scope.actions.get(action).map(|level| level.value) {
            None if !scope.has_actions => {}
            None => {
                problems.note::<()>(
                    rule.place,
                    format!("recovery names the unknown action `{action}`"),
                    did_you_mean(action.as_str(), scope.actions.keys(), "name an action of `scope.actions`"),
                );
            }
            Some(Some(Level::Read)) => {
                problems.note::<()>(
                    rule.place,
                    format!("`{action}` only reads, so there is nothing to undo"),
                    "remove it, or correct the action's type under `scope.actions`",
                );
            }
            Some(_) => {}
        }
        if let Some(UndoRule::By { verify: Some(Some(verify)), .. }) = &rule.value {
            check_read(action, &verify.value, (scope, tooling), problems);
        }
        if let Some(UndoRule::By { tool: Some(tool), with, .. }) = &rule.value {
            if tooling.lacks(&tool.value) {
                problems.note::<()>(
                    tool.place,
                    format!("`{action}` is undone by the unknown tool `{}`", tool.value),
                    did_you_mean(
                        tool.value.as_str(),
                        tooling.tools.keys(),
                        "describe it under `tooling.tools`",
                    ),
                );
            }
            if tool.value == *action {
                problems.note::<()>(
                    tool.place,
                    format!("`{action}` cannot undo itself"),
                    "name another tool",
                );
            }
            check_mapping(tooling, (action, &tool.value), (with, tool.place), problems);
        }
    }
}

/// What shows that an effect is gone only reads, and can be asked.
fn check_read(
    action: &ToolName,
    verify: &VerifyDocument,
    (scope, tooling): (&Scope, &Tooling),
    problems: &Problems,
) {
    let ask = &verify.ask;
    let level = scope.actions.get(&ask.value).map(|level| level.value);
    if tooling.lacks(&ask.value) {
        problems.note::<()>(
            ask.place,
            format!("whether `{action}` is undone is asked of the unknown tool `{}`", ask.value),
            did_you_mean(ask.value.as_str(), tooling.tools.keys(), "describe it under `tooling.tools`"),
        );
    } else if !matches!(level, Some(Some(Level::Read) | None)) && (level.is_some() || scope.lacks(&ask.value))
    {
        problems.note::<()>(
            ask.place,
            format!("`{}` is not a read, so it cannot show whether `{action}` is undone", ask.value),
            format!("name a tool that `scope.actions` lists as `{}: read`", ask.value),
        );
    }
    check_mapping(tooling, (action, &ask.value), (&verify.with, ask.place), problems);
}

type Mapping = Partly<Spot<(String, Source)>>;

/// The compensating call can be made from what is recorded.
fn check_mapping(
    tooling: &Tooling,
    (action, undo): (&ToolName, &ToolName),
    (with, place): (&Mapping, Place),
    problems: &Problems,
) {
    let input = input_of(tooling, undo);
    for mapped in with.good() {
        let (parameter, source) = &mapped.value;
        check_parameter(input, (undo, parameter), mapped.place, problems);
        if let Source::Params(pointer) = source {
            let parameter = first_segment(pointer.as_str());
            check_parameter(input_of(tooling, action), (action, &parameter), mapped.place, problems);
        }
    }
    let missing: Vec<&str> = input
        .into_iter()
        .flat_map(Schema::required)
        .filter(|name| with.all().is_some_and(|with| with.iter().all(|mapped| mapped.value.0 != *name)))
        .collect();
    if !missing.is_empty() {
        problems.note::<()>(
            place,
            format!("`{undo}` needs {}, which `with` does not give", listed(missing)),
            "map it from `result:/…` or `params:/…`",
        );
    }
}
