//! What leaves the console for a file or the clipboard: new files of this person alone, one escape sequence that only writes.

use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Most bytes of a clipboard that terminals take, encoded: k9s' figure.
const MOST: usize = 74_994;

/// Writes a text into a new file: the named one, or one in this person's state folder.
///
/// # Errors
/// When there is no folder, the file is there already, or it cannot be written.
pub(super) fn keep(named: Option<&str>, fallback: &str, text: &str) -> io::Result<PathBuf> {
    let path = match named {
        Some(path) => PathBuf::from(path),
        None => folder()?.join(fallback),
    };
    write(&path, text)?;
    Ok(path)
}

fn folder() -> io::Result<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "remit")
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no home directory; name a file"))?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).join("exports");
    DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    Ok(folder)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Writes a new file, and says so or why not.
pub(super) fn kept(path: Option<&str>, fallback: &str, (what, text): (&str, &str)) -> String {
    match keep(path, fallback, text) {
        Ok(path) => format!("{what}: {}", path.display()),
        Err(error) => {
            format!("{what} was not written: {error}; `:dump FILE` and `:export FORM FILE` name another")
        }
    }
}

/// The sequence that puts a text on the clipboard (OSC 52, written and never asked for); none where it is too long.
#[must_use]
pub(super) fn clipboard(text: &str) -> Option<String> {
    let encoded = STANDARD.encode(text);
    (encoded.len() <= MOST).then(|| format!("\x1b]52;c;{encoded}\x07"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MOST, clipboard, write};

    #[test]
    fn a_file_is_new_and_of_this_person_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("queue.md");
        write(&path, "a").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(write(&path, "b").is_err(), "nothing is replaced");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a");
    }

    #[test]
    fn what_is_too_long_for_terminals_is_not_sent() {
        assert!(clipboard(&"x".repeat(MOST / 4 * 3)).is_some());
        assert!(clipboard(&"x".repeat(MOST)).is_none());
    }

    proptest! {
        #[test]
        fn whatever_is_copied_is_one_sequence_of_letters(text in ".*") {
            let sent = clipboard(&text).unwrap();
            let inside = sent.strip_prefix("\x1b]52;c;").and_then(|rest| rest.strip_suffix('\x07')).unwrap();
            prop_assert!(inside.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)));
        }
    }
}
