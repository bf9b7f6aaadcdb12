//! The console's log: JSON lines in a private file, since the screen and standard error belong to the terminal.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Mutex;

use color_eyre::eyre::{OptionExt as _, WrapErr as _};
use tracing_subscriber::EnvFilter;

/// A log larger than this is set aside when the console starts.
const LIMIT_BYTES: u64 = 8 << 20;

/// Starts logging and returns where. A process that already logs elsewhere keeps doing so.
///
/// # Errors
/// When no state directory is known or the file cannot be opened.
pub(super) fn start() -> color_eyre::Result<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "remit")
        .ok_or_eyre("no home directory is known for the log")?;
    let folder = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned();
    fs::create_dir_all(&folder).wrap_err_with(|| format!("create `{}`", folder.display()))?;
    let path = folder.join("console.jsonl");
    if fs::metadata(&path).is_ok_and(|file| LIMIT_BYTES < file.len()) {
        fs::rename(&path, folder.join("console.jsonl.1")).wrap_err("set the old log aside")?;
    }
    let file: File = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .wrap_err_with(|| format!("open `{}`", path.display()))?;
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_ansi(false)
        .with_env_filter(EnvFilter::new("info"))
        .with_writer(Mutex::new(file))
        .finish();
    // A second subscriber in one process is refused; the first one then has the records.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(path)
}
