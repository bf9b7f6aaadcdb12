//! What a plan is asked to undo: a run, single actions, or whatever a service or a domain did in some time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ActionId, CanonicalJson, RunId, Timestamp, ToolName,
    state::{Action, Run, State},
    switch::Scope,
};

/// Most actions that one plan is about.
pub const MOST_TARGETS: usize = 10_000;

/// A choice of actions. Everything that is said narrows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// Whose actions: of a run, of a service or one tool of it, or of the whole domain.
    pub scope: Scope,
    /// Only what was done from this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Only what was done before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Only calls of this tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<ToolName>,
    /// Only calls with these values, each at a JSON pointer into the parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, CanonicalJson>,
    /// Only these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionId>,
}

impl Selection {
    /// Everything in a scope.
    pub const fn of(scope: Scope) -> Self {
        Self { scope, since: None, until: None, tool: None, params: BTreeMap::new(), actions: Vec::new() }
    }

    /// A whole run.
    pub const fn run(run: RunId) -> Self {
        Self::of(Scope::Run(run))
    }

    /// The run, where it is one run and all of it.
    pub fn whole_run(&self) -> Option<RunId> {
        match self.scope {
            Scope::Run(run) if *self == Self::run(run) => Some(run),
            Scope::Run(_) | Scope::All | Scope::Domain(_) | Scope::Service(_) | Scope::Tool(..) => None,
        }
    }

    /// True for an action with an effect that it chooses, as far as that can be seen without its parameters.
    pub fn covers(&self, action: &Action, run: &Run, state: &State) -> bool {
        let done = action.done_at();
        action.level.has_effect()
            && action.undoes.is_none()
            && self.scope.covers(state.place(run, &action.tool))
            && self.since.is_none_or(|since| since <= done)
            && self.until.is_none_or(|until| done < until)
            && self.tool.as_ref().is_none_or(|tool| *tool == action.tool)
            && (self.actions.is_empty() || self.actions.contains(&action.id))
    }

    /// True for a call with the values that it names.
    pub fn matches(&self, params: &CanonicalJson) -> bool {
        let value = params.value();
        self.params.iter().all(|(at, is)| value.pointer(at) == Some(&is.value()))
    }
}

/// A run that the choice meets and the plan leaves out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Which.
    pub run: RunId,
    /// Why.
    pub why: String,
}
