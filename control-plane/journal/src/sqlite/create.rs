//! The tables, made in a file that gets its name only when it is complete.
//!
//! A `journal.sqlite` without tables is therefore never ours half made: it is damaged, and said to be.

use std::{
    fs::{self, File},
    path::Path,
};

use rusqlite::{Connection, OpenFlags};

use super::{connect, unusable};
use crate::Error;

/// The stored form that this version writes; the number goes up when an older version could misread it.
const FORMAT: i64 = 2;

/// An ordinary table: with bodies of a kilobyte, `WITHOUT ROWID` wrote a fifth to a third fewer rows a second,
/// because whole rows fill the inner pages of its tree. Ids are the 16 bytes of their UUIDs, less than half
/// of their text.
const EVENTS: &str = "
    CREATE TABLE meta (format INTEGER NOT NULL) STRICT;
    CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        domain TEXT NOT NULL,
        seq INTEGER NOT NULL CHECK (seq > 0),
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        run BLOB,
        action BLOB,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        body TEXT NOT NULL,
        UNIQUE (domain, seq)
    ) STRICT;";

/// Which events speak of a run or an action, up to the event `indexed.upto`. Whoever looks reads the events after
/// that one by one, so that a commit need not change a page for each run that it speaks of.
const MENTIONS: &str = "
    CREATE TABLE mentions (
        who BLOB NOT NULL CHECK (length(who) = 16),
        event INTEGER NOT NULL,
        PRIMARY KEY (who, event)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE indexed (upto INTEGER NOT NULL) STRICT;
    INSERT INTO indexed (upto) VALUES (0);";

/// Makes an empty journal at `path`.
pub(super) fn create(dir: &Path, path: &Path) -> Result<(), Error> {
    let new = path.with_extension("sqlite.new");
    let failed =
        |cause: std::io::Error| Error::Open { path: path.to_owned(), cause: cause.to_string().into() };
    if new.exists() {
        fs::remove_file(&new).map_err(failed)?;
    }
    private_file(&new).map_err(failed)?;
    fill(&new).map_err(|cause| unusable(path, &cause))?;
    fs::rename(&new, path).map_err(failed)?;
    // The rename is durable once its directory is.
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)
}

/// Refuses a file that is not a journal, or one of the future; brings one of the past up to date.
pub(super) fn check_format(connection: &Connection, path: &Path) -> Result<(), Error> {
    let format: i64 = connection
        .query_row("SELECT format FROM meta", [], |row| row.get(0))
        .map_err(|cause| unusable(path, &cause))?;
    if format > FORMAT {
        return Err(Error::NewerFormat { path: path.to_owned(), found: format, known: FORMAT });
    }
    if format < FORMAT {
        // Format 1 had an index each for runs and for actions. The next commits fill the table.
        connection
            .execute_batch(&format!(
                "BEGIN IMMEDIATE; DROP INDEX by_run; DROP INDEX by_action; {MENTIONS}
                 UPDATE meta SET format = {FORMAT}; COMMIT;"
            ))
            .map_err(|cause| unusable(path, &cause))?;
    }
    Ok(())
}

/// Creates the file so that only its owner may read it; SQLite gives the log beside it the same mode.
fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn fill(path: &Path) -> rusqlite::Result<()> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Eight kilobytes hold several events a page; it can only be chosen before the first table.
    connection.pragma_update(None, "page_size", 8192)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute_batch(&format!(
        "BEGIN; {EVENTS} {MENTIONS} INSERT INTO meta (format) VALUES ({FORMAT}); COMMIT;"
    ))?;
    connection.close().map_err(|(_, cause)| cause)
}
