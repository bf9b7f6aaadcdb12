//! Where reports are kept: a file each, in the folder where this person's programs keep their state.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::PathBuf,
};

use super::report::Report;
use crate::cli::{failure::Failure, json};

#[cfg(test)]
pub(super) mod tests;

/// The folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shelf(PathBuf);

impl Shelf {
    /// `remit/drills` in the state folder of this person.
    ///
    /// # Errors
    /// When there is no home directory.
    pub fn of_this_person() -> Result<Self, Failure> {
        let dirs = directories::ProjectDirs::from("", "", "remit").ok_or_else(|| {
            Failure::usage("no home directory is known, so there is no place for reports").hint("set `HOME`")
        })?;
        // Only some systems keep state apart.
        let state = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
        Ok(Self(state.join("drills")))
    }

    /// Keeps a report, readable for this person alone. Where it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, report: &Report) -> Result<PathBuf, Failure> {
        let path = self.0.join(format!("{}.json", report.id));
        let written = || {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            writeln!(file, "{}", json::pretty(&report.json()))?;
            file.sync_all()
        };
        written().map_err(|error: io::Error| {
            Failure::no(format!("the report `{}` cannot be written: {error}", path.display()))
                .hint("make the folder writable for you, or set `XDG_STATE_HOME`")
        })?;
        Ok(path)
    }

    /// Every report that is kept, oldest first.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn all(&self) -> Result<Vec<Report>, Failure> {
        let unreadable = |path: &std::path::Path, error: &dyn std::fmt::Display| {
            Failure::no(format!("the report `{}` cannot be read: {error}", path.display()))
                .hint("remove it, if it was not written by `remit drill`")
        };
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(&self.0, &error)),
        };
        let mut paths = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unreadable(&self.0, &error))?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        // Their names are in the order of time.
        paths.sort();
        let read = |path: &PathBuf| {
            let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
            serde_json::from_str(&text).map_err(|error| unreadable(path, &error))
        };
        paths.iter().map(read).collect()
    }
}
