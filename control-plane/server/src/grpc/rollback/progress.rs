//! A rollback as it goes on: one message for whatever befalls a step, and a last one once it is closed or only people
//! can go on.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use remit_core::{ActionId, ActionStatus, Command, Event, Person, PlanId, RunId, event::Settlement};
use remit_journal::Record;
use remit_proto::v1 as pb;
use tokio::sync::{broadcast::error::RecvError, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::{find, step, wire};
use crate::{
    clock,
    error::Error,
    grpc::operator::Updates,
    plane::{Plane, Ward},
    view::{Inner, View},
};

/// How often it is looked whether a rollback rests.
const LOOK: Duration = Duration::from_millis(500);

pub(crate) async fn start(
    plane: &Plane,
    by: Person,
    request: pb::StartRollbackRequest,
) -> Result<Updates<pb::RollbackProgress>, Error> {
    let pb::StartRollbackRequest { plan, digest, reason, idempotency_id: _ } = request;
    let digest = wire::parse(&digest, "digest")?;
    let (ward, plan) = find(plane, &plan)?;
    let updates = ward.updates.subscribe();
    ward.domain.submit(Command::StartRollback { plan, digest, by, reason }).await?;
    Ok(follow(ward, plan, updates))
}

/// What becomes of it from now on; at once the last message, where it is closed.
pub(crate) fn watch(plane: &Plane, plan: &str) -> Result<Updates<pb::RollbackProgress>, Error> {
    let (ward, plan) = find(plane, plan)?;
    if ward.view.read(|inner| inner.state.rollbacks.get(&plan).is_none_or(|it| it.started_by.is_none())) {
        return Err(Error::Conflict(format!(
            "{plan} was not started: `remit rollback run {plan}` does that"
        )));
    }
    Ok(follow(ward, plan, ward.updates.subscribe()))
}

fn follow(
    ward: &Ward,
    plan: PlanId,
    mut updates: tokio::sync::broadcast::Receiver<Arc<Record>>,
) -> Updates<pb::RollbackProgress> {
    let mut watcher = Watcher::new(ward, plan);
    let (sender, receiver) = mpsc::channel(64);
    let domain = ward.domain.clone();
    tokio::spawn(async move {
        let mut look = tokio::time::interval(LOOK);
        loop {
            let message = tokio::select! {
                cause = domain.health().failure() => {
                    let text = format!("the rollback cannot go on: {cause}");
                    drop(sender.send(Err(Error::JournalUnavailable(text).into())).await);
                    return;
                }
                // Nobody looks any more; the rollback itself goes on.
                () = sender.closed() => return,
                update = updates.recv() => match update {
                    Ok(record) => watcher.see(&record),
                    Err(RecvError::Lagged(_)) => {
                        let text = "too many events at once; the rollback goes on, look at it with `remit rollback show`";
                        drop(sender.send(Err(Status::resource_exhausted(text))).await);
                        return;
                    }
                    Err(RecvError::Closed) => return,
                },
                _ = look.tick() => watcher.rests(),
            };
            if let Some(message) = message {
                let done = message.done;
                if sender.send(Ok(message)).await.is_err() || done {
                    return;
                }
            }
            if let Some(last) = watcher.closes() {
                drop(sender.send(Ok(last)).await);
                return;
            }
        }
    });
    Box::pin(ReceiverStream::new(receiver))
}

/// Turns the domain's records into progress of one plan.
struct Watcher {
    view: Arc<View>,
    plan: PlanId,
    /// Where each effect stands in the plan, first is 1.
    places: BTreeMap<ActionId, u32>,
    /// Runs that are not closed yet, as far as was told.
    open: BTreeSet<RunId>,
    /// It rested the last time.
    rested: bool,
}

impl Watcher {
    fn new(ward: &Ward, plan: PlanId) -> Self {
        let (places, open) = ward.view.read(|inner| {
            let rollback = inner.state.rollbacks.get(&plan);
            let steps = rollback.into_iter().flat_map(|it| &it.plan.steps);
            let places = (1_u32..).zip(steps).map(|(place, step)| (step.target, place)).collect();
            let runs = rollback.into_iter().flat_map(|it| &it.runs).filter(|(_, part)| !part.closed);
            (places, runs.map(|(run, _)| *run).collect())
        });
        Self { view: Arc::clone(&ward.view), plan, places, open, rested: false }
    }

    fn see(&mut self, record: &Record) -> Option<pb::RollbackProgress> {
        let message = if let Event::ActionDecided(decided) = &record.event {
            let about = |it: &(ActionId, PlanId)| it.1 == self.plan;
            let undoes = decided.undoes.filter(about).map(|it| (it.0, "undoing"));
            let verifies = decided.verifies.filter(about).map(|it| (it.0, "verifying"));
            let (target, state) = undoes.or(verifies)?;
            self.of(target, state, ActionStatus::Admitted, "")
        } else if let Event::ActionSettled(settled) = &record.event {
            self.settled(settled.action, &settled.settlement)?
        } else {
            self.befell(&record.event)?
        };
        self.rested = false;
        Some(message)
    }

    /// What befell the plan itself.
    fn befell(&mut self, event: &Event) -> Option<pb::RollbackProgress> {
        let message = if let Event::UndoVerified(seen) = event {
            let state = if seen.holds { "undone" } else { "verifying" };
            (seen.plan, self.of(seen.target, state, ActionStatus::Succeeded, &seen.note))
        } else if let Event::StepParked(parked) = event {
            let told = pb::RollbackProgress {
                owner: parked.owner.clone(),
                until: Some(wire::time(parked.until)),
                ..self.of(parked.target, "parked", ActionStatus::Failed, &parked.note)
            };
            (parked.plan, told)
        } else if let Event::StepSkipped { plan, target, by, reason, .. } = event {
            (*plan, self.of(*target, "skipped", ActionStatus::Succeeded, &format!("{by}: {reason}")))
        } else if let Event::RollbackPaused { plan, by, reason } = event {
            (*plan, self.bare("paused", &format!("{by}: {reason}")))
        } else if let Event::RollbackResumed { plan, by, reason } = event {
            (*plan, self.bare("resumed", &format!("{by}: {reason}")))
        } else if let Event::RollbackReopened { plan, run, target, note } = event {
            if *plan == self.plan {
                self.open.insert(*run);
            }
            (*plan, self.of(*target, "reopened", ActionStatus::Succeeded, note))
        } else if let Event::RollbackClosed { plan, run, undone, parked, skipped } = event {
            if *plan == self.plan {
                self.open.remove(run);
            }
            let told = pb::RollbackProgress {
                run: run.to_string(),
                undone: *undone,
                parked: *parked,
                skipped: *skipped,
                ..self.bare("closed", "")
            };
            (*plan, told)
        } else {
            return None;
        };
        Some(message).filter(|(plan, _)| *plan == self.plan).map(|(_, told)| told)
    }

    /// What the end of one action says about the plan, if it is one of its compensations or about one of its steps.
    fn settled(&self, action: ActionId, settlement: &Settlement) -> Option<pb::RollbackProgress> {
        let undoes = self.view.read(|inner| inner.actions.get(&action).and_then(|card| card.action.undoes));
        let (state, status, note) = match settlement {
            Settlement::Succeeded { .. } => ("undone", ActionStatus::Succeeded, ""),
            Settlement::Failed { note } => ("failed", ActionStatus::Failed, note.as_str()),
            Settlement::InDoubt { note } => ("in_doubt", ActionStatus::InDoubt, note.as_str()),
        };
        match undoes {
            Some((target, plan)) if plan == self.plan => {
                let verified = self
                    .view
                    .read(|inner| inner.actions.get(&target).is_some_and(|it| it.action.is_verified()));
                let state = if verified && state == "undone" { "verifying" } else { state };
                Some(self.of(target, state, status, note))
            }
            Some(_) => None,
            None if self.places.contains_key(&action) => {
                let state = if status == ActionStatus::Succeeded { "happened" } else { state };
                Some(self.of(action, state, status, note))
            }
            None => None,
        }
    }

    fn steps(&self) -> u32 {
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    fn bare(&self, state: &str, note: &str) -> pb::RollbackProgress {
        pb::RollbackProgress {
            plan: self.plan.to_string(),
            steps: self.steps(),
            state: state.to_owned(),
            note: note.to_owned(),
            ..pb::RollbackProgress::default()
        }
    }

    fn of(&self, target: ActionId, state: &str, status: ActionStatus, note: &str) -> pb::RollbackProgress {
        let detail = self.view.read(|inner| {
            let rollback = inner.state.rollbacks.get(&self.plan)?;
            Some(step(&rollback.plan, rollback.step(target)?, inner))
        });
        pb::RollbackProgress {
            step: self.places.get(&target).copied().unwrap_or_default(),
            run: detail.as_ref().map(|step| step.run.clone()).unwrap_or_default(),
            detail,
            status: wire::status(status).into(),
            ..self.bare(state, note)
        }
    }

    /// The last message, once all runs are closed.
    fn closes(&self) -> Option<pb::RollbackProgress> {
        self.open.is_empty().then(|| self.last("closed"))
    }

    /// The last message, where nothing goes on without people, twice in a row.
    fn rests(&mut self) -> Option<pb::RollbackProgress> {
        let rests = self.view.read(|inner| {
            let rollback = inner.state.rollbacks.get(&self.plan);
            rollback.is_some_and(|it| !it.is_closed() && inner.state.rests(it, clock::now()))
        });
        let before = std::mem::replace(&mut self.rested, rests);
        (before && rests).then(|| self.last("waiting"))
    }

    fn last(&self, state: &str) -> pb::RollbackProgress {
        let count = |inner: &Inner| {
            let shown =
                inner.state.rollbacks.get(&self.plan).map(|it| super::show::counts(it, inner, clock::now()));
            let of = |state: &str| shown.as_ref().and_then(|it| it.get(state).copied()).unwrap_or_default();
            (of("undone"), of("parked"), of("skipped"), of("waiting").saturating_add(of("due")))
        };
        let (undone, parked, skipped, waiting) = self.view.read(count);
        let run = self.view.read(|inner| inner.state.rollbacks.get(&self.plan).and_then(|it| it.plan.run));
        pb::RollbackProgress {
            step: self.steps(),
            status: wire::status(ActionStatus::Undone).into(),
            done: true,
            undone,
            parked,
            skipped,
            waiting,
            run: run.map(|run| run.to_string()).unwrap_or_default(),
            ..self.bare(state, "")
        }
    }
}
