//! The operator on call: lowers what a service may do, sees that it holds, and lets it go again.

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use remit_proto::v1::{self, Level, Outcome};
use tonic::Streaming;

use super::{Done, in_time, pause};
use crate::{
    cli::{
        demo::{REFUNDS, world::World},
        session, words,
    },
    connect::OperatorClient,
};

/// Refusals that are awaited before the ceiling is lifted again.
const ENOUGH: u32 = 3;

/// Safe mode: drafts go on, refunds do not.
pub(super) async fn safe_mode(
    world: &World,
    client: &mut OperatorClient,
    done: &mut Done,
) -> Result<(), Report> {
    let mut trace = trace(client).await?;
    set(world, client, Level::Draft, "Refund amounts look odd; looking into it.").await?;
    done.refused_in_safe_mode =
        in_time("a refund refused in safe mode", refused(&mut trace, "above_ceiling")).await?;
    release(world, client, "The amounts were right; the report was wrong.").await
}

/// A stop under traffic: nothing goes on, and the acknowledgement says since when and what is still on its way. It is
/// left in force.
pub(super) async fn stop(world: &World, client: &mut OperatorClient, done: &mut Done) -> Result<(), Report> {
    let mut trace = trace(client).await?;
    let acknowledged = loop {
        in_time("a payout on its way", on_its_way(client)).await?;
        let acknowledged = set(world, client, Level::None, "Drill: stop the refunds, then prove it.").await?;
        if !acknowledged.in_flight.is_empty() {
            break acknowledged;
        }
        // It was answered in that very moment.
        release(world, client, "Nothing was in flight; once more.").await?;
    };
    done.containment_us = Some(acknowledged.containment_us);
    done.in_flight_at_stop = acknowledged.in_flight.len();
    in_time("the end of what was in flight", followed(world, client, acknowledged)).await?;
    done.refused_while_stopped =
        in_time("an action refused by the stop", refused(&mut trace, "stopped")).await?;
    Ok(())
}

/// Until a payout is with the payments company.
async fn on_its_way(client: &mut OperatorClient) -> Result<(), Report> {
    loop {
        let request = v1::ListActionsRequest {
            service: REFUNDS.to_owned(),
            status: v1::ActionStatus::Running.into(),
            limit: 100,
            ..v1::ListActionsRequest::default()
        };
        let actions = client.list_actions(request).await?.into_inner().actions;
        if actions.iter().any(|action| action.tool == "payout.create") {
            return Ok(());
        }
        pause().await;
    }
}

/// Follows what was in flight until each has ended.
async fn followed(
    world: &World,
    client: &mut OperatorClient,
    acknowledged: v1::SetSwitchResponse,
) -> Result<(), Report> {
    let ids = acknowledged.in_flight.into_iter().filter_map(|row| row.action).map(|action| action.id);
    let request = v1::FollowInFlightRequest { actions: ids.collect() };
    let mut ends = client.follow_in_flight(request).await.wrap_err("follow what is in flight")?.into_inner();
    while let Some(row) = ends.message().await? {
        let action = row.action.unwrap_or_default();
        let status = words::action_status(action.status);
        world.progress.line(&format!("in flight at the stop: {} {} {status}", action.tool, action.id));
    }
    Ok(())
}

fn scope() -> String {
    format!("service:{REFUNDS}")
}

async fn trace(client: &mut OperatorClient) -> Result<Streaming<v1::TraceBatch>, Report> {
    let request = v1::WatchTraceRequest { service: REFUNDS.to_owned(), ..v1::WatchTraceRequest::default() };
    Ok(client.watch_trace(request).await.wrap_err("watch the trace")?.into_inner())
}

async fn set(
    world: &World,
    client: &mut OperatorClient,
    ceiling: Level,
    reason: &str,
) -> Result<v1::SetSwitchResponse, Report> {
    let request = v1::SetSwitchRequest {
        scope: scope(),
        ceiling: ceiling.into(),
        reason: reason.to_owned(),
        idempotency_id: session::idempotency_id(),
        ..v1::SetSwitchRequest::default()
    };
    let acknowledged = client.set_switch(request).await.wrap_err("set a ceiling")?.into_inner();
    world.progress.line(&format!(
        "operator set {} to {} in {}: {} in flight, {} held actions voided",
        scope(),
        words::level(ceiling.into()),
        words::micros_as_ms(acknowledged.containment_us),
        acknowledged.in_flight.len(),
        acknowledged.voided,
    ));
    Ok(acknowledged)
}

/// Counts refusals for this reason until there are enough.
async fn refused(trace: &mut Streaming<v1::TraceBatch>, reason: &str) -> Result<u32, Report> {
    let mut seen: u32 = 0;
    while seen < ENOUGH {
        let batch = trace.message().await?.ok_or_else(|| eyre!("the trace ended"))?;
        for record in batch.records {
            if record.outcome() == Outcome::Deny && record.reason == reason {
                seen = seen.saturating_add(1);
            }
        }
    }
    Ok(seen)
}

pub(super) async fn release(world: &World, client: &mut OperatorClient, reason: &str) -> Result<(), Report> {
    let request = v1::ReleaseSwitchRequest {
        target: scope(),
        reason: reason.to_owned(),
        idempotency_id: session::idempotency_id(),
    };
    client.release_switch(request).await.wrap_err("release a ceiling")?;
    world.progress.line(&format!("operator released {}", scope()));
    Ok(())
}
