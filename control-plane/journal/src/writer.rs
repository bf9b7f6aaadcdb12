//! The writer thread: takes all batches that wait, links them, commits them together, answers each.
//!
//! The queue has no bound of its own. Its senders are the domain loops, which must never wait for a
//! disk, and each of them already has a bounded inbox and a bounded number of unanswered batches; a
//! second bound here could only refuse a decision that was already made.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        mpsc::{Receiver, TryRecvError},
    },
};

use crate::{Batch, Error, Record, batch::Answer, chain::Head, codec, group::Group, store::Writer as Store};
use remit_core::DomainName;

/// Most events in one transaction: enough that one sync is shared well, few enough that the first
/// batch of a flood does not wait for all of it.
const GROUP_EVENTS: usize = 4096;

/// What the handles send.
pub(crate) enum Job {
    Append(Batch, Answer),
    Close,
}

/// What the writer tells everybody: how far each domain is durable, and whether writing has stopped.
#[derive(Debug, Default)]
pub(crate) struct Published {
    heads: Mutex<BTreeMap<DomainName, Head>>,
    failed: OnceLock<Arc<str>>,
}

impl Published {
    pub(crate) fn new(heads: BTreeMap<DomainName, Head>) -> Self {
        Self { heads: Mutex::new(heads), failed: OnceLock::new() }
    }

    /// The last durable position of a domain that has any.
    pub(crate) fn head(&self, domain: &DomainName) -> Option<Head> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).get(domain).copied()
    }

    fn advance(&self, heads: BTreeMap<DomainName, Head>) {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).extend(heads);
    }

    /// Stops writing for good; the first cause stays.
    pub(crate) fn fail(&self, cause: &Arc<str>) {
        if self.failed.set(Arc::clone(cause)).is_ok() {
            tracing::error!(%cause, "the journal has stopped writing");
        }
    }

    fn failure(&self) -> Option<Error> {
        self.failed.get().map(|cause| Error::Failed { cause: Arc::clone(cause) })
    }
}

/// A batch on its way: what will be answered, unless the commit goes wrong.
struct Staged {
    answer: Answer,
    result: Result<Vec<Arc<Record>>, Error>,
}

/// Serves the queue until it is closed or every handle is gone, then lets go of the store.
pub(crate) fn run(queue: Receiver<Job>, mut store: Store, published: &Published) {
    let mut open = true;
    let (mut group, mut buffer) = (Group::default(), Vec::new());
    while open {
        let Ok(first) = queue.recv() else { break };
        let batches;
        (batches, open) = gather(first, &queue);
        group.truncate(0);
        let staged = stage_all(batches, &mut group, published, &mut buffer);
        commit(staged, &group, &mut store, published);
    }
    // Dropping the queue answers what was sent after the close.
    drop(queue);
    store.close(published.failure().is_some());
}

/// The batches that wait by now, and whether more may come.
fn gather(first: Job, queue: &Receiver<Job>) -> (Vec<(Batch, Answer)>, bool) {
    let mut batches = Vec::new();
    let mut events = 0_usize;
    let mut next = Ok(first);
    loop {
        match next {
            Ok(Job::Append(batch, answer)) => {
                events = events.saturating_add(batch.events.len());
                batches.push((batch, answer));
            }
            Ok(Job::Close) => return (batches, false),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => return (batches, true),
        }
        if events >= GROUP_EVENTS {
            return (batches, true);
        }
        next = queue.try_recv();
    }
}

/// Batches that are linked, and where the chains end with them.
struct Linked {
    staged: Vec<Staged>,
    heads: BTreeMap<DomainName, Head>,
}

fn stage_all(
    batches: Vec<(Batch, Answer)>,
    group: &mut Group,
    published: &Published,
    buffer: &mut Vec<u8>,
) -> Linked {
    let mut linked = Linked { staged: Vec::with_capacity(batches.len()), heads: BTreeMap::new() };
    for (batch, answer) in batches {
        let from = group.len();
        let end =
            published.failure().map_or_else(|| stage(batch, &linked.heads, group, published, buffer), Err);
        let result = end.map(|(domain, head)| {
            let records = group.since(from);
            if !records.is_empty() {
                linked.heads.insert(domain, head);
            }
            records
        });
        if result.is_err() {
            group.truncate(from);
        }
        linked.staged.push(Staged { answer, result });
    }
    linked
}

fn commit(linked: Linked, group: &Group, store: &mut Store, published: &Published) {
    let failure = if group.is_empty() {
        published.failure()
    } else {
        store.commit(group).map_err(|cause| published.fail(&cause)).err().and_then(|()| published.failure())
    };
    if failure.is_none() {
        published.advance(linked.heads);
    }
    for Staged { answer, result } in linked.staged {
        answer.give(failure.clone().map_or(result, Err));
    }
}

/// Links a batch to the end of its chain as the batches before it leave it, and says where the chain then ends;
/// or refuses it whole.
fn stage(
    batch: Batch,
    heads: &BTreeMap<DomainName, Head>,
    group: &mut Group,
    published: &Published,
    buffer: &mut Vec<u8>,
) -> Result<(DomainName, Head), Error> {
    let Batch { domain, after, events } = batch;
    let stored = heads.get(&domain).copied().or_else(|| published.head(&domain));
    let mut head = stored.unwrap_or_else(|| Head::genesis(&domain));
    if after != head.seq {
        return Err(Error::OutOfOrder { domain, after, head: head.seq });
    }
    for (at, event) in events {
        let body = codec::encode(&event, buffer)
            .map_err(|cause| Error::Unencodable { kind: event.kind(), cause: cause.into() })?;
        head = head.next(&domain, at.as_micros(), body.as_bytes());
        let record = Record { domain: domain.clone(), seq: head.seq, at, hash: head.hash, event };
        group.push(Arc::new(record), body);
    }
    Ok((domain, head))
}
