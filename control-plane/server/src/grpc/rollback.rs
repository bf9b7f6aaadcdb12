//! Rollbacks as people see them: planned, started, paused, resumed, and a step skipped.

use remit_core::{
    Command, Event, Money, Person, PlanId,
    rollback::{Plan, Step, StepKind},
};
use remit_proto::v1::{self as pb, rollback_step::Kind};

use super::{query, wire};
use crate::{
    error::Error,
    ids,
    plane::{Plane, Ward},
    view::Inner,
};

mod choice;
mod progress;
mod show;

pub(super) use progress::{start, watch};
pub(super) use show::{get, list, parked};

pub(super) async fn plan(
    plane: &Plane,
    by: Person,
    request: pb::PlanRollbackRequest,
) -> Result<pb::RollbackPlan, Error> {
    let (ward, asked) = choice::choose(plane, request).await?;
    let command = Command::PlanRollback { plan: ids::plan(), asked: Box::new(asked), by };
    let records = ward.domain.submit(command).await?;
    let plan = records.iter().find_map(|record| {
        if let Event::RollbackPlanned { plan, .. } = &record.event { Some(plan) } else { None }
    });
    let plan = plan.ok_or_else(|| Error::Unavailable("the plan was lost".to_owned()))?;
    Ok(ward.view.read(|inner| describe(plan, inner)))
}

pub(super) async fn pause(
    plane: &Plane,
    by: Person,
    request: pb::PauseRollbackRequest,
) -> Result<pb::Rollback, Error> {
    let (ward, plan) = find(plane, &request.plan)?;
    ward.domain.submit(Command::PauseRollback { plan, by, reason: request.reason }).await?;
    show::of(ward, plan)
}

pub(super) async fn resume(
    plane: &Plane,
    by: Person,
    request: pb::ResumeRollbackRequest,
) -> Result<pb::Rollback, Error> {
    let (ward, plan) = find(plane, &request.plan)?;
    ward.domain.submit(Command::ResumeRollback { plan, by, reason: request.reason }).await?;
    show::of(ward, plan)
}

pub(super) async fn skip(
    plane: &Plane,
    by: Person,
    request: pb::SkipStepRequest,
) -> Result<pb::Rollback, Error> {
    let (ward, plan) = find(plane, &request.plan)?;
    let target = query::action_id(plane, &request.action)?;
    ward.domain.submit(Command::SkipStep { plan, target, by, reason: request.reason }).await?;
    show::of(ward, plan)
}

/// A plan by its id or a suffix of it that is unique.
fn find<'a>(plane: &'a Plane, text: &str) -> Result<(&'a Ward, PlanId), Error> {
    let mut found = Vec::new();
    for ward in plane.business() {
        ward.view.read(|inner| {
            let named = inner.state.rollbacks.keys().filter(|id| query::matches(&id.to_string(), text));
            found.extend(named.map(|id| (ward, *id)));
        });
    }
    query::unique(found, "rollback plan", text)
}

fn describe(plan: &Plan, inner: &Inner) -> pb::RollbackPlan {
    let mut steps: Vec<pb::RollbackStep> =
        plan.steps.iter().map(|planned| step(plan, planned, inner)).collect();
    let shown = steps.iter_mut().filter_map(|step| step.target.as_mut());
    wire::fit(shown.map(|action| &mut action.params_json));
    let mut counts = std::collections::HashMap::<String, u32>::new();
    for step in &plan.steps {
        let count = counts.entry(word(&step.kind).to_owned()).or_default();
        *count = count.saturating_add(1);
    }
    let runs = plan.runs();
    let terms = runs.iter().find_map(|run| inner.runs.get(run)).map(|card| &card.terms);
    pb::RollbackPlan {
        id: plan.id.to_string(),
        run: plan.run.map(|run| run.to_string()).unwrap_or_default(),
        service: plan.service.as_ref().map(ToString::to_string).unwrap_or_default(),
        steps,
        digest: plan.digest.to_string(),
        expires_at: Some(wire::time(plan.expires_at)),
        domain: inner.state.domain.to_string(),
        runs: runs.iter().map(ToString::to_string).collect(),
        counts,
        returns_micros: plan.returns().as_micros(),
        cost_micros: plan.cost().as_micros(),
        currency: terms.map(|terms| terms.currency.clone()).unwrap_or_default(),
        asked: plan.selection.as_ref().map(choice::words).unwrap_or_default(),
        left_out: plan
            .left_out
            .iter()
            .map(|left| pb::LeftOut { run: left.run.to_string(), why: left.why.clone() })
            .collect(),
    }
}

const fn word(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Compensate { .. } => "compensate",
        StepKind::Irreversible { .. } => "irreversible",
        StepKind::InDoubt => "in_doubt",
        StepKind::OutOfWindow => "out_of_window",
        StepKind::AlreadyUndone => "already_undone",
        StepKind::HeldVoided => "held_voided",
    }
}

fn step(plan: &Plan, step: &Step, inner: &Inner) -> pb::RollbackStep {
    let none = String::new;
    let (kind, tool, params, note) = match &step.kind {
        StepKind::Compensate { tool, params } => {
            (Kind::Compensate, tool.to_string(), params.as_str().to_owned(), none())
        }
        StepKind::Irreversible { why } => (Kind::Irreversible, none(), none(), why.clone()),
        StepKind::InDoubt => {
            let note = "its outcome is not known: that is resolved first, and if it happened it is undone";
            (Kind::InDoubt, none(), none(), note.to_owned())
        }
        StepKind::OutOfWindow => {
            (Kind::OutOfWindow, none(), none(), "the window for its compensation has passed".to_owned())
        }
        StepKind::AlreadyUndone => (Kind::AlreadyUndone, none(), none(), none()),
        StepKind::HeldVoided => {
            (Kind::HeldVoided, none(), none(), "it waits for approval: the rollback voids that".to_owned())
        }
    };
    let later = match step.later {
        0 => None,
        1 => Some("a later effect of its run is not in the plan and may rest on it".to_owned()),
        more => Some(format!("{more} later effects of its run are not in the plan and may rest on it")),
    };
    let notes: Vec<String> = Some(note).filter(|note| !note.is_empty()).into_iter().chain(later).collect();
    pb::RollbackStep {
        target: inner.card(step.target).map(wire::action),
        kind: kind.into(),
        tool,
        params_json: params,
        note: notes.join("; "),
        run: plan.run_of(step).map(|run| run.to_string()).unwrap_or_default(),
        cost_micros: step.cost.as_micros(),
        returns_micros: step.returns.map(Money::as_micros),
        independent: step.independent,
        later: step.later,
    }
}
