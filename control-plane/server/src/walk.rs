//! Walks rollbacks that were started: takes whatever step is due, one after the other, last effect first. The core
//! says what is due; here it is done and its end waited for.

use std::{collections::BTreeSet, sync::Arc};

use parking_lot::Mutex;
use remit_core::{
    ActionId, Command, DomainName, Exchange, Money, PlanId, command::Settle, event::Settlement, state::Turn,
};

use crate::{
    clock,
    domain::Fault,
    ids,
    plane::{Plane, Ward},
    runner::ended,
};

/// Plans that somebody walks at this moment: two walkers would only be in each other's way.
#[derive(Debug, Default)]
pub(crate) struct Walks(Mutex<BTreeSet<PlanId>>);

/// Leaves the list when its walk is over, however it ends.
struct Walking<'a>(&'a Walks, PlanId);

impl Drop for Walking<'_> {
    fn drop(&mut self) {
        self.0.0.lock().remove(&self.1);
    }
}

/// Walks on where something is due and nobody walks: after a start, when a wait is over, when people have spoken.
pub(crate) fn tend(plane: &Arc<Plane>, ward: &Ward) {
    if ward.domain.health().failed().is_some() {
        return;
    }
    let now = clock::now();
    let due: Vec<PlanId> = ward.view.read(|inner| {
        let state = &inner.state;
        let waits = state.under_way().filter(|rollback| !plane.walks.0.lock().contains(&rollback.plan.id));
        waits.filter(|rollback| state.is_due(rollback, now)).map(|rollback| rollback.plan.id).collect()
    });
    for plan in due {
        let (shared, domain) = (Arc::clone(plane), ward.domain.name().clone());
        plane.working.spawn(async move { walk(&shared, &domain, plan).await });
    }
}

/// Walks a plan until nothing more is due; the tick walks on later.
pub(crate) async fn walk(plane: &Plane, domain: &DomainName, plan: PlanId) {
    let Ok(ward) = plane.ward(domain) else { return };
    if !plane.walks.0.lock().insert(plan) {
        return;
    }
    let _walking = Walking(&plane.walks, plan);
    let targets: Vec<ActionId> = ward.view.read(|inner| {
        let rollback = inner.state.rollbacks.get(&plan);
        rollback.map(|it| it.plan.steps.iter().map(|step| step.target).collect()).unwrap_or_default()
    });
    loop {
        let mut moved = false;
        for target in &targets {
            // A step may be due again at once: called back, it is looked at.
            while !plane.stop.is_cancelled() && take(ward, plan, *target).await {
                moved = true;
            }
        }
        if moved {
            close(ward, plan).await;
        } else {
            break;
        }
    }
    close(ward, plan).await;
}

/// Does what is due about one step; false when nothing is.
async fn take(ward: &Ward, plan: PlanId, target: ActionId) -> bool {
    let taken = match ward.view.read(|inner| inner.state.turn(plan, target, clock::now())) {
        Turn::Wait(_) | Turn::Over => return false,
        Turn::Disown => disown(ward, target).await,
        Turn::Park(..) => step(ward, plan, target).await.map(drop),
        Turn::Compensate | Turn::Verify => match step(ward, plan, target).await {
            Ok(action) => {
                ended(ward, action).await;
                Ok(())
            }
            Err(fault) => Err(fault),
        },
    };
    match taken {
        Ok(()) => true,
        // Things have moved since the look: the core has the last word, and the next pass looks again.
        Err(Fault::Refused(refusal)) => {
            tracing::info!(%plan, %target, %refusal, "a step of the rollback waits");
            false
        }
        Err(fault) => {
            tracing::error!(%plan, %target, %fault, "the rollback cannot go on");
            false
        }
    }
}

async fn step(ward: &Ward, plan: PlanId, target: ActionId) -> Result<ActionId, Fault> {
    let action = ids::action();
    ward.domain.submit(Command::Compensate { plan, target, action }).await.map(|_| action)
}

/// What its caller carries out and has not reported is in doubt: nobody else can know.
async fn disown(ward: &Ward, action: ActionId) -> Result<(), Fault> {
    let note = "its caller had not reported the outcome when the run was rolled back".to_owned();
    let doubt = Settle {
        action,
        settlement: Settlement::InDoubt { note },
        cost: Money::ZERO,
        evidence: Vec::new(),
        undo: None,
        exchange: Exchange::default(),
        tokens: 0,
    };
    ward.domain.submit(Command::Settle(Box::new(doubt))).await.map(drop)
}

/// Closes the runs whose steps have all ended.
async fn close(ward: &Ward, plan: PlanId) {
    let now = clock::now();
    let closes = ward.view.read(|inner| {
        let rollback = inner.state.rollbacks.get(&plan);
        rollback.is_some_and(|rollback| inner.state.closes(rollback, now))
    });
    if closes && let Err(fault) = ward.domain.submit(Command::CloseRollback { plan }).await {
        tracing::error!(%plan, %fault, "the rollback could not be closed");
    }
}
