//! Three streams to a console, never one: state (conflated), decisions (lossless), trace (losses counted).

use std::{collections::HashMap, sync::Arc, time::Duration};

use remit_core::Event;
use remit_filter::Filter;
use remit_journal::{Journal, Record};
use remit_proto::v1 as pb;
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        mpsc,
    },
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::{filter, operator::Updates, practice, state, trace, update::update};
use crate::{error::Error, plane::Plane, view::View};

/// How often the picture may change on the wire, and how often it is sent though nothing changed.
const TICK: Duration = Duration::from_millis(100);
const HEARTBEAT_TICKS: u32 = 10;

/// Records of a trace batch at most, and how long a batch may wait to fill.
const BATCH: usize = 256;
const LINGER: Duration = Duration::from_millis(50);

/// Records read from the journal at a time while catching up.
const PAGE: usize = 500;

pub(super) type Sender<T> = mpsc::Sender<Result<T, Status>>;

/// A stream fed by a task; the task ends with the stream, also where it has nothing to send, or with the
/// control plane.
pub(super) fn stream<T, F>(
    capacity: usize,
    stop: CancellationToken,
    feed: impl FnOnce(Sender<T>) -> F,
) -> Updates<T>
where
    T: Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(capacity);
    let reader = sender.clone();
    let feeding = feed(sender);
    tokio::spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = reader.closed() => {}
            () = feeding => {}
        }
    });
    Box::pin(ReceiverStream::new(receiver))
}

pub(super) fn state(plane: Arc<Plane>, stop: CancellationToken) -> Updates<pb::StateSnapshot> {
    stream(1, stop, |sender| async move {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut shown, mut quiet) = (Vec::new(), HEARTBEAT_TICKS);
        loop {
            tick.tick().await;
            let positions: Vec<u64> =
                plane.business().map(|ward| ward.view.read(|inner| inner.seq)).collect();
            quiet = quiet.saturating_add(1);
            if positions == shown && quiet < HEARTBEAT_TICKS {
                continue;
            }
            // One place: a slow reader waits for the latest picture, never for all of them.
            if sender.send(Ok(state::snapshot(&plane))).await.is_err() {
                return;
            }
            (shown, quiet) = (positions, 0);
        }
    })
}

pub(super) fn decisions(
    plane: &Arc<Plane>,
    mut after: HashMap<String, u64>,
    stop: &CancellationToken,
) -> Updates<pb::DecisionUpdate> {
    let plane = Arc::clone(plane);
    stream(256, stop.clone(), move |sender| async move {
        let follow = plane.business().map(|ward| {
            // Subscribed before the position is read: nothing can fall between.
            let updates = ward.updates.subscribe();
            let last = after
                .remove(ward.domain.name().as_str())
                .unwrap_or_else(|| ward.view.read(|inner| inner.seq));
            let follow = Follow { view: Arc::clone(&ward.view), last, sender: sender.clone() };
            follow.run(plane.journal.clone(), updates)
        });
        let practised = practised(&plane, &sender);
        futures::future::join(futures::future::join_all(follow), practised).await;
    })
}

/// Practice questions come like any other; a reader who was away finds what is open in the picture.
async fn practised(plane: &Plane, sender: &Sender<pb::DecisionUpdate>) {
    let mut new = plane.practice.follow();
    loop {
        let going = match new.recv().await {
            Ok(stage) => match practice::update(&stage) {
                Some(update) => sender.send(Ok(update)).await.is_ok(),
                None => true,
            },
            Err(RecvError::Lagged(_)) => true,
            Err(RecvError::Closed) => false,
        };
        if !going {
            return;
        }
    }
}

/// Follows one domain without a gap: live where it can, from the journal where it fell behind.
struct Follow {
    view: Arc<View>,
    last: u64,
    sender: Sender<pb::DecisionUpdate>,
}

impl Follow {
    async fn run(mut self, journal: Journal, mut updates: broadcast::Receiver<Arc<Record>>) {
        if !self.catch_up(&journal).await {
            return;
        }
        loop {
            let going = match updates.recv().await {
                Ok(record) if record.seq <= self.last => true,
                Ok(record) if record.seq == self.last.saturating_add(1) => self.show(&record).await,
                Ok(_) | Err(RecvError::Lagged(_)) => self.catch_up(&journal).await,
                Err(RecvError::Closed) => false,
            };
            if !going {
                return;
            }
        }
    }

    /// Reads what was missed, up to what the view has taken in: what the journal has beyond that is not
    /// published yet and comes live.
    async fn catch_up(&mut self, journal: &Journal) -> bool {
        loop {
            let (known, last) = (self.view.read(|inner| inner.seq), self.last);
            let missed = usize::try_from(known.saturating_sub(last)).unwrap_or(usize::MAX);
            if missed == 0 {
                return true;
            }
            let (reader, domain) = (journal.clone(), self.view.name().clone());
            let read = move || reader.read(&domain, last, missed.min(PAGE));
            match tokio::task::spawn_blocking(read).await {
                Ok(Ok(records)) if records.is_empty() => return true,
                Ok(Ok(records)) => {
                    for record in records {
                        if !self.show(&record).await {
                            return false;
                        }
                    }
                }
                Ok(Err(error)) => {
                    return self.end(Status::data_loss(format!("the journal cannot be read: {error}"))).await;
                }
                Err(error) => return self.end(Status::internal(error.to_string())).await,
            }
        }
    }

