//! One stop: calls in flight, others that ask, the acknowledgement, and the release.

use std::time::Instant;

use futures::future::try_join_all;
use remit_proto::v1::{
    ActRequest, ActionStatus, EndRunRequest, Level, ReleaseSwitchRequest, SetSwitchRequest,
    runtime_client::RuntimeClient,
};
use tonic::transport::Channel;

use crate::{
    Failure, contract,
    site::{Site, reading},
};

/// Calls on one connection: a server lets a client have some two hundred at a time.
const A_CONNECTION: usize = 100;

/// Who asks without a pause while the service is stopped.
const ASKING: usize = 8;

/// What one stop showed.
pub(crate) struct Round {
    pub(crate) acknowledged_us: u64,
    pub(crate) contained_us: u64,
    pub(crate) in_flight: usize,
    /// After which nothing may be admitted.
    pub(crate) position: u64,
}

pub(crate) async fn play(site: &Site, number: usize, in_flight: usize) -> Result<Round, Failure> {
    let mut client = site.service().await?;
    let run = site.run(&mut client).await?;
    site.tool.close();
    let mut clients = Vec::new();
    for _ in 0..in_flight.div_ceil(A_CONNECTION) {
        clients.push(site.service().await?);
    }
    let first = number.saturating_mul(in_flight);
    let callers = (first..).zip(clients.iter().cycle()).take(in_flight);
    let calls = try_join_all(callers.map(|(nth, client)| pay(site, client.clone(), &run, nth)));
    let asking = try_join_all((0..ASKING).map(|_| ask_until_stopped(site, client.clone(), &run)));
    let stopping = async {
        site.tool.holds(in_flight).await?;
        let stopped = stop(site, number).await;
        site.tool.open();
        stopped
    };
    let (round, settled, ()) = futures::try_join!(stopping, calls, async { asking.await.map(drop) })?;
    if let Some(other) = settled.into_iter().find(|status| *status != ActionStatus::Succeeded) {
        return Err(format!("a call in flight may finish, this one is {other:?}").into());
    }
    let (target, reason) = (scope(), "the round is over".to_owned());
    let release = ReleaseSwitchRequest { target, reason, ..ReleaseSwitchRequest::default() };
    site.operator().await?.release_switch(site.by_operator(release)?).await?;
    client.end_run(site.by_service(EndRunRequest { run, reason: "done".to_owned() })?).await?;
    Ok(round)
}

fn scope() -> String {
    format!("service:{}", contract::SERVICE)
}

async fn stop(site: &Site, number: usize) -> Result<Round, Failure> {
    let mut operator = site.operator().await?;
    let reason = format!("round {number}");
    let stop = SetSwitchRequest {
        scope: scope(),
        ceiling: Level::None.into(),
        reason,
        ..SetSwitchRequest::default()
    };
    let request = site.by_operator(stop)?;
    let started = Instant::now();
    let answer = operator.set_switch(request).await?.into_inner();
    let acknowledged_us = u64::try_from(started.elapsed().as_micros())?;
    Ok(Round {
        acknowledged_us,
        contained_us: answer.containment_us,
        in_flight: answer.in_flight.len(),
        position: answer.positions.get("orders").copied().ok_or("no position")?,
    })
}

async fn pay(
    site: &Site,
    mut client: RuntimeClient<Channel>,
    run: &str,
    number: usize,
) -> Result<ActionStatus, Failure> {
    let request = ActRequest {
        run: run.to_owned(),
        tool: contract::TOOL.to_owned(),
        params_json: contract::params(u64::try_from(number)?),
        ..ActRequest::default()
    };
    Ok(client.act(site.by_service(request)?).await?.into_inner().status())
}

async fn ask_until_stopped(
    site: &Site,
    mut client: RuntimeClient<Channel>,
    run: &str,
) -> Result<(), Failure> {
    loop {
        let read = client.act(site.by_service(reading(run))?).await?.into_inner();
        if read.status() == ActionStatus::Denied {
            return Ok(());
        }
    }
}
