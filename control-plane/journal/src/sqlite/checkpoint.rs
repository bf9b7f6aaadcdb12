//! Moving the write-ahead log back into the database, beside the writer instead of in its way.
//!
//! SQLite's own habit is to do this inside a commit every 1000 pages, which then takes milliseconds.
//! Here a thread with its own connection does most of it; the writer only finishes when the log
//! has grown past a mark, because while it is writing nobody else can reach the log's end,
//! and only a log that was copied to its end starts again from the front.

use std::{
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig, hooks::Wal};

use super::{connect, unusable, write::cause_with_remedy};
use crate::{Error, writer::Published};

/// Pages of 8 KiB after which the thread copies (4 MiB): so few that the sync of a copy holds up the commits beside it
/// for some milliseconds only, so many that it does not sync both files again for every commit.
const BACKGROUND_PAGES: i32 = 500;
/// Pages in the log from which on a commit copies the rest (64 MiB).
const COMMIT_PAGES: i32 = 8000;

/// The thread that copies; it ends when the writer's hook is removed.
#[derive(Debug)]
pub(super) struct Checkpointer {
    thread: JoinHandle<()>,
}

impl Checkpointer {
    /// Starts the thread and makes commits of `writer` wake it.
    pub(super) fn start(
        writer: &mut Connection,
        path: &Path,
        published: Arc<Published>,
    ) -> Result<Self, Error> {
        let failed = |cause: rusqlite::Error| unusable(path, &cause);
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true).map_err(failed)?;
        // Closing the journal copies the log itself, and after a failure nobody may.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
        let (wake, woken) = sync_channel(1);
        let mut copied = 0;
        let hook = move |wal: &mut Wal, pages| after_commit(wal, pages, &mut copied, &wake);
        writer.wal_hook(Some(hook)).map_err(failed)?;
        let file = path.to_owned();
        let thread = thread::Builder::new()
            .name("journal-checkpoint".to_owned())
            .spawn(move || copy(&connection, &woken, &file, &published))
            .map_err(|cause| Error::Open { path: path.to_owned(), cause: cause.to_string().into() })?;
        Ok(Self { thread })
    }

    /// Ends the thread; `writer` is the connection it was started with.
    pub(super) fn stop(self, writer: &mut Connection) {
        // Removing the hook drops the only sender, which ends the thread.
        let removed = writer.wal_hook(None::<fn(&mut Wal, i32) -> rusqlite::Result<()>>);
        if removed.is_err() || self.thread.join().is_err() {
            tracing::error!("the journal's checkpoint thread did not end well");
        }
    }
}

/// `copied` is how long the log was when the thread was last woken.
fn after_commit(wal: &mut Wal, pages: i32, copied: &mut i32, wake: &SyncSender<()>) -> rusqlite::Result<()> {
    // A shorter log has started again from the front.
    *copied = if pages < *copied { 0 } else { *copied };
    if pages.saturating_sub(*copied) >= BACKGROUND_PAGES {
        *copied = pages;
        // A full channel means that the thread is awake already.
        let _ = wake.try_send(());
    }
    if pages < COMMIT_PAGES { Ok(()) } else { unless_busy(wal.checkpoint()) }
}

fn copy(connection: &Connection, woken: &Receiver<()>, path: &Path, published: &Published) {
    while woken.recv().is_ok() {
        let copied = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(cause) = unless_busy(copied) {
            // A sync that went wrong here may have lost pages that the system now believes clean.
            published.fail(&cause_with_remedy(path, &cause));
            return;
        }
    }
}

/// Busy means that the other one copies at this moment, which is as good.
fn unless_busy(copied: rusqlite::Result<()>) -> rusqlite::Result<()> {
    match copied {
        Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(()),
        other => other,
    }
}
