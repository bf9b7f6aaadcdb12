//! The journal: events become durable here, in one hash chain per domain, before anybody is answered.
//!
//! ```text
//! domain loop ─append─▶ queue ─▶ writer thread: encode, link, one transaction for all that wait
//!      ▲                                            │ commit
//!      └──────────────── done(records) ◀────────────┘
//! readers (replay, trace, by run, by action) ─▶ connections of their own, never behind the writer
//! ```
//!
//! What must hold, and where it is held:
//!
//! - An event is answered only after its transaction is on disk ([`Journal::append`], `writer.rs`).
//! - Positions of a domain are 1, 2, 3 …; a batch that starts anywhere else is refused whole.
//! - The first write that goes wrong ends writing for good: SQLite would go on after a lost sync, we do not.
//! - What was stored can be checked by a stranger with SHA-256 alone: the exact bytes are in `chain.rs`.

mod batch;
mod chain;
mod codec;
mod error;
mod group;
mod journal;
mod lock;
mod memory;
mod row;
mod sqlite;
mod store;
mod verify;
mod writer;

pub use batch::{Batch, Done, Record, Stored};
pub use error::{Error, Flaw};
pub use journal::Journal;
pub use verify::Verified;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod testing;
