//! The archive: a copy of every version that was ever loaded, named by its digest, so that a run finds the
//! version that it keeps when the folder has moved on.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use remit_contract::CompiledContract;
use remit_core::Digest;

use super::Error;

/// Keeps a copy of a contract folder. A copy that is there already is left alone: its name is its digest.
pub(super) fn keep(folder: &Path, digest: Digest, archive: &Path) -> Result<(), Error> {
    let kept = archive.join(digest.to_string());
    if kept.exists() {
        return Ok(());
    }
    // Copied under another name first: a copy that broke off is never taken for a version.
    let half = archive.join(format!("{digest}.new"));
    let error = |source| Error::Read { path: half.clone(), source };
    if half.exists() {
        fs::remove_dir_all(&half).map_err(error)?;
    }
    copy(folder, &half).map_err(error)?;
    fs::rename(&half, &kept).map_err(error)
}

/// Compiles every version that is kept and still is what its name says. One that is not is left out with a
/// warning: runs that keep it can do nothing more.
pub(super) fn earlier(archive: &Path) -> Result<Vec<CompiledContract>, Error> {
    let error = |source| Error::Read { path: archive.to_owned(), source };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(archive).map_err(error)? {
        paths.push(entry.map_err(error)?.path());
    }
    paths.sort();
    let mut earlier = Vec::new();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Ok(digest) = name.parse::<Digest>() else { continue };
        match remit_contract::load(&path) {
            Ok(contract) if contract.terms().digest == digest => earlier.push(contract),
            Ok(_) => tracing::warn!(path = %path.display(), "an archived contract was altered: left out"),
            Err(problems) => {
                let first = problems.first().map(ToString::to_string).unwrap_or_default();
                tracing::warn!(path = %path.display(), %first, "an archived contract does not compile: left out");
            }
        }
    }
    Ok(earlier)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
