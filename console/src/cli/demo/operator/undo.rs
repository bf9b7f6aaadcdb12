//! The operator on call: finds a finished run that has paid, looks at the plan, and undoes it.

use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use remit_proto::v1::{self, ActionStatus, RunStatus, rollback_step::Kind};

use super::{Done, in_time};
use crate::{
    cli::{
        demo::{REFUNDS, world::World},
        session,
    },
    connect::OperatorClient,
};

/// Among so many of the latest runs.
const LATEST: u32 = 200;

/// Undoes one run; every effect must be taken back and none be left for a person.
pub(super) async fn undo_one(
    world: &World,
    client: &mut OperatorClient,
    done: &mut Done,
) -> Result<(), Report> {
    let run = in_time("a finished run that has paid", paid_run(client)).await?;
    let plan = client
        .plan_rollback(v1::PlanRollbackRequest { run: run.id.clone(), ..Default::default() })
        .await
        .wrap_err("plan a rollback")?
        .into_inner();
    let compensations = plan.steps.iter().filter(|step| step.kind() == Kind::Compensate).count();
    world.progress.line(&format!("operator undoes {}: {compensations} effects", run.name));
    let (undone, parked) = in_time("the rollback", carry_out(client, plan)).await?;
    if undone == 0 || parked != 0 {
        return Err(eyre!("the rollback of {} undid {undone} and left {parked} for a person", run.name));
    }
    world.progress.line(&format!("operator undid {}: {undone} effects taken back", run.name));
    done.rolled_back = Some(run.id);
    Ok(())
}

async fn paid_run(client: &mut OperatorClient) -> Result<v1::Run, Report> {
    loop {
        let request = v1::ListRunsRequest { service: REFUNDS.to_owned(), open_only: false, limit: LATEST };
        let runs = client.list_runs(request).await?.into_inner().runs;
        for run in runs.into_iter().filter(|run| run.status() == RunStatus::Completed && run.in_doubt == 0) {
            let detail = client.get_run(v1::GetRunRequest { id: run.id.clone() }).await?.into_inner();
            let paid = |action: &v1::Action| {
                action.tool == "payout.create" && action.status() == ActionStatus::Succeeded
            };
            // A message to a customer cannot be taken back; such a run would leave something for a person.
            let sent = |action: &v1::Action| {
                action.tool == "customer.reply" && action.status() == ActionStatus::Succeeded
            };
            if detail.actions.iter().any(paid) && !detail.actions.iter().any(sent) {
                return Ok(run);
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Starts the plan as it was shown; returns how many effects were undone and how many were left.
async fn carry_out(client: &mut OperatorClient, plan: v1::RollbackPlan) -> Result<(u32, u32), Report> {
    let request = v1::StartRollbackRequest {
        plan: plan.id,
        digest: plan.digest,
        reason: "The refund was paid for the wrong order.".to_owned(),
        idempotency_id: session::idempotency_id(),
    };
    let mut steps = client.start_rollback(request).await.wrap_err("start the rollback")?.into_inner();
    while let Some(step) = steps.message().await? {
        if step.done {
            return Ok((step.undone, step.parked));
        }
    }
    Err(eyre!("the rollback's stream ended before the rollback"))
}
