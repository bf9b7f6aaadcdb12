//! What can go wrong with a journal, said so that the person on call knows what to do.

use std::{path::PathBuf, sync::Arc};

use remit_core::DomainName;

/// Why the journal did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another process writes this journal.
    #[error("journal `{}` is in use by another process; stop that process, or give this one another data directory", path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
    },
    /// The file or its directory cannot be used.
    #[error("journal `{}` cannot be opened: {cause}; it must be a directory that this user may write, on a local disk", path.display())]
    Open {
        /// The file that was tried.
        path: PathBuf,
        /// What the system said.
        cause: Arc<str>,
    },
    /// The file is no journal: not SQLite, cut short, or the database of something else.
    #[error("`{}` is not a readable journal: {cause}; restore the backup, or move the file away to begin an empty journal", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: Arc<str>,
    },
    /// A newer version of Remit wrote the file.
    #[error("journal `{}` has format {found}, this version reads up to {known}; start the version that wrote it", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// The SQLite that was linked can corrupt a journal.
    #[error("SQLite {found} has a write-ahead log that can corrupt a journal; build with 3.51.3 or later")]
    OldSqlite {
        /// Its version.
        found: &'static str,
    },
    /// A batch does not follow what is stored; nothing of it was written.
    #[error(
        "a batch for `{domain}` follows event {after}, but the last stored event is {head}; read the journal again and decide anew"
    )]
    OutOfOrder {
        /// The domain.
        domain: DomainName,
        /// Where the batch wanted to begin.
        after: u64,
        /// The last position that is stored.
        head: u64,
    },
    /// An event has no stored form; nothing of its batch was written.
    #[error("an event of kind `{kind}` cannot be written as JSON: {cause}; report this, it is a defect")]
    Unencodable {
        /// The event's kind.
        kind: &'static str,
        /// What the encoder said.
        cause: Arc<str>,
    },
    /// A write went wrong, now or earlier; the journal takes no more events until it is opened again.
    /// What was handed over and not answered may be stored or not; reading it then tells.
    #[error("journal writing has stopped: {cause}")]
    Failed {
        /// The first thing that went wrong, with its remedy.
        cause: Arc<str>,
    },
    /// The journal was closed before it took the batch.
    #[error("the journal is closed; open it again to append")]
    Closed,
    /// The database could not be read.
    #[error("journal `{}` cannot be read: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        cause: Arc<str>,
    },
    /// What is stored is not what was written.
    #[error(
        "the journal of `{domain}` was altered at event {seq}: {flaw}; trust no event from there on, and restore the backup"
    )]
    Corrupt {
        /// The domain.
        domain: DomainName,
        /// The first position that does not hold.
        seq: u64,
        /// How it differs.
        flaw: Flaw,
    },
    /// An event that this version does not know.
    #[error(
        "event {seq} of `{domain}` cannot be understood: {cause}; start the version that wrote it, or verify the chain"
    )]
    Unreadable {
        /// The domain.
        domain: DomainName,
        /// Its position.
        seq: u64,
        /// What the decoder said.
        cause: Arc<str>,
    },
}

/// How a stored row differs from what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Another row stands where this one must be.
    #[error("it is missing, the next row has position {found}")]
    Missing {
        /// The position of the row that is there instead.
        found: i64,
    },
    /// The chain ends before it, although it was committed.
    #[error("it is missing, and so is everything after it")]
    CutOff,
    /// Body, time, position or hash were changed, or those of the event before it.
    #[error("its hash does not match")]
    Hash,
    /// The body is not UTF-8.
    #[error("its body is not text")]
    Text,
    /// A column that repeats the body says something else.
    #[error("column `{0}` contradicts the body")]
    Column(&'static str),
}
