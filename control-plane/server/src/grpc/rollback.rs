//! Rollbacks as people see them: the frozen plan, then one message a step.

use std::sync::Arc;

use remit_core::{
    ActionStatus, Command, Event, Person, PlanId,
    rollback::{Plan, Step, StepKind},
};
use remit_journal::Record;
use remit_proto::v1::{self as pb, rollback_step::Kind};
use tokio::sync::{broadcast::error::RecvError, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::{operator::Updates, query, wire};
use crate::{
    error::Error,
    ids,
    plane::{Plane, Ward},
    view::Inner,
};

pub(super) async fn plan(plane: &Plane, by: Person, run: &str) -> Result<pb::RollbackPlan, Error> {
    let run = query::run_id(plane, run)?;
    let ward = plane.run_ward(run)?;
    let records = ward.domain.submit(Command::PlanRollback { plan: ids::plan(), run, by }).await?;
    let plan = records.iter().find_map(|record| {
        if let Event::RollbackPlanned { plan, .. } = &record.event { Some(plan) } else { None }
    });
    let plan = plan.ok_or_else(|| Error::Unavailable("the plan was lost".to_owned()))?;
    Ok(ward.view.read(|inner| describe(plan, inner)))
}

fn describe(plan: &Plan, inner: &Inner) -> pb::RollbackPlan {
    pb::RollbackPlan {
        id: plan.id.to_string(),
        run: plan.run.to_string(),
        service: plan.service.to_string(),
        steps: plan.steps.iter().map(|planned| step(planned, inner)).collect(),
        digest: plan.digest.to_string(),
        expires_at: Some(wire::time(plan.expires_at)),
        domain: inner.state.domain.to_string(),
    }
}

fn step(step: &Step, inner: &Inner) -> pb::RollbackStep {
    let (kind, tool, params, note) = match &step.kind {
        StepKind::Compensate { tool, params } => {
            (Kind::Compensate, tool.to_string(), params.as_str().to_owned(), String::new())
        }
        StepKind::Irreversible { why } => (Kind::Irreversible, String::new(), String::new(), why.clone()),
        StepKind::InDoubt => {
            let note = "its outcome is not known: a person resolves it first";
            (Kind::InDoubt, String::new(), String::new(), note.to_owned())
        }
        StepKind::OutOfWindow => {
            let note = "the window for its compensation has passed";
            (Kind::OutOfWindow, String::new(), String::new(), note.to_owned())
        }
        StepKind::AlreadyUndone => (Kind::AlreadyUndone, String::new(), String::new(), String::new()),
        StepKind::HeldVoided => {
            let note = "it waits for approval: the rollback voids that";
            (Kind::HeldVoided, String::new(), String::new(), note.to_owned())
        }
    };
    pb::RollbackStep {
        target: inner.card(step.target).map(wire::action),
        kind: kind.into(),
        tool,
        params_json: params,
        note,
    }
}

pub(super) async fn start(
    plane: &Plane,
    by: Person,
    request: pb::StartRollbackRequest,
) -> Result<Updates<pb::RollbackProgress>, Error> {
    let pb::StartRollbackRequest { plan, digest, reason, idempotency_id: _ } = request;
    let plan: PlanId = wire::parse(&plan, "plan")?;
    let digest = wire::parse(&digest, "digest")?;
    let ward = plane
        .business()
        .find(|ward| ward.view.read(|inner| inner.state.rollbacks.contains_key(&plan)))
        .ok_or_else(|| Error::NotFound(format!("there is no rollback plan `{plan}` here")))?;
    let mut updates = ward.updates.subscribe();
    ward.domain.submit(Command::StartRollback { plan, digest, by, reason }).await?;
    let watcher = Watcher::new(ward, plan);
    let (sender, receiver) = mpsc::channel(64);
    let domain = ward.domain.clone();
    tokio::spawn(async move {
        loop {
            let update = tokio::select! {
                cause = domain.health().failure() => {
                    let text = format!("the rollback cannot go on: {cause}");
                    drop(sender.send(Err(Error::JournalUnavailable(text).into())).await);
                    return;
                }
                // Nobody looks any more; the rollback itself goes on.
                () = sender.closed() => return,
                update = updates.recv() => update,
            };
            let progress = match update {
                Ok(record) => watcher.see(&record),
                Err(RecvError::Lagged(_)) => {
                    let text = "too many events at once; the rollback goes on, look at the run";
                    drop(sender.send(Err(Status::resource_exhausted(text))).await);
                    return;
                }
                Err(RecvError::Closed) => return,
            };
            if let Some(message) = progress {
                let done = message.done;
                if sender.send(Ok(message)).await.is_err() || done {
                    return;
                }
            }
        }
    });
    Ok(Box::pin(ReceiverStream::new(receiver)))
}

/// Turns the domain's records into progress of one plan.
struct Watcher {
    view: Arc<crate::view::View>,
    plan: PlanId,
    steps: u32,
}

impl Watcher {
    fn new(ward: &Ward, plan: PlanId) -> Self {
        let steps = ward
            .view
            .read(|inner| inner.state.rollbacks.get(&plan).map_or(0, |rollback| rollback.plan.steps.len()));
        Self { view: Arc::clone(&ward.view), plan, steps: u32::try_from(steps).unwrap_or(u32::MAX) }
    }

    fn see(&self, record: &Record) -> Option<pb::RollbackProgress> {
        if let Event::ActionSettled(settled) = &record.event {
            return self.step(settled.action);
        }
        if let Event::RollbackClosed { plan, run, undone, parked } = &record.event
            && *plan == self.plan
        {
            return Some(pb::RollbackProgress {
                plan: plan.to_string(),
                step: self.steps,
                steps: self.steps,
                status: wire::status(ActionStatus::Undone).into(),
                done: true,
                undone: *undone,
                parked: *parked,
                run: run.to_string(),
                ..pb::RollbackProgress::default()
            });
        }
        None
    }

    /// What the end of one action says about the plan, if it is one of its compensations.
    fn step(&self, action: remit_core::ActionId) -> Option<pb::RollbackProgress> {
        self.view.read(|inner| {
            let card = inner.actions.get(&action)?;
            let (target, plan) = card.action.undoes?;
            let steps = &inner.state.rollbacks.get(&plan)?.plan.steps;
            let index = steps.iter().position(|step| step.target == target)?;
            (plan == self.plan).then(|| pb::RollbackProgress {
                plan: plan.to_string(),
                step: u32::try_from(index.saturating_add(1)).unwrap_or(u32::MAX),
                steps: self.steps,
                detail: steps.get(index).map(|planned| step(planned, inner)),
                status: wire::status(card.action.status).into(),
                note: card.note().unwrap_or_default().to_owned(),
                run: card.action.run.to_string(),
                ..pb::RollbackProgress::default()
            })
        })
    }
}
