//! What a domain loop hands over, and what it gets back once that is on disk.

use std::sync::Arc;

use crate::{Error, row::Row};
use remit_core::{DomainName, Event, Timestamp};

/// Decided events of one domain that must become durable together, in this order.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Whose chain they extend.
    pub domain: DomainName,
    /// The position that the domain believes to be its last; 0 when it has none.
    pub after: u64,
    /// The events and the moments at which they were decided.
    pub events: Vec<(Timestamp, Event)>,
}

/// One durable event with its place in the chain.
#[derive(Debug, Clone)]
pub struct Record {
    /// Whose chain it is in.
    pub domain: DomainName,
    /// Its position there; the first is 1.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// SHA-256 over the hash before it, its position, domain, time and body.
    pub hash: [u8; 32],
    /// What happened.
    pub event: Event,
}

/// A durable event with the text that is stored for it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The event and its place.
    pub record: Record,
    /// The JSON whose bytes the chain holds.
    pub body: String,
}

/// Receives what became of a batch; called exactly once, on the writer thread, so it must not block.
pub type Done = Box<dyn FnOnce(Result<Vec<Arc<Record>>, Error>) + Send>;

/// A [`Done`] that cannot be forgotten: dropped unanswered, it says that the journal is closed, or, where
/// another's `Done` has panicked, that nobody knows.
pub(crate) struct Answer(Option<Done>);

impl Answer {
    pub(crate) fn new(done: Done) -> Self {
        Self(Some(done))
    }

    pub(crate) fn give(mut self, result: Result<Vec<Arc<Record>>, Error>) {
        if let Some(done) = self.0.take() {
            done(result);
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(done) = self.0.take() {
            let error = if std::thread::panicking() {
                Error::Failed { cause: "the writer thread panicked; start again, and report this".into() }
            } else {
                Error::Closed
            };
            done(Err(error));
        }
    }
}

impl Record {
    /// The columns of the record and its body, as a store writes them.
    pub(crate) fn to_row(&self, body: &str) -> Row {
        Row {
            seq: self.seq.cast_signed(),
            at: self.at.as_micros(),
            kind: self.event.kind().as_bytes().to_vec(),
            run: self.event.run().map(|id| id.as_bytes().to_vec()),
            action: self.event.action().map(|id| id.as_bytes().to_vec()),
            hash: self.hash.to_vec(),
            body: body.as_bytes().to_vec(),
        }
    }
}
