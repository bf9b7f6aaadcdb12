//! Several context files of one person: each has a name, one is the current one.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use super::{Context, Error, default_path};

#[cfg(test)]
mod tests;

/// The name of the file that is used when nobody has chosen one.
pub const DEFAULT: &str = "default";
/// Where the other files are, beside that one.
const FOLDER: &str = "contexts";
/// Holds the name of the current one.
const CURRENT: &str = "current";
/// What the files of contexts end with.
const ENDING: &str = "toml";

/// One of the files.
#[derive(Debug)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub file: PathBuf,
    /// Whether it is used when none is named.
    pub current: bool,
    /// What it says, where it can be used.
    pub context: Result<Context, Error>,
}

/// The file of the context that was named by a file or a name; else that of the current one.
///
/// # Errors
/// When there is none of that name, or no home directory.
pub fn resolve(named: Option<&Path>) -> Result<PathBuf, Error> {
    match named {
        Some(path) if is_file(path) => Ok(path.to_owned()),
        Some(path) => Shelf::of_this_person()?.file(&path.to_string_lossy()),
        None => {
            let shelf = Shelf::of_this_person()?;
            shelf.file(&shelf.current())
        }
    }
}

/// All of them, by name; the default one first.
///
/// # Errors
/// When there is no home directory.
pub fn all() -> Result<Vec<Entry>, Error> {
    Ok(Shelf::of_this_person()?.all())
}

/// A path or an existing file is a file; anything else is a name.
fn is_file(path: &Path) -> bool {
    let plain = path.components().count() == 1 && !path.is_absolute();
    !plain || path.extension().is_some_and(|ending| ending == ENDING) || path.is_file()
}

/// The configuration folder.
#[derive(Debug)]
pub struct Shelf {
    default: PathBuf,
}

impl Shelf {
    /// That of whoever runs this.
    ///
    /// # Errors
    /// When there is no home directory.
    pub fn of_this_person() -> Result<Self, Error> {
        Ok(Self { default: default_path()? })
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.default.with_file_name(name)
    }

    /// The name of the current one.
    #[must_use]
    pub fn current(&self) -> String {
        let chosen = fs::read_to_string(self.beside(CURRENT)).unwrap_or_default();
        let chosen = chosen.trim();
        if chosen.is_empty() { DEFAULT.to_owned() } else { chosen.to_owned() }
    }

    /// The file of a name.
    ///
    /// # Errors
    /// When there is none.
    pub fn file(&self, name: &str) -> Result<PathBuf, Error> {
        if name == DEFAULT {
            return Ok(self.default.clone());
        }
        let file = self.beside(FOLDER).join(format!("{name}.{ENDING}"));
        if is_name(name) && file.is_file() {
            return Ok(file);
        }
        let known = self.all().into_iter().map(|entry| entry.name).collect();
        Err(Error::Unknown { name: name.to_owned(), folder: self.beside(FOLDER), known })
    }

    /// All of them, by name; the default one first, where it is there.
    #[must_use]
    pub fn all(&self) -> Vec<Entry> {
        let current = self.current();
        let entry = |name: String, file: PathBuf| Entry {
            current: name == current,
            context: Context::load(&file),
            name,
            file,
        };
        let default = self.default.is_file().then(|| entry(DEFAULT.to_owned(), self.default.clone()));
        let files =
            fs::read_dir(self.beside(FOLDER)).into_iter().flatten().flatten().map(|found| found.path());
        let named = files.filter(|path| path.extension().is_some_and(|ending| ending == ENDING));
        let mut others: Vec<_> = named
            .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path)))
            .filter(|(name, _)| is_name(name) && name != DEFAULT)
            .map(|(name, file)| entry(name, file))
            .collect();
        others.sort_by(|left, right| left.name.cmp(&right.name));
        default.into_iter().chain(others).collect()
    }

    /// Makes it the current one: whole or not at all.
    ///
    /// # Errors
    /// When there is none of that name, or the choice cannot be written.
    pub fn choose(&self, name: &str) -> Result<PathBuf, Error> {
        let file = self.file(name)?;
        let path = self.beside(CURRENT);
        self.write(&path, name).map_err(|source| Error::Unwritable { path, source })?;
        Ok(file)
    }

    fn write(&self, path: &Path, name: &str) -> io::Result<()> {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let new = self.beside("current.new");
        let mut file = fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        writeln!(file, "{name}")?;
        file.sync_all()?;
        fs::rename(new, path)
    }
}

/// Letters, digits, dashes, underscores and dots, and no dot first: nothing that leads out of the folder.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}
