//! The three streams, each reconnecting by itself: the screen learns of every break and every return.

use std::collections::HashMap;
use std::sync::Arc;

use remit_proto::v1::{
    StateSnapshot, WatchDecisionsRequest, WatchStateRequest, WatchTraceRequest, WhoAmIRequest,
};
use tokio::sync::{Notify, mpsc, watch};
use tonic::Status;

use super::super::event::Event;
use super::super::state::link::Stream;
use super::backoff::Backoff;
use super::sentence;
use crate::connect::OperatorClient;

/// Records asked for when a trace begins.
const BACKLOG: u32 = 500;

/// How a stream tells about itself and is told to hurry.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) replies: mpsc::Sender<Event>,
    pub(super) retry: Arc<Notify>,
}

impl Link {
    /// Tells the screen and waits; false when there is no screen any more.
    async fn wait(&self, stream: Stream, backoff: &mut Backoff, why: &Status) -> bool {
        let (attempt, wait) = backoff.next(rand::random());
        let retry_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(?stream, attempt, retry_ms, status = %why, "stream is down");
        let down = Event::Down { stream, reason: sentence(why), attempt, retry_ms };
        if self.replies.send(down).await.is_err() {
            return false;
        }
        let hurry = self.retry.notified();
        // Waiting is over after the pause or when the operator asks.
        let _ = tokio::time::timeout(wait, hurry).await;
        true
    }

    async fn up(&self, stream: Stream) {
        // Without a screen the next send ends the task.
        let _ = self.replies.send(Event::Up(stream)).await;
    }
}

fn ended() -> Status {
    Status::unavailable("the control plane ended the stream")
}

/// Keeps the latest picture.
pub(super) async fn state(
    mut client: OperatorClient,
    link: Link,
    picture: watch::Sender<Option<StateSnapshot>>,
) {
    let mut backoff = Backoff::default();
    loop {
        let why = match state_once(&mut client, &link, &picture, &mut backoff).await {
            Ok(()) => ended(),
            Err(status) => status,
        };
        if !link.wait(Stream::State, &mut backoff, &why).await {
            return;
        }
    }
}

async fn state_once(
    client: &mut OperatorClient,
    link: &Link,
    picture: &watch::Sender<Option<StateSnapshot>>,
    backoff: &mut Backoff,
) -> Result<(), Status> {
    let who = client.who_am_i(WhoAmIRequest {}).await?.into_inner();
    // Without a screen the next wait ends the task.
    let _ = link.replies.send(Event::Who(who)).await;
    let mut stream = client.watch_state(WatchStateRequest {}).await?.into_inner();
    while let Some(snapshot) = stream.message().await? {
        backoff.reset();
        picture.send_replace(Some(snapshot));
    }
    Ok(())
}

/// Passes every decision on, in order, and resumes after the last one seen.
pub(super) async fn decisions(mut client: OperatorClient, link: Link, events: mpsc::Sender<Event>) {
    let mut backoff = Backoff::default();
    let mut after = HashMap::new();
    loop {
        let why = match decisions_once(&mut client, &link, &events, (&mut after, &mut backoff)).await {
            Ok(()) => ended(),
            Err(status) => status,
        };
        if !link.wait(Stream::Decisions, &mut backoff, &why).await {
            return;
        }
    }
}

async fn decisions_once(
    client: &mut OperatorClient,
    link: &Link,
    events: &mpsc::Sender<Event>,
    (after, backoff): (&mut HashMap<String, u64>, &mut Backoff),
) -> Result<(), Status> {
    let request = WatchDecisionsRequest { after: after.clone() };
    let mut stream = client.watch_decisions(request).await?.into_inner();
    link.up(Stream::Decisions).await;
    while let Some(update) = stream.message().await? {
        backoff.reset();
        after.insert(update.domain.clone(), update.seq);
        if events.send(Event::Decision(Box::new(update))).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Passes the trace on as far as the screen keeps up; what it cannot take is counted.
pub(super) async fn trace(
    mut client: OperatorClient,
    link: Link,
    events: mpsc::Sender<Event>,
    mut contains: watch::Receiver<String>,
) {
    let mut backoff = Backoff::default();
    loop {
        let text = contains.borrow_and_update().clone();
        let why = tokio::select! {
            ended_by = trace_once(&mut client, &link, &events, (text, &mut backoff)) => ended_by.err().unwrap_or_else(ended),
            changed = contains.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
        };
        if !link.wait(Stream::Trace, &mut backoff, &why).await {
            return;
        }
    }
}

async fn trace_once(
    client: &mut OperatorClient,
    link: &Link,
    events: &mpsc::Sender<Event>,
    (contains, backoff): (String, &mut Backoff),
) -> Result<(), Status> {
    let request =
        WatchTraceRequest { contains, service: String::new(), run: String::new(), backlog: BACKLOG };
    let mut stream = client.watch_trace(request).await?.into_inner();
    link.up(Stream::Trace).await;
    if events.send(Event::TraceRestarted).await.is_err() {
        return Ok(());
    }
    let mut unsent = 0_u64;
    while let Some(mut batch) = stream.message().await? {
        backoff.reset();
        let records = batch.records.len() as u64;
        batch.lost = batch.lost.saturating_add(unsent);
        let lost = batch.lost;
        match events.try_send(Event::Trace(batch)) {
            Ok(()) => unsent = 0,
            Err(mpsc::error::TrySendError::Full(_)) => unsent = lost.saturating_add(records),
            Err(mpsc::error::TrySendError::Closed(_)) => return Ok(()),
        }
    }
    Ok(())
}
