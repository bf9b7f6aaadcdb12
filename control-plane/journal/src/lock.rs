//! One process per journal: an exclusive lock on a file beside the database.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use crate::Error;

/// Held while this value lives; the system releases it even when the process is killed.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the journal in `dir`, or says who is in the way.
    pub(crate) fn take(dir: &Path) -> Result<Self, Error> {
        let path = dir.join("journal.lock");
        let open =
            |cause: std::io::Error| Error::Open { path: path.clone(), cause: cause.to_string().into() };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(open)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Held { path }),
            Err(TryLockError::Error(cause)) => Err(open(cause)),
        }
    }
}
