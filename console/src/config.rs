//! How this person wants the console: one file of theirs, `config.toml`, beside the context.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::tui::{keymap::live::Keymap, theme::Palette};

mod read;

#[cfg(test)]
mod tests;

/// What it may say; all of it may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Config {
    /// The colours, where no option and no variable says another.
    #[serde(default)]
    pub theme: Palette,
    /// Draw with ASCII alone.
    #[serde(default)]
    pub ascii: bool,
    /// Lines instead of a screen, for screen readers.
    #[serde(default)]
    pub plain: bool,
    /// Move as little as possible.
    #[serde(default)]
    pub reduced_motion: bool,
    /// Whether the mouse selects rows and scrolls. It never confirms anything.
    #[serde(default)]
    pub mouse: bool,
    /// How it tells of a question that comes while another window has the focus.
    #[serde(default)]
    pub notify: Notify,
    /// Whether the window's title says where it is and what waits; where nobody says, in terminals that have one.
    #[serde(default)]
    pub title: Option<bool>,
}

/// A file, or none, as the console takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What it says.
    pub config: Config,
    /// What keys mean.
    pub keymap: Keymap,
    /// The line, from 1, of each entry: `theme`, `keys.down`.
    pub lines: BTreeMap<String, usize>,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where, from 1, when it is known.
    pub line: Option<usize>,
    /// What is wrong there.
    pub what: String,
}

/// How the console tells of what comes while nobody looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notify {
    /// Not at all.
    #[default]
    Off,
    /// By the terminal's bell.
    Bell,
    /// By the desktop, where the terminal hands it on (OSC 9); with fixed words and numbers only.
    Desktop,
}

/// One key or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Several(Vec<String>),
}

/// Why a file cannot be used. The message names the file and the place in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is there and cannot be read.
    #[error("`{}` cannot be read: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// It is not TOML with these keys.
    #[error("`{}`{}", .path.display(), told(wrong))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Everything that is wrong, at least one thing.
        wrong: Vec<Misfit>,
    },
}

/// The first thing that is wrong, and how many more there are.
fn told(wrong: &[Misfit]) -> String {
    let more = wrong.len().saturating_sub(1);
    let more = if more == 0 { String::new() } else { format!(" ({more} more: `remit config check`)") };
    wrong.first().map_or_else(String::new, |first| {
        let line = first.line.map(|line| format!(", line {line}")).unwrap_or_default();
        format!("{line}: {}{more}", first.what)
    })
}

/// What to do about a file that is not taken.
pub const HINT: &str = "`remit config explain` shows what it may say; without the file, or with `--config /dev/null`, all is as it comes";

impl Error {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        HINT
    }
}

/// Where it is when nobody names a file; nowhere without a home directory.
#[must_use]
pub fn default_path() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "remit")?.config_dir().join("config.toml"))
}

impl Config {
    /// Reads a file; one that is not there says nothing.
    ///
    /// # Errors
    /// When it is unreadable, says what is unknown, or binds keys that cannot be bound so.
    pub fn load(path: &Path) -> Result<Known, Error> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(Known::default()),
            Err(source) => Err(Error::Unreadable { path: path.to_owned(), source }),
        }
    }

    /// Reads the text of a file.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Known, Error> {
        match read::read(text) {
            (known, wrong) if wrong.is_empty() => Ok(known),
            (_, wrong) => Err(Error::Malformed { path: path.to_owned(), wrong }),
        }
    }
}
