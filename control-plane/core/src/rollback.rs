//! A rollback plan: what undoing some actions would do, frozen, last effect first.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    ActionId, CanonicalJson, Digest, Money, PlanId, RunId, ServiceName, Timestamp, ToolName,
    action::ActionStatus,
    state::{Action, Run, State},
    terms::Undo,
};

mod progress;
mod selection;
mod undo;

pub use progress::{
    Fate, MOST_TRIES, PARKED_FOR_MS, ParkedWhy, Part, Rollback, SETTLES_WITHIN_MS, StepParked, Tries,
    UndoVerified,
};
pub use selection::{LeftOut, MOST_TARGETS, Selection};
pub use undo::{Expected, UndoCall, Verify};

/// How long a plan may be started after it was made, in milliseconds.
pub const PLAN_VALID_MS: u64 = 10 * 60 * 1_000;

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
    /// Nobody knows yet whether it, or its undoing, happened: that is resolved first; if it did, it is undone.
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
    /// Its run; in journals of before, the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The most that undoing it costs.
    #[serde(default, skip_serializing_if = "Money::is_zero")]
    pub cost: Money,
    /// What comes back, where the contract says which amount that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Money>,
    /// True when it may be undone although a later effect of its run could not be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub independent: bool,
    /// So many later effects of its run stand, are not in the plan and may rest on it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub later: u32,
}

/// A frozen plan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its identity.
    pub id: PlanId,
    /// The run that it undoes, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Whose run, or whose runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceName>,
    /// Steps in the order in which they run: last effect first.
    pub steps: Vec<Step>,
    /// Digest of run and steps; whoever starts the plan must show it.
    pub digest: Digest,
    /// First moment at which it cannot be started any more.
    pub expires_at: Timestamp,
    /// What was asked for; in journals of before, the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// Runs that the choice meets and the plan leaves out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

impl Plan {
    /// Plans the undoing of these actions, of a whole run of all that it did. Pure: no choice is left for the
    /// execution.
    pub fn of(id: PlanId, selection: Selection, targets: &[ActionId], state: &State, now: Timestamp) -> Self {
        let whole = selection.whole_run();
        let all = whole.and_then(|run| state.runs.get(&run)).map(|run| &*run.actions);
        let mut actions: Vec<&Action> =
            all.unwrap_or(targets).iter().filter_map(|id| state.actions.get(id)).map(AsRef::as_ref).collect();
        actions.sort_by_key(|action| std::cmp::Reverse(action.order));
        let chosen: BTreeSet<ActionId> = actions.iter().map(|action| action.id).collect();
        let steps: Vec<Step> = actions
            .into_iter()
            .filter_map(|action| step(action, state.runs.get(&action.run)?, (state, &chosen), now))
            .collect();
        let runs: BTreeSet<RunId> = steps.iter().filter_map(|step| step.run).collect();
        let run = whole.or_else(|| runs.first().copied().filter(|_| runs.len() == 1));
        let mut services: BTreeSet<&ServiceName> = runs
            .iter()
            .chain(&run)
            .filter_map(|id| state.runs.get(id))
            .map(|run| &run.terms.service)
            .collect();
        let service = services.pop_first().filter(|_| services.is_empty()).cloned();
        let (text, asked) = (json(&steps), json(&selection));
        let digest =
            Digest::of_parts(&[b"remit/rollback/v2", id.as_bytes(), asked.as_bytes(), text.as_bytes()]);
        let expires_at = now.plus_ms(PLAN_VALID_MS);
        Self { id, run, service, steps, digest, expires_at, selection: Some(selection), left_out: Vec::new() }
    }

    /// The run that a step is in.
    pub fn run_of(&self, step: &Step) -> Option<RunId> {
        step.run.or(self.run)
    }

    /// Every run that it is about.
    pub fn runs(&self) -> BTreeSet<RunId> {
        self.steps.iter().filter_map(|step| step.run).chain(self.run).collect()
    }

    /// What would come back by what it compensates, as far as the contracts say.
    pub fn returns(&self) -> Money {
        let returns = self.compensates().filter_map(|step| step.returns);
        returns.fold(Money::ZERO, Money::saturating_add)
    }

    /// The most that its compensations cost.
    pub fn cost(&self) -> Money {
        self.compensates().map(|step| step.cost).fold(Money::ZERO, Money::saturating_add)
    }

    fn compensates(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| matches!(step.kind, StepKind::Compensate { .. }))
    }
}

fn json(of: &impl Serialize) -> String {
    serde_json::to_string(of).unwrap_or_default()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// The step about one action; `None` where there is nothing to say (reads, refusals, undos).
fn step(
    action: &Action,
    run: &Run,
    (state, chosen): (&State, &BTreeSet<ActionId>),
    now: Timestamp,
) -> Option<Step> {
    if !action.level.has_effect() || action.undoes.is_some() {
        return None;
    }
    let kind = kind(action, run, state, now)?;
    let goes = matches!(kind, StepKind::Compensate { .. } | StepKind::InDoubt);
    let independent = goes && run.terms.undo_is_independent(&action.tool);
    let stands = |later: &&Action| {
        later.order > action.order
            && later.level.has_effect()
            && later.undoes.is_none()
            && matches!(later.status, ActionStatus::Succeeded | ActionStatus::InDoubt)
            && !chosen.contains(&later.id)
    };
    let others = run.actions.iter().filter_map(|id| state.actions.get(id)).map(AsRef::as_ref);
    let later = if goes && !independent { others.filter(stands).count() } else { 0 };
    Some(Step {
        target: action.id,
        tool: action.tool.clone(),
        kind,
        run: Some(run.id),
        cost: if goes { action.undo_hold } else { Money::ZERO },
        returns: action.undo.as_ref().filter(|_| goes).and_then(|undo| undo.returns),
        independent,
        later: u32::try_from(later).unwrap_or(u32::MAX),
    })
}

fn kind(action: &Action, run: &Run, state: &State, now: Timestamp) -> Option<StepKind> {
    Some(match action.status {
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
                (None, Some(Undo::By { .. })) => {
                    StepKind::Irreversible { why: LACKS_WHAT_IT_NEEDS.to_owned() }
                }
                (None, Some(Undo::Nothing) | None) => return None,
            }
        }
    })
}

/// Why an effect cannot be undone that its contract could undo.
pub(crate) const LACKS_WHAT_IT_NEEDS: &str = "its result did not hold what the compensation needs";