    async fn end(&self, status: Status) -> bool {
        // The reader may be gone; either way this is the end.
        drop(self.sender.send(Err(status)).await);
        false
    }

    async fn show(&mut self, record: &Record) -> bool {
        self.last = record.seq;
        match self.view.read(|inner| update(record, inner)) {
            Some(update) => self.sender.send(Ok(update)).await.is_ok(),
            None => !self.sender.is_closed(),
        }
    }
}

pub(super) fn trace(plane: &Arc<Plane>, wanted: Wanted, stop: &CancellationToken) -> Updates<pb::TraceBatch> {
    let plane = Arc::clone(plane);
    stream(4, stop.clone(), move |sender| async move {
        let wanted = Arc::new(wanted);
        let feeds = plane.business().map(|ward| {
            let feed = Feed {
                view: Arc::clone(&ward.view),
                wanted: Arc::clone(&wanted),
                sender: sender.clone(),
                batch: pb::TraceBatch::default(),
            };
            feed.run(ward.updates.subscribe())
        });
        futures::future::join_all(feeds).await;
    })
}

/// What a trace reader wants to see.
pub(super) struct Wanted {
    filter: Filter<pb::TraceRecord>,
    service: String,
    run: String,
    backlog: usize,
}

impl Wanted {
    pub(super) fn of(request: pb::WatchTraceRequest) -> Result<Self, Error> {
        let pb::WatchTraceRequest { filter, service, run, backlog } = request;
        let backlog = usize::try_from(backlog).unwrap_or(usize::MAX);
        Ok(Self { filter: filter::read(&filter)?, service, run, backlog })
    }

    /// Looks also into parameters that are too long for the row.
    fn shows(&self, row: &mut pb::TraceRecord, record: &Record) -> bool {
        let whole = || {
            let Event::ActionDecided(decided) = &record.event else { return None };
            Some(decided.proposal.params.as_str().to_owned())
        };
        (self.service.is_empty() || row.service == self.service)
            && (self.run.is_empty() || row.run == self.run)
            && filter::shows(&self.filter, row, whole)
    }
}

/// One domain's records on their way to one trace reader.
struct Feed {
    view: Arc<View>,
    wanted: Arc<Wanted>,
    sender: Sender<pb::TraceBatch>,
    batch: pb::TraceBatch,
}

impl Feed {
    async fn run(mut self, mut updates: broadcast::Receiver<Arc<Record>>) {
        let backlog: Vec<Arc<Record>> = self.view.read(|inner| inner.recent.iter().cloned().collect());
        let last = backlog.last().map_or(0, |record| record.seq);
        self.take(&backlog);
        let surplus = self.batch.records.len().saturating_sub(self.wanted.backlog);
        drop(self.batch.records.drain(..surplus));
        self.batch.hidden = 0;
        if !self.flush().await {
            return;
        }
        loop {
            let mut going = true;
            match updates.recv().await {
                Ok(record) if record.seq > last => self.take(&[record]),
                Ok(_) => continue,
                Err(RecvError::Lagged(lost)) => self.batch.lost = self.batch.lost.saturating_add(lost),
                Err(RecvError::Closed) => going = false,
            }
            let linger = sleep(LINGER);
            tokio::pin!(linger);
            while going && self.batch.records.len() < BATCH {
                let next = tokio::select! {
                    () = &mut linger => break,
                    next = updates.recv() => next,
                };
                match next {
                    Ok(record) => self.take(&[record]),
                    Err(RecvError::Lagged(lost)) => {
                        self.batch.lost = self.batch.lost.saturating_add(lost);
                    }
                    Err(RecvError::Closed) => going = false,
                }
            }
            if !self.flush().await || !going {
                return;
            }
        }
    }

    fn take(&mut self, records: &[Arc<Record>]) {
        let rows: Vec<pb::TraceRecord> =
            self.view.read(|inner| records.iter().map(|record| trace::record(record, inner)).collect());
        for (mut row, record) in rows.into_iter().zip(records) {
            if self.wanted.shows(&mut row, record) {
                self.batch.records.push(row);
            } else {
                self.batch.hidden = self.batch.hidden.saturating_add(1);
            }
        }
    }

    async fn flush(&mut self) -> bool {
        let batch = std::mem::take(&mut self.batch);
        if batch.records.is_empty() && batch.lost == 0 && batch.hidden == 0 {
            return !self.sender.is_closed();
        }
        self.sender.send(Ok(batch)).await.is_ok()
    }
}

#[cfg(test)]
mod tests;
