//! The store on disk: `journal.sqlite`, one connection that writes and a few that read.
//!
//! Durability is `synchronous=FULL` in WAL mode: a commit returns after its sync. Only this process
//! writes (`journal.lock`); people may read with `sqlite3 -readonly` at any time.
//! No `quick_check` at start: it reads the whole file, and replay reads every event anyway and
//! verifies more.

mod checkpoint;
mod create;
mod read;
mod write;

use std::{path::Path, sync::Arc};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{Error, lock::Lock, writer::Published};

pub(crate) use read::Reader;
pub(crate) use write::Writer;

/// The first SQLite without the WAL-reset defect.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// Opens or creates the journal of a directory.
pub(crate) fn open(dir: &Path) -> Result<(Reader, Writer, Arc<Published>), Error> {
    if rusqlite::version_number() < SQLITE_VERSION_MIN {
        return Err(Error::OldSqlite { found: rusqlite::version() });
    }
    let lock = Lock::take(dir)?;
    let path = dir.join("journal.sqlite");
    if !path.exists() {
        create::create(dir, &path)?;
    }
    let connection =
        connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|cause| unusable(&path, &cause))?;
    create::check_format(&connection, &path)?;
    let writer_path = path.clone();
    let reader = Reader::new(path);
    let published = Arc::new(Published::new(reader.heads()?));
    let writer = Writer::new(connection, &writer_path, lock, Arc::clone(&published))?;
    Ok((reader, writer, published))
}

/// A connection with what all of ours have in common.
fn connect(path: &Path, mode: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // Somebody may look at the file with the sqlite3 shell; its locks last milliseconds.
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}

/// Says whether the file or the system is to blame for an error while opening.
fn unusable(path: &Path, cause: &rusqlite::Error) -> Error {
    let path = path.to_owned();
    let text = cause.to_string().into();
    match cause.sqlite_error_code() {
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::SystemIoFailure
            | ErrorCode::DiskFull
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OutOfMemory,
        ) => Error::Open { path, cause: text },
        _ => Error::Damaged { path, cause: text },
    }
}

#[cfg(test)]
mod tests;
