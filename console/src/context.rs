//! Which control plane this terminal talks to, as whom: the context file.

use std::{fmt, fs, io, path::Path, path::PathBuf};

use serde::Deserialize;

pub mod shelf;

#[cfg(test)]
mod tests;

/// What every refused context is followed by: how to get one that works.
const REMEDY: &str =
    "start `remitd serve`, it writes `context.toml` into its data directory, or run `remit demo`";

/// Where a control plane is and how this person proves who they are.
///
/// Loaded from a TOML file with these keys and no others. `Debug` leaves the token out.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// The name of the place, shown in the console's first row: `production`, `demo`.
    pub environment: String,
    /// Where the control plane listens: `http://HOST:PORT`.
    pub endpoint: String,
    /// Where it hears stops when it hears nothing else: `http://HOST:PORT`. A context without it has one way less.
    #[serde(default)]
    pub stop_endpoint: Option<String>,
    /// The operator's bearer token.
    pub token: String,
    /// A place where mistakes are dear: the console begins read-only there, and says so on every screen.
    #[serde(default)]
    pub production: bool,
    /// The file of the key with which this person signs approvals; without it, the platform's default.
    #[serde(default)]
    pub key: Option<PathBuf>,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("environment", &self.environment)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// Why there is no usable context. The message names the file and the key, `hint` the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither the home directory nor a variable says where configuration lives.
    #[error("no home directory is known, so there is no default context file")]
    NoHome,
    /// The file is not there.
    #[error("no context at `{}`", .path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// No context has this name.
    #[error("no context is called `{name}`")]
    Unknown {
        /// What was given.
        name: String,
        /// Where its file would be.
        folder: PathBuf,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Which one is the current one cannot be written down.
    #[error("`{}` cannot be written: {source}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is there and cannot be read.
    #[error("context `{}` cannot be read: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not TOML with exactly these keys.
    #[error("context `{}`{}: {what}", .path.display(), line.map(|n| format!(", line {n}")).unwrap_or_default())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where in the file, from 1, when it is known.
        line: Option<usize>,
        /// What is wrong there.
        what: String,
    },
    /// A key has a value that cannot be used.
    #[error("context `{}`: key `{key}` {what}", .path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Which of the keys.
        key: &'static str,
        /// What is wrong with it and what is accepted. Never the token itself.
        what: String,
    },
}

impl Error {
    /// What to do about it, in one sentence.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoHome => "name a file with `--context FILE` or `REMIT_CONTEXT`".to_owned(),
            Self::Missing { .. } => {
                format!("{REMEDY}; `--context FILE` or `REMIT_CONTEXT` name another file")
            }
            Self::Unknown { name, folder, known } => {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                format!(
                    "there is {known}; another is `{}/{name}.toml`, or a file with `--context ./FILE`",
                    folder.display()
                )
            }
            Self::Unwritable { .. } => "make its folder writable for you".to_owned(),
            Self::Unreadable { .. } => {
                "make it readable for you alone (`chmod 600`), or name another with `--context FILE`"
                    .to_owned()
            }
            Self::Malformed { .. } | Self::Value { .. } => {
                format!(
                    "it must hold `environment`, `endpoint` and `token`, may hold `stop_endpoint`, `key` and `production = true`, and nothing else; or {REMEDY}"
                )
            }
        }
    }
}

/// Where the context is when nobody names a file: `$XDG_CONFIG_HOME/remit/context.toml` or the platform's like.
///
/// # Errors
/// [`Error::NoHome`] when the platform knows no home directory.
pub fn default_path() -> Result<PathBuf, Error> {
    let dirs = directories::ProjectDirs::from("", "", "remit").ok_or(Error::NoHome)?;
    Ok(dirs.config_dir().join("context.toml"))
}

impl Context {
    /// Reads and checks the file at `path`.
    ///
    /// # Errors
    /// [`Error`] when it is absent, unreadable, has other keys, or holds an unusable value.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| {
            let path = path.to_owned();
            if source.kind() == io::ErrorKind::NotFound {
                Error::Missing { path }
            } else {
                Error::Unreadable { path, source }
            }
        })?;
        Self::parse(path, &text)
    }

    /// Reads `text` as the content of `path`, which only the errors mention.
    fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let context: Self = toml::from_str(text).map_err(|e| Error::Malformed {
            path: path.to_owned(),
            line: e.span().map(|span| line_of(text, span.start)),
            // `message` leaves out the quoted line, which may be the one with the token.
            what: e.message().trim().replace('\n', ", "),
        })?;
        let refuse = |key, what: String| Err(Error::Value { path: path.to_owned(), key, what });
        if context.environment.trim().is_empty() {
            return refuse("environment", "is empty; give the place a name, such as `production`".to_owned());
        }
        let endpoints =
            [("endpoint", Some(&context.endpoint)), ("stop_endpoint", context.stop_endpoint.as_ref())];
        for (key, endpoint) in endpoints {
            let Some(endpoint) = endpoint.filter(|endpoint| !is_endpoint(endpoint)) else { continue };
            return refuse(key, format!("is `{}`; accepted is `http://HOST:PORT`", endpoint.escape_debug()));
        }
        if context.token.is_empty() || !context.token.bytes().all(|b| b.is_ascii_graphic()) {
            return refuse(
                "token",
                "is not a token; paste the secret that `remit token create` printed".to_owned(),
            );
        }
        Ok(context)
    }
}

fn is_endpoint(text: &str) -> bool {
    text.starts_with("http://") && tonic::transport::Endpoint::from_shared(text.to_owned()).is_ok()
}

/// The line, from 1, of byte `offset`.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|b| *b == b'\n').count().saturating_add(1)
}
