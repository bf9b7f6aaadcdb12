//! The one connection that writes: a group of events, one transaction, one sync.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::{Connection, ErrorCode, TransactionBehavior, config::DbConfig, params};

use super::{checkpoint::Checkpointer, unusable};
use crate::{Error, group::Group, lock::Lock, writer::Published};

/// Events that may wait to be found by their run and action through the index: few enough to be looked through in
/// a millisecond or two, many enough that sorting them into the index together changes few pages an event.
const UNINDEXED: usize = 1024;

/// The writing half of the store.
#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
    connection: Connection,
    checkpointer: Checkpointer,
    /// How many events [`index`] has to catch up with.
    unindexed: usize,
    /// Given back last, when nothing of this process writes any more.
    lock: Lock,
}

impl Writer {
    pub(super) fn new(
        mut connection: Connection,
        path: &Path,
        lock: Lock,
        published: Arc<Published>,
    ) -> Result<Self, Error> {
        prepare(&connection).map_err(|cause| unusable(path, &cause))?;
        let unindexed = unindexed(&connection).map_err(|cause| unusable(path, &cause))?;
        let checkpointer = Checkpointer::start(&mut connection, path, published)?;
        Ok(Self { path: path.to_owned(), connection, checkpointer, unindexed, lock })
    }

    pub(crate) fn commit(&mut self, group: &Group) -> Result<(), Arc<str>> {
        let unindexed = self.unindexed.saturating_add(group.len());
        let full = unindexed >= UNINDEXED;
        insert(&mut self.connection, group, full).map_err(|cause| cause_with_remedy(&self.path, &cause))?;
        self.unindexed = if full { 0 } else { unindexed };
        Ok(())
    }

    pub(crate) fn close(self, failed: bool) {
        let Self { path, mut connection, checkpointer, unindexed: _, lock } = self;
        checkpointer.stop(&mut connection);
        let closed = if failed {
            // The log holds what was answered; leave the file alone, the next start recovers it.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(drop)
        } else {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        };
        let closed = closed.and_then(|()| connection.close().map_err(|(_, cause)| cause));
        if let Err(cause) = closed {
            tracing::warn!(%cause, path = %path.display(), "the journal's log stays for the next start");
        }
        drop(lock);
    }

    /// Makes the disk as full as a test wants it.
    #[cfg(test)]
    pub(crate) fn limit_pages(&self, pages: u32) {
        self.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
    }
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Only macOS knows a stronger sync; elsewhere these change nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "cache_size", -16_384)
}

fn unindexed(connection: &Connection) -> rusqlite::Result<usize> {
    let count = "SELECT ifnull(max(id), 0) - (SELECT upto FROM indexed) FROM events";
    let count: i64 = connection.query_row(count, [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Makes the events durable, and with `full` also what was waiting to be indexed.
fn insert(connection: &mut Connection, group: &Group, full: bool) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut statement = transaction.prepare_cached(
            "INSERT INTO events (domain, seq, at, kind, run, action, hash, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for (record, body) in group.iter() {
            statement.execute(params![
                record.domain.as_str(),
                record.seq.cast_signed(),
                record.at.as_micros(),
                record.event.kind(),
                record.event.run().as_ref().map(|id| id.as_bytes()),
                record.event.action().as_ref().map(|id| id.as_bytes()),
                record.hash,
                body,
            ])?;
        }
    }
    if full {
        index(&transaction)?;
    }
    transaction.commit()
}

/// Sorts what is new into the index. A journal of format 1 is indexed whole by its first full commit.
fn index(connection: &Connection) -> rusqlite::Result<()> {
    for who in ["run", "action"] {
        let mut statement = connection.prepare_cached(&format!(
            "INSERT INTO mentions (who, event) SELECT {who}, id FROM events
             WHERE id > (SELECT upto FROM indexed) AND {who} IS NOT NULL ORDER BY {who}, id
             ON CONFLICT DO NOTHING"
        ))?;
        statement.execute([])?;
    }
    connection.prepare_cached("UPDATE indexed SET upto = (SELECT max(id) FROM events)")?.execute([])?;
    Ok(())
}

pub(super) fn cause_with_remedy(path: &Path, cause: &rusqlite::Error) -> Arc<str> {
    let path = path.display();
    let remedy = match cause.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "free space on the disk that holds it, then start again",
        _ => "check that disk and the system's log, then start again",
    };
    format!("`{path}`: {cause}; {remedy}, what was answered before is safe").into()
}
