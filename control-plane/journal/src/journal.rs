//! The handle that everybody holds: append through the writer thread, read beside it.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
};

use crate::{
    Batch, Done, Error, Record, Stored, Verified,
    batch::Answer,
    memory,
    row::Row,
    sqlite,
    store::{Query, Reader, Writer},
    verify,
    writer::{self, Job, Published},
};
use remit_core::{ActionId, DomainName, RunId};

/// The journal of all domains of one process. Cheap to clone; every clone is the same journal.
///
/// Appending never waits. Reading does, for the disk: async code calls it where blocking is allowed.
#[derive(Debug, Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    reader: Reader,
    queue: mpsc::Sender<Job>,
    published: Arc<Published>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Journal {
    /// An empty journal that lives as long as its handles; for tests and simulations.
    #[expect(clippy::expect_used, reason = "a test without threads cannot go on")]
    pub fn memory() -> Self {
        let store = memory::Store::default();
        Self::start(Reader::Memory(store.clone()), Writer::Memory(store), Arc::default())
            .expect("the system grants a thread")
    }

    /// Opens `journal.sqlite` in an existing directory, or creates it there, and keeps every other
    /// process from writing it until [`Journal::close`].
    ///
    /// Chains are not verified here: whoever opens a journal reads it with [`Journal::replay`], which does.
    ///
    /// # Errors
    /// Another process holds it, it cannot be opened, is damaged or of a newer format.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let (reader, writer, published) = sqlite::open(dir)?;
        Self::start(Reader::Sqlite(reader), Writer::Sqlite(writer), published)
    }

    /// Starts the writer thread over a store.
    ///
    /// # Errors
    /// The system grants no thread.
    pub(crate) fn start(reader: Reader, writer: Writer, published: Arc<Published>) -> Result<Self, Error> {
        let (queue, jobs) = mpsc::channel();
        let told = Arc::clone(&published);
        let thread = thread::Builder::new()
            .name("journal-writer".to_owned())
            .spawn(move || writer::run(jobs, writer, &told))
            .map_err(|cause| Error::Failed { cause: cause.to_string().into() })?;
        Ok(Self { inner: Arc::new(Inner { reader, queue, published, writer: Mutex::new(Some(thread)) }) })
    }

    /// Hands over events to be made durable. Returns at once; `done` is called on the writer thread, so it
    /// must not block: with the records once the disk has them, or with the reason why they do not count.
    /// Of all reasons only [`Error::Failed`] leaves open whether they were stored: a sync that went wrong
    /// may have reached the disk. They were not answered, so the next replay decides.
    ///
    /// Batches are committed and answered in the order of the calls, all that wait in one transaction.
    /// A domain may hand over its next batch before the last was answered; if one is refused, those
    /// after it do not follow what is stored and are refused too. There is no bound on what may wait:
    /// callers bound what they have unanswered.
    pub fn append(&self, batch: Batch, done: Done) {
        // A writer that is gone drops the job, and a dropped answer says `Closed`.
        drop(self.inner.queue.send(Job::Append(batch, Answer::new(done))));
    }

    /// Every domain that has events, with its last stored position.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn domains(&self) -> Result<Vec<(DomainName, u64)>, Error> {
        let heads = self.inner.reader.heads()?;
        Ok(heads.into_iter().map(|(domain, head)| (domain, head.seq)).collect())
    }

    /// Position and hash of a domain's last durable event; none if it has no events.
    pub fn head(&self, domain: &DomainName) -> Option<(u64, [u8; 32])> {
        self.inner.published.head(domain).map(|head| (head.seq, head.hash))
    }

    /// At most `limit` events after a position, in order. Columns are checked, links are not.
    ///
    /// # Errors
    /// The database cannot be read, or a row is not what was written.
    pub fn read(&self, domain: &DomainName, after: u64, limit: usize) -> Result<Vec<Arc<Record>>, Error> {
        records(self.rows_after(domain, after, limit)?, domain)
    }

    /// As [`Journal::read`], with the text that is stored for each event.
    ///
    /// # Errors
    /// As [`Journal::read`].
    pub fn read_stored(&self, domain: &DomainName, after: u64, limit: usize) -> Result<Vec<Stored>, Error> {
        let rows = self.rows_after(domain, after, limit)?;
        rows.into_iter().map(|row| row.into_stored(domain)).collect()
    }

    /// The events of a run, in order.
    ///
    /// # Errors
    /// As [`Journal::read`].
    pub fn by_run(&self, domain: &DomainName, run: RunId) -> Result<Vec<Arc<Record>>, Error> {
        self.find(domain, Query::Run(run.as_bytes()))
    }

    /// The events of an action, in order.
    ///
    /// # Errors
    /// As [`Journal::read`].
    pub fn by_action(&self, domain: &DomainName, action: ActionId) -> Result<Vec<Arc<Record>>, Error> {
        self.find(domain, Query::Action(action.as_bytes()))
    }

    /// Reads a domain from its first event to its last and verifies the chain on the way; `each` sees an
    /// event only after everything up to it was found intact. Memory use does not grow with history.
    ///
    /// # Errors
    /// The database cannot be read, or the first place at which it is not what was written.
    pub fn replay(&self, domain: &DomainName, each: impl FnMut(&Record)) -> Result<Verified, Error> {
        verify::walk(&self.inner.reader, domain, self.inner.published.head(domain), each)
    }

    /// Recomputes the whole chain of a domain.
    ///
    /// # Errors
    /// As [`Journal::replay`].
    pub fn verify(&self, domain: &DomainName) -> Result<Verified, Error> {
        self.replay(domain, |_| {})
    }

    /// Commits and answers what was handed over before, writes the log back into the database, stops the
    /// writer and releases the lock. Later appends through other handles are answered with
    /// [`Error::Closed`]. Blocks for the disk. A journal that is dropped instead, or killed, loses nothing
    /// that was answered.
    pub fn close(self) {
        // If the writer is gone already, there is nothing to tell it.
        drop(self.inner.queue.send(Job::Close));
        let writer = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if writer.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the journal's writer thread panicked");
        }
    }

    fn find(&self, domain: &DomainName, query: Query<'_>) -> Result<Vec<Arc<Record>>, Error> {
        records(self.inner.reader.rows(domain, query)?, domain)
    }

    fn rows_after(&self, domain: &DomainName, after: u64, limit: usize) -> Result<Vec<Row>, Error> {
        // No position is beyond i64::MAX, so nothing is after it.
        let seq = i64::try_from(after).unwrap_or(i64::MAX);
        self.inner.reader.rows(domain, Query::After { seq, limit })
    }
}

fn records(rows: Vec<Row>, domain: &DomainName) -> Result<Vec<Arc<Record>>, Error> {
    rows.into_iter().map(|row| row.into_record(domain).map(Arc::new)).collect()
}
