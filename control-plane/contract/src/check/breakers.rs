//! Breakers: what tries whether a tool is back is a read, and of the same upstream.

use remit_core::{Level, ToolName, terms::Breaker};

use super::did_you_mean;
use crate::{
    document::{Scope, ToolDocument, Tooling},
    problem::{Problems, Spot},
};

pub(super) fn check(
    (name, tool): (&ToolName, &ToolDocument),
    scope: &Scope,
    tooling: &Tooling,
    problems: &Problems,
) {
    let Some(Some(Spot { value: Breaker { probe, .. }, place })) = &tool.breaker else { return };
    if scope.lacks(name) {
        let remedy = "remove `breaker`: undoing is always tried";
        problems.note_only(*place, &format!("`{name}` only undoes, and has a breaker"), remedy);
        return;
    }
    let level = scope.actions.get(name).and_then(|level| level.value);
    match (level, probe) {
        (None, _) | (Some(Level::None | Level::Read), None) => {}
        (Some(Level::None | Level::Read), Some(_)) => {
            let remedy = "remove `probe`: a read tries itself whether its tool is back";
            problems.note_only(*place, &format!("`{name}` is a read, and its breaker has a probe"), remedy);
        }
        (Some(Level::Draft | Level::Recommend | Level::Execute), None) => problems.note_only(
            *place,
            &format!("`{name}` has an effect, which is never the call that tries whether a tool is back"),
            "add `probe: ACTION`, a read of the same upstream",
        ),
        (Some(Level::Draft | Level::Recommend | Level::Execute), Some(probe)) => {
            is_a_probe(probe, (tool, *place), scope, tooling, problems);
        }
    }
}

fn is_a_probe(
    probe: &ToolName,
    (tool, place): (&ToolDocument, crate::problem::Place),
    scope: &Scope,
    tooling: &Tooling,
    problems: &Problems,
) {
    if scope.lacks(probe) {
        let remedy = did_you_mean(probe.as_str(), scope.actions.keys(), "name an action of `scope.actions`");
        problems.note_only(place, &format!("probe `{probe}` is not known"), &remedy);
        return;
    }
    if scope.actions.get(probe).is_some_and(|level| level.value.is_some_and(Level::has_effect)) {
        let remedy = "name an action of the type `read`";
        problems.note_only(place, &format!("probe `{probe}` has an effect"), remedy);
    }
    let of = |tool: &ToolDocument| tool.upstream.as_ref().map(|upstream| upstream.value.clone());
    let other = tooling.tools.get(probe).and_then(|other| of(other.value.as_ref()?));
    if let (Some(own), Some(other)) = (of(tool), other)
        && own != other
    {
        let remedy = format!("name a read of upstream `{own}`");
        problems.note_only(place, &format!("probe `{probe}` asks upstream `{other}`"), &remedy);
    }
}
