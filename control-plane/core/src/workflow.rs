//! Workflows: a run is an instance of one, and gets only its actions and its budgets.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Money, ToolName, WorkflowName,
    terms::{RunLimits, Terms},
};

/// One workflow of a contract. It can only narrow what the contract gives every run.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// Its actions; `None` for all that the contract lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<BTreeSet<ToolName>>,
    /// Most money, over all actions of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<Money>,
    /// Most admitted or held actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<u32>,
    /// Most tokens of models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Longest time from start, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_time_ms: Option<u64>,
    /// Most admitted or held actions of one tool.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<ToolName, u32>,
}

impl Workflow {
    /// True when its runs may use the tool, as far as the workflow goes.
    pub fn has(&self, tool: &ToolName) -> bool {
        self.actions.as_ref().is_none_or(|actions| actions.contains(tool))
    }

    /// The stricter of the contract's limits and its own, one by one.
    fn narrow(&self, limits: &RunLimits) -> RunLimits {
        let mut narrowed = limits.clone();
        narrowed.spend = narrowed.spend.min(self.spend.unwrap_or(narrowed.spend));
        narrowed.calls = narrowed.calls.min(self.calls.unwrap_or(narrowed.calls));
        narrowed.tokens = narrowed.tokens.into_iter().chain(self.tokens).min();
        narrowed.wall_time_ms = narrowed.wall_time_ms.into_iter().chain(self.wall_time_ms).min();
        for (tool, most) in &self.tools {
            let known = narrowed.tools.entry(tool.clone()).or_insert(*most);
            *known = (*known).min(*most);
        }
        narrowed
    }
}

impl Terms {
    /// What a run of this workflow may use. One that is not known gets the contract's own limits; its actions
    /// are refused.
    pub fn limits_of(&self, workflow: Option<&WorkflowName>) -> RunLimits {
        match workflow.and_then(|name| self.workflows.get(name)) {
            Some(workflow) => workflow.narrow(&self.run),
            None => self.run.clone(),
        }
    }

    /// Why a run cannot be an instance of this workflow; the names that there are go into it.
    pub(crate) fn not_a_workflow(&self, named: Option<&WorkflowName>) -> Option<String> {
        let known = || self.workflows.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match named {
            Some(name) if self.workflows.contains_key(name) => None,
            None if self.workflows.is_empty() => None,
            Some(name) if self.workflows.is_empty() => Some(format!(
                "`{}` has no workflows, but the run names `{name}`; start it without one",
                self.service
            )),
            Some(name) => Some(format!("`{}` has no workflow `{name}`; it has {}", self.service, known())),
            None => Some(format!(
                "a run of `{}` names the workflow that it is an instance of: {}",
                self.service,
                known()
            )),
        }
    }
}
