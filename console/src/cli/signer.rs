//! The key with which a person signs approvals: an Ed25519 key pair in a file that nobody else may read.
//!
//! `ring` is what TLS uses already: one implementation of cryptography in the process.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use remit_core::Digest;
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _},
};

use crate::cli::failure::Failure;

#[cfg(test)]
mod tests;

/// A key pair. Its `Debug` shows the public part only.
pub struct Signer(Ed25519KeyPair);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Signer").field(&self.public()).finish()
    }
}

/// The key file that holds: the one that was named, else the platform's default.
///
/// # Errors
/// When none was named and there is no home directory.
pub fn path(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let folders = directories::ProjectDirs::from("", "", "remit").ok_or_else(|| {
        Failure::usage("no home directory is known, so there is no default key file")
            .hint("give `--key FILE`")
    })?;
    Ok(folders.config_dir().join("approver.key"))
}

impl Signer {
    /// Makes a key and writes it (PKCS #8) to a file with mode 0600. One that is there is never replaced:
    /// what it has signed must stay its own.
    ///
    /// # Errors
    /// When there is a file already, or it cannot be written.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::usage(format!("the key `{}` cannot be written: {error}", path.display()))
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        }
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|error| failed(&error))?;
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = file.map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                return Failure::usage(format!("there is a key at `{}` already", path.display()))
                    .hint("use it, or give another file with `--key FILE`");
            }
            failed(&error)
        })?;
        file.write_all(pkcs8.as_ref()).and_then(|()| file.sync_all()).map_err(|error| failed(&error))?;
        Self::load(path)
    }

    /// Reads a key.
    ///
    /// # Errors
    /// When it is not there, others may read it, or it is no such key.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let bytes = fs::read(path).map_err(|error| {
            Failure::usage(format!("the key `{shown}` cannot be read: {error}"))
                .hint("`remit key create` makes one, `remit key register` makes it yours")
        })?;
        let mode = fs::metadata(path).map_or(0o777, |file| file.permissions().mode());
        if mode & 0o077 != 0 {
            return Err(Failure::usage(format!("the key `{shown}` may be read by others"))
                .hint(format!("chmod 600 `{shown}`; if others may have read it, make a new one")));
        }
        let pair = Ed25519KeyPair::from_pkcs8(&bytes).map_err(|error| {
            Failure::usage(format!("`{shown}` is not an Ed25519 key in PKCS #8: {error}"))
        })?;
        Ok(Self(pair))
    }

    /// The public key, in lower-case hexadecimal.
    #[must_use]
    pub fn public(&self) -> String {
        hex::encode(self.0.public_key().as_ref())
    }

    /// SHA-256 of the public key: its name.
    #[must_use]
    pub fn name(&self) -> Digest {
        Digest::of(self.0.public_key().as_ref())
    }

    /// The signature over a digest, in lower-case hexadecimal.
    #[must_use]
    pub fn sign(&self, statement: Digest) -> String {
        hex::encode(self.0.sign(statement.as_bytes()).as_ref())
    }
}
