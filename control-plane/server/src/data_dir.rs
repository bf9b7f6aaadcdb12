//! The data directory: made with mode 0700; holds the journal, the first operator's token and a context
//! file for the console.

use std::{
    fs,
    io::{self, Write as _},
    net::SocketAddr,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use crate::Config;

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be made, read or written.
    #[error("cannot use `{}`: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others may look into it.
    #[error("the data directory `{}` is open to others\nhint: chmod 700 `{}`", .0.display(), .0.display())]
    Exposed(PathBuf),
}

/// Makes the directory, or checks the one that is there.
pub(crate) fn prepare(data: &Path) -> Result<(), Error> {
    let io = |source| Error::Io { path: data.to_owned(), source };
    if !data.exists() {
        return fs::DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(io);
    }
    let mode = fs::metadata(data).map_err(io)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Error::Exposed(data.to_owned()));
    }
    Ok(())
}

/// Where contract versions are kept.
pub(crate) fn archive(data: &Path) -> Result<PathBuf, Error> {
    let path = data.join("contracts");
    fs::create_dir_all(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
    Ok(path)
}

fn token_path(data: &Path) -> PathBuf {
    data.join("operator.token")
}

/// The first operator's token, if it was written here before.
pub(crate) fn read_token(data: &Path) -> Result<Option<String>, Error> {
    let path = token_path(data);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Io { path, source }),
    }
}

pub(crate) fn write_token(data: &Path, token: &str) -> Result<(), Error> {
    write_private(&token_path(data), token)
}

/// Writes the console's context file into the data directory, and where the console looks by default if
/// nothing else is there. Returns the path in the data directory.
pub(crate) fn write_context(
    config: &Config,
    (address, stop_address): (SocketAddr, SocketAddr),
    token: &str,
) -> Result<PathBuf, Error> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let text = format!(
        "# Written by remitd. The console reads it; keep it to yourself.\nenvironment = {}\nendpoint = {}\nstop_endpoint = {}\ntoken = {}\n",
        quoted(&config.environment),
        quoted(&format!("http://{address}")),
        quoted(&format!("http://{stop_address}")),
        quoted(token)
    );
    let path = config.data.join("context.toml");
    write_private(&path, &text)?;
    if config.user_context
        && let Some(dirs) = directories::ProjectDirs::from("", "", "remit")
    {
        let default = dirs.config_dir().join("context.toml");
        let ours = fs::read_to_string(&default).map_or(true, |old| old.contains(&quoted(token)));
        if ours {
            let folder = dirs.config_dir();
            fs::create_dir_all(folder).map_err(|source| Error::Io { path: folder.to_owned(), source })?;
            write_private(&default, &text)?;
        }
    }
    Ok(path)
}

/// Replaces a file by one that nobody else may read; a reader sees the old or the new one, never half.
fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    let next = path.with_extension("new");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next).map_err(io)?;
    file.write_all(text.as_bytes()).map_err(io)?;
    file.sync_all().map_err(io)?;
    fs::rename(&next, path).map_err(io)
}
