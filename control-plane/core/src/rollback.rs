//! A rollback plan: what undoing a run would do, frozen, last effect first.

use serde::{Deserialize, Serialize};

use crate::{
    ActionId, CanonicalJson, Digest, PlanId, RunId, ServiceName, Timestamp, ToolName,
    action::ActionStatus,
    state::{Action, State},
    terms::Undo,
};

/// How long a plan may be started after it was made, in milliseconds.
pub const PLAN_VALID_MS: u64 = 10 * 60 * 1_000;

/// The call that compensates an effect; mapped from parameters and result when the effect settled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoCall {
    /// The compensating tool.
    pub tool: ToolName,
    /// Its parameters.
    pub params: CanonicalJson,
    /// First moment at which it is too late.
    pub until: Timestamp,
}

/// What a step does about one action.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StepKind {
    /// Calls the compensating tool.
    Compensate {
        /// Which one.
        tool: ToolName,
        /// With what.
        params: CanonicalJson,
    },
    /// Nothing can undo it.
    Irreversible {
        /// Why.
        why: String,
    },
    /// Nobody knows yet whether it, or its undoing, happened; a person resolves it first.
    InDoubt,
    /// The window for the compensation has passed.
    OutOfWindow,
    /// It is undone already.
    AlreadyUndone,
    /// It was waiting for people; the rollback voids it.
    HeldVoided,
}

/// One step of a plan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The action that the step is about.
    pub target: ActionId,
    /// Its tool.
    pub tool: ToolName,
    /// What is done about it.
    pub kind: StepKind,
}

/// A frozen plan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its identity.
    pub id: PlanId,
    /// The run that it undoes.
    pub run: RunId,
    /// Whose run.
    pub service: ServiceName,
    /// Steps in the order in which they run: last effect first.
    pub steps: Vec<Step>,
    /// Digest of run and steps; whoever starts the plan must show it.
    pub digest: Digest,
    /// First moment at which it cannot be started any more.
    pub expires_at: Timestamp,
}

impl Plan {
    /// Plans the undoing of a run. Pure: no choice is left for the execution.
    pub fn of(id: PlanId, run: &crate::state::Run, state: &State, now: Timestamp) -> Self {
        let steps: Vec<Step> = run
            .actions
            .iter()
            .rev()
            .filter_map(|action| state.actions.get(action))
            .filter_map(|action| step(action, run, state, now))
            .collect();
        let text = serde_json::to_string(&steps).unwrap_or_default();
        let digest =
            Digest::of_parts(&[b"remit/rollback/v1", id.as_bytes(), run.id.as_bytes(), text.as_bytes()]);
        Self {
            id,
            run: run.id,
            service: run.terms.service.clone(),
            steps,
            digest,
            expires_at: now.plus_ms(PLAN_VALID_MS),
        }
    }
}

/// The step about one action; `None` where there is nothing to say (reads, refusals, undos).
fn step(action: &Action, run: &crate::state::Run, state: &State, now: Timestamp) -> Option<Step> {
    if !action.level.has_effect() || action.undoes.is_some() {
        return None;
    }
    let kind = match action.status {
        ActionStatus::Proposed | ActionStatus::Denied | ActionStatus::Lapsed | ActionStatus::Failed => {
            return None;
        }
        ActionStatus::Held => StepKind::HeldVoided,
        ActionStatus::Approved | ActionStatus::Admitted | ActionStatus::Running | ActionStatus::InDoubt => {
            StepKind::InDoubt
        }
        ActionStatus::Undone => StepKind::AlreadyUndone,
        // Another plan's compensation may have happened: undoing it again could undo it twice.
        ActionStatus::Succeeded if state.undoing(action).is_some() => StepKind::InDoubt,
        ActionStatus::Succeeded => {
            match (&action.undo, run.terms.tools.get(&action.tool).map(|tool| &tool.undo)) {
                (Some(undo), _) if now < undo.until => {
                    StepKind::Compensate { tool: undo.tool.clone(), params: undo.params.clone() }
                }
                (Some(_), _) => StepKind::OutOfWindow,
                (None, Some(Undo::Irreversible { why })) => StepKind::Irreversible { why: why.clone() },
                (None, Some(Undo::By { .. })) => StepKind::Irreversible {
                    why: "its result did not hold what the compensation needs".to_owned(),
                },
                (None, Some(Undo::Nothing) | None) => return None,
            }
        }
    };
    Some(Step { target: action.id, tool: action.tool.clone(), kind })
}
