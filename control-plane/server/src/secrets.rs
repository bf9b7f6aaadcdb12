//! Variables and secrets that contracts name: `${VAR}` in a URL, `secret:NAME` in a credential.
//!
//! Looked up in the configuration, then the environment, then (secrets only) in the file
//! `DATA/secrets/NAME`, which nobody but its owner may read.

use std::{
    collections::BTreeMap,
    fmt,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use remit_contract::Upstream;

/// Why a name has no value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing defines it.
    #[error("the contract names `${{{0}}}`, which is not set\nhint: set the environment variable `{0}`")]
    Variable(String),
    /// Nothing holds it.
    #[error(
        "the contract names `secret:{name}`, which is nowhere\nhint: set the environment variable `{name}` or write the file `{}` (mode 0600)",
        path.display()
    )]
    Missing {
        /// Its name.
        name: String,
        /// Where the file would be.
        path: PathBuf,
    },
    /// Others may read the file.
    #[error("the secret file `{}` may be read by others\nhint: chmod 600 `{}`", .0.display(), .0.display())]
    Exposed(PathBuf),
    /// A tool would be where no tool may be.
    #[error("upstream `{upstream}`: {source}{}", hint(source))]
    OutOfReach {
        /// The name in the contract.
        upstream: String,
        /// Where it is.
        source: crate::reach::OutOfReach,
    },
    /// The file cannot be read.
    #[error("cannot read the secret file `{}`: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

fn hint(out: &crate::reach::OutOfReach) -> &'static str {
    if out.may_be_allowed() { "\nhint: add `private: true` to the upstream, if it is meant" } else { "" }
}

/// A value that never shows itself.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    /// The value, for the one place that sends it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Where values come from.
#[derive(Debug)]
pub(crate) struct Secrets<'a> {
    pub(crate) given: &'a BTreeMap<String, String>,
    pub(crate) data: &'a Path,
}

impl Secrets<'_> {
    /// The address of an upstream, its `${VAR}`s filled in.
    pub(crate) fn address(&self, upstream: &Upstream) -> Result<String, Error> {
        upstream.address(|name| self.plain(name)).map_err(Error::Variable)
    }

    /// The secret of a name such as `PAYMENTS_TOKEN`.
    pub(crate) fn secret(&self, name: &str) -> Result<Secret, Error> {
        if let Some(value) = self.plain(name) {
            return Ok(Secret(value));
        }
        let path = self.data.join("secrets").join(name);
        let read = |source| Error::Read { path: path.clone(), source };
        if !path.is_file() {
            return Err(Error::Missing { name: name.to_owned(), path });
        }
        let mode = std::fs::metadata(&path).map_err(read)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Error::Exposed(path));
        }
        let text = std::fs::read_to_string(&path).map_err(read)?;
        Ok(Secret(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn plain(&self, name: &str) -> Option<String> {
        self.given.get(name).cloned().or_else(|| std::env::var(name).ok())
    }
}

#[cfg(test)]
mod tests;
