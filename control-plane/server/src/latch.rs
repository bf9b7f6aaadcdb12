//! The latch: a file in the data directory by which whoever may write there stops the control plane without asking it.
//!
//! It is one file under one of two names, so that setting it needs no space on a full disk: what it says is written over what is
//! there, then it is renamed. It is looked at before anything is decided or sent, also at a start; nothing has to be
//! told of it.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

mod heed;

pub(crate) use heed::{Latch, watch};

/// The names of the file.
const OPEN: &str = "latch.open";
const STOPPED: &str = "latch.stopped";

/// Its size in bytes: what it says and spaces.
const SIZE: usize = 4096;

/// Longest reason and name, in bytes: JSON may write six for one, and all of it must fit.
const MAX_REASON: usize = 512;
const MAX_NAME: usize = 64;

/// What a set latch says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Who has set it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// What became of it in the journal; nothing until the control plane has seen it.
    #[serde(default)]
    pub journal: Option<Kept>,
}

/// What became of a latch in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// It is a switch over everything, too.
    Recorded,
    /// It could not be recorded; it holds all the same.
    Failed(String),
}

impl Said {
    /// What somebody says; too long a reason is cut.
    #[must_use]
    pub fn new(by: &str, reason: &str, at: Timestamp) -> Self {
        let cut =
            |text: &str, most| text.get(..text.floor_char_boundary(most)).unwrap_or_default().to_owned();
        Self { by: cut(by, MAX_NAME), reason: cut(reason, MAX_REASON), at, journal: None }
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        if SIZE <= bytes.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "too long for the latch"));
        }
        bytes.resize(SIZE.saturating_sub(1), b' ');
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Makes sure that there is a file to rename; called while there is space.
pub(crate) fn prepare(data: &Path) -> io::Result<()> {
    let (open, stopped) = (data.join(OPEN), data.join(STOPPED));
    if open.exists() || stopped.exists() {
        return Ok(());
    }
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(open)?;
    file.write_all(&vec![b' '; SIZE])?;
    file.sync_all()?;
    sync(data)
}

/// Sets the latch. From the moment at which this returns no call leaves, also after a restart; a latch that is set
/// already stays as it is.
///
/// # Errors
/// What the operating system refused: then it is not set.
pub fn set(data: &Path, said: &Said) -> io::Result<()> {
    let (open, stopped) = (data.join(OPEN), data.join(STOPPED));
    if is_set(data) {
        return Ok(());
    }
    let file = File::options().write(true).create(true).truncate(false).mode(0o600).open(&open)?;
    // A disk that takes nothing more still takes what replaces something; and without a word the name alone counts.
    let written = said.bytes().and_then(|bytes| file.write_all_at(&bytes, 0)).and_then(|()| file.sync_all());
    if let Err(error) = written {
        tracing::warn!(%error, "the latch does not say by whom it was set");
    }
    fs::rename(&open, &stopped)?;
    sync(data)
}

/// Lifts the latch; says whether it was set. What the journal holds stays: people release that.
///
/// # Errors
/// What the operating system refused: then it is set still.
pub fn lift(data: &Path) -> io::Result<bool> {
    match fs::rename(data.join(STOPPED), data.join(OPEN)) {
        Ok(()) => {
            // What it said is over; where that cannot be wiped out, the next who sets it writes over it.
            let wiped = File::options().write(true).open(data.join(OPEN));
            drop(wiped.and_then(|file| file.write_all_at(&[b' '; SIZE], 0)));
            sync(data).map(|()| true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether it is set. Where nobody can tell, it is.
#[must_use]
pub fn is_set(data: &Path) -> bool {
    !matches!(fs::symlink_metadata(data.join(STOPPED)), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

/// What a set latch says; nothing where it cannot be read.
#[must_use]
pub fn said(data: &Path) -> Option<Said> {
    let mut text = String::new();
    File::open(data.join(STOPPED)).ok()?.take(SIZE as u64).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Writes into a set latch what became of it.
fn note(data: &Path, said: &Said) -> io::Result<()> {
    File::options().write(true).open(data.join(STOPPED))?.write_all_at(&said.bytes()?, 0)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Where the latch of a data directory is while it is set.
#[must_use]
pub fn path(data: &Path) -> PathBuf {
    data.join(STOPPED)
}

#[cfg(test)]
mod tests;
