//! The three streams, each reconnecting by itself: the screen learns of every break and every return.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use prost::Message as _;
use remit_proto::v1::{
    StateSnapshot, WatchDecisionsRequest, WatchStateRequest, WatchTraceRequest, WhoAmIRequest,
};
use tokio::sync::{Notify, mpsc, watch};
use tonic::{Request, Status};

use super::super::batch::{Batch, Place};
use super::super::event::Event;
use super::super::state::link::Stream;
use super::backoff::Backoff;
use super::sentence;
use crate::connect::{self, Calls, OperatorClient};

/// Records asked for when a trace begins.
const BACKLOG: u32 = 500;
/// A control plane that does not even say hello within this is tried again.
const HELLO_DEADLINE: Duration = Duration::from_secs(5);

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
    let mut asks = Request::new(WhoAmIRequest {});
    asks.set_timeout(HELLO_DEADLINE);
    let who = client.who_am_i(asks).await?.into_inner();
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
    mut calls: Calls,
    link: Link,
    events: mpsc::Sender<Event>,
    mut filter: watch::Receiver<String>,
) {
    let mut backoff = Backoff::default();
    let mut progress = Progress::default();
    loop {
        let text = filter.borrow_and_update().clone();
        let why = tokio::select! {
            ended_by = trace_once(&mut calls, (&link, &events), text, (&mut progress, &mut backoff)) => {
                ended_by.err().unwrap_or_else(ended)
            }
            changed = filter.changed() => match changed {
                Ok(()) => {
                    progress = Progress::default();
                    continue;
                }
                Err(_) => return,
            },
        };
        if !link.wait(Stream::Trace, &mut backoff, &why).await {
            return;
        }
    }
}

/// How far one subscription came, across reconnects: its screen keeps what it has.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The last position seen, by domain.
    seen: HashMap<String, u64>,
    started: bool,
    /// Records that the screen could not take and was not told about yet.
    unsent: u64,
}

impl Progress {
    /// Drops what the screen already has from a batch. Without a filter a jump in the positions is a loss.
    pub(super) fn take(&mut self, batch: &mut Batch, is_filtered: bool) {
        let mut lost = 0_u64;
        batch.records.retain(|record| {
            // One that does not even say where it stands is shown as what it is: damaged.
            let Ok(place) = Place::decode(record.as_ref()) else { return true };
            let Some(last) = self.seen.get_mut(&place.domain) else {
                self.seen.insert(place.domain, place.seq);
                return true;
            };
            if place.seq <= *last {
                return false;
            }
            if !is_filtered {
                lost = lost.saturating_add(place.seq.saturating_sub(*last).saturating_sub(1));
            }
            *last = place.seq;
            true
        });
        // What the server counted is part of the jump, unless a filter hides the jump.
        batch.lost = batch.lost.max(lost).saturating_add(self.unsent);
    }
}

async fn trace_once(
    calls: &mut Calls,
    (link, events): (&Link, &mpsc::Sender<Event>),
    filter: String,
    (progress, backoff): (&mut Progress, &mut Backoff),
) -> Result<(), Status> {
    let is_filtered = !filter.is_empty();
    let request = WatchTraceRequest { filter, service: String::new(), run: String::new(), backlog: BACKLOG };
    let mut stream = connect::watch_trace::<Batch>(calls, request).await?;
    link.up(Stream::Trace).await;
    if !progress.started && events.send(Event::TraceRestarted).await.is_err() {
        return Ok(());
    }
    progress.started = true;
    while let Some(mut batch) = stream.message().await? {
        backoff.reset();
        progress.take(&mut batch, is_filtered);
        let unsent = batch.lost.saturating_add(batch.records.len() as u64);
        match events.try_send(Event::Trace(batch)) {
            Ok(()) => progress.unsent = 0,
            Err(mpsc::error::TrySendError::Full(_)) => progress.unsent = unsent,
            Err(mpsc::error::TrySendError::Closed(_)) => return Ok(()),
        }
    }
    Ok(())
}
