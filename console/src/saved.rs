//! Filters that a person has saved by name: one small file of theirs, for the screens and for the command line.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use remit_filter::Saved;

/// Most bytes that are read.
const LARGEST: u64 = 64 << 10;

/// Where they are: `remit/filters.json` in the state folder of this person; nowhere without a home directory.
#[must_use]
pub fn path() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "remit")?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).join("filters.json"))
}

/// What is saved in a file; nothing where there is none.
///
/// # Errors
/// When it cannot be read, or is not what [`keep`] writes.
pub fn load(path: &Path) -> io::Result<Saved> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Saved::new()),
        Err(error) => return Err(error),
        Ok(known) if LARGEST < known.len() => {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("more than {LARGEST} bytes")));
        }
        Ok(_) => {}
    }
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

/// Writes all of them, whole or not at all.
///
/// # Errors
/// When they cannot be written; then the old ones are there still.
pub fn keep(path: &Path, saved: &Saved) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let new = path.with_extension("new");
    let mut file = fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    writeln!(file, "{}", serde_json::to_string_pretty(saved)?)?;
    file.sync_all()?;
    fs::rename(new, path)
}

/// Writes all of them to where they are.
///
/// # Errors
/// In words, when there is no such place or they cannot be written.
pub fn kept(saved: &Saved) -> Result<(), String> {
    let path = path().ok_or("there is no home directory")?;
    keep(&path, saved).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Saved, keep, load};

    #[test]
    fn what_is_kept_is_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state/filters.json");
        assert_eq!(load(&path).unwrap(), Saved::new());
        let saved: Saved = [("hot".to_owned(), "deny or \"a b\"".to_owned())].into();
        keep(&path, &saved).unwrap();
        assert_eq!(load(&path).unwrap(), saved);
        std::fs::write(&path, "{").unwrap();
        assert!(load(&path).is_err());
    }
}
