//! The operator on call: undoes what the refunds did in the last minutes, takes over what is refused, and sees the doubt
//! go away.

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use remit_proto::v1::{
    self, ActionStatus, RollbackPlan, RollbackProgress, WatchRollbackRequest, rollback_step::Kind,
};
use tonic::Streaming;

use super::{Done, in_time, pause};
use crate::{
    cli::{
        clock,
        demo::{REFUNDS, world::World},
        session, words,
    },
    connect::OperatorClient,
};

/// So many payouts must be there: the payments company loses one answer and refuses two.
const ENOUGH: usize = 3;
/// What was done in the last five minutes is undone.
const LATELY: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);
/// Among so many of the latest actions.
const LATEST: u32 = 1_000;

/// Waits until there is something to undo.
pub(super) async fn enough(client: &mut OperatorClient) -> Result<(), Report> {
    let paid = async {
        loop {
            let request = v1::ListActionsRequest {
                service: REFUNDS.to_owned(),
                status: ActionStatus::Succeeded.into(),
                limit: LATEST,
                ..Default::default()
            };
            let actions = client.list_actions(request).await?.into_inner().actions;
            if ENOUGH <= actions.iter().filter(|action| action.tool == "payout.create").count() {
                return Ok(());
            }
            pause().await;
        }
    };
    in_time("payouts that can be undone", paid).await
}

/// Undoes the last minutes. What the payments company refuses is parked and taken over with a reason; what it leaves in
/// doubt is asked again, and counts as undone when that was seen.
pub(super) async fn undo_lately(
    world: &World,
    client: &mut OperatorClient,
    done: &mut Done,
) -> Result<(), Report> {
    let plan = plan(client).await?;
    let (id, runs) = (plan.id.clone(), plan.runs.len());
    let effects = plan.steps.iter().filter(|step| step.kind() == Kind::Compensate).count();
    let back = words::money(plan.returns_micros);
    world.progress.line(&format!("operator undoes {effects} effects of {runs} runs: {back} come back"));
    let mut walk = in_time("the start of the rollback", start(client, plan)).await?;
    let mut last = in_time("the rollback", rest(&mut walk, done)).await?;
    while last.state != "closed" {
        take_over(world, client, &id, done).await?;
        let request = WatchRollbackRequest { plan: id.clone() };
        walk = client.watch_rollback(request).await.wrap_err("watch the rollback")?.into_inner();
        last = in_time("the rest of the rollback", rest(&mut walk, done)).await?;
    }
    take_over(world, client, &id, done).await?;
    done.undone = last.undone;
    let refused = world.ledger.refused().wrap_err("read the ledger")?.len();
    if done.undone == 0 || done.parked as usize != refused {
        let parked = done.parked;
        return Err(eyre!("{} were undone, {parked} parked, and {refused} reversals refused", done.undone));
    }
    world.progress.line(&format!(
        "operator undid {} effects; {} were refused and taken over, {} were in doubt for a while",
        done.undone, done.parked, done.doubts
    ));
    done.rolled_back = Some(id);
    Ok(())
}

async fn plan(client: &mut OperatorClient) -> Result<RollbackPlan, Report> {
    let since = clock::now().checked_sub(LATELY).wrap_err("five minutes ago")?;
    let since = prost_types::Timestamp { seconds: since.as_second(), nanos: since.subsec_nanosecond() };
    let request = v1::PlanRollbackRequest {
        scope: format!("service:{REFUNDS}"),
        since: Some(since),
        ..Default::default()
    };
    Ok(client.plan_rollback(request).await.wrap_err("plan a rollback")?.into_inner())
}

/// Starts the plan as it was shown.
async fn start(
    client: &mut OperatorClient,
    plan: RollbackPlan,
) -> Result<Streaming<RollbackProgress>, Report> {
    let request = v1::StartRollbackRequest {
        plan: plan.id,
        digest: plan.digest,
        reason: "Refunds were paid for the wrong orders.".to_owned(),
        idempotency_id: session::idempotency_id(),
    };
    Ok(client.start_rollback(request).await.wrap_err("start the rollback")?.into_inner())
}

/// Follows it until it is closed or waits for people; counts what was in doubt on the way.
async fn rest(walk: &mut Streaming<RollbackProgress>, done: &mut Done) -> Result<RollbackProgress, Report> {
    while let Some(step) = walk.message().await? {
        if step.done {
            return Ok(step);
        }
        if step.state == "in_doubt" {
            done.doubts = done.doubts.saturating_add(1);
        }
    }
    Err(eyre!("the rollback's stream ended before the rollback"))
}

/// Takes over what was parked, so that what waits for it goes on.
async fn take_over(
    world: &World,
    client: &mut OperatorClient,
    plan: &str,
    done: &mut Done,
) -> Result<(), Report> {
    let parked = client.list_parked(v1::ListParkedRequest {}).await?.into_inner().parked;
    for left in parked.into_iter().filter(|left| left.plan == plan) {
        let action = left.target.unwrap_or_default();
        world.progress.line(&format!("operator takes over {} {}: {}", action.tool, action.id, left.note));
        let reason = "The customer has withdrawn it; finance writes it off.".to_owned();
        let request = v1::SkipStepRequest { plan: plan.to_owned(), action: action.id, reason };
        client.skip_step(request).await.wrap_err("take over a step")?;
        done.parked = done.parked.saturating_add(1);
    }
    Ok(())
}
