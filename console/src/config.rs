//! How this person wants the console: one file of theirs, `config.toml`, beside the context.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::tui::{
    keymap::live::{Keymap, Wrong},
    theme::Palette,
};

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
    /// Other keys for some actions.
    #[serde(default)]
    keys: BTreeMap<String, Keys>,
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
    #[error("`{}`{}: {what}", .path.display(), line.map(|n| format!(", line {n}")).unwrap_or_default())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where in the file, from 1, when it is known.
        line: Option<usize>,
        /// What is wrong there.
        what: String,
    },
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        "`remit config explain` shows what it may say; without the file, or with `--config /dev/null`, all is as it comes"
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
    pub fn load(path: &Path) -> Result<(Self, Keymap), Error> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                Ok((Self::default(), Keymap::default()))
            }
            Err(source) => Err(Error::Unreadable { path: path.to_owned(), source }),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<(Self, Keymap), Error> {
        let config: Self = toml::from_str(text).map_err(|error| Error::Malformed {
            path: path.to_owned(),
            line: error.span().map(|span| line_of(text, span.start)),
            what: error.message().trim().replace('\n', ", "),
        })?;
        let keymap = Keymap::with(&config.keys()).map_err(|wrong| Error::Malformed {
            path: path.to_owned(),
            line: binding_line(text, &wrong),
            what: wrong.to_string(),
        })?;
        Ok((config, keymap))
    }

    fn keys(&self) -> BTreeMap<String, Vec<String>> {
        let names = |keys: &Keys| match keys {
            Keys::One(name) => vec![name.clone()],
            Keys::Several(names) => names.clone(),
        };
        self.keys.iter().map(|(id, keys)| (id.clone(), names(keys))).collect()
    }
}

/// The line of a binding, where it stands as people write it.
fn binding_line(text: &str, wrong: &Wrong) -> Option<usize> {
    let is_it =
        |line: &str| line.split_once('=').is_some_and(|(id, _)| id.trim().trim_matches('"') == wrong.id);
    text.lines().position(is_it).map(|at| at.saturating_add(1))
}

/// The line, from 1, of byte `offset`.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|b| *b == b'\n').count().saturating_add(1)
}
