//! The recorder: every frame of a session, with its time, in a file that `remit replay` and other players understand.
//!
//! The form is asciicast version 2: a line that says how large the terminal is, then one line a frame. A frame is
//! written in one piece, so a session can be looked at frame by frame. What was typed into fields is on the frames; tokens never are.

use std::fs::File;
use std::io::{self, Stdout, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use serde_json::json;

/// A recording that goes on. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Tape(Arc<Mutex<Reel>>);

#[derive(Debug)]
struct Reel {
    file: File,
    began: Instant,
    /// The beginning of a letter whose rest comes with the next piece.
    rest: Vec<u8>,
    /// Why the recording is not whole.
    broken: Option<io::Error>,
}

impl Tape {
    /// Begins a recording, readable for this person alone. A file that is there is never replaced.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub(super) fn begin(
        path: &Path,
        (columns, rows): (u16, u16),
        title: &str,
        wall_ms: i64,
    ) -> io::Result<Self> {
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
        let head = json!({
            "version": 2,
            "width": columns,
            "height": rows,
            "timestamp": wall_ms.div_euclid(1_000),
            "title": title,
        });
        writeln!(file, "{head}")?;
        let reel = Reel { file, began: Instant::now(), rest: Vec::new(), broken: None };
        Ok(Self(Arc::new(Mutex::new(reel))))
    }

    /// Notes what goes to the terminal. A full disk ends the recording, never the console.
    fn note(&self, bytes: &[u8]) {
        let mut reel = self.0.lock();
        reel.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&reel.rest) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let rest = reel.rest.split_off(whole);
        let text = String::from_utf8(std::mem::replace(&mut reel.rest, rest)).unwrap_or_default();
        reel.line("o", &text);
    }

    /// Notes that the terminal has another size.
    pub(super) fn resized(&self, columns: u16, rows: u16) {
        self.0.lock().line("r", &format!("{columns}x{rows}"));
    }

    /// Why the recording is not whole, if it is not.
    pub(super) fn broken(&self) -> Option<String> {
        self.0.lock().broken.as_ref().map(ToString::to_string)
    }
}

impl Reel {
    fn line(&mut self, kind: &str, text: &str) {
        if text.is_empty() || self.broken.is_some() {
            return;
        }
        let line = json!([self.began.elapsed().as_secs_f64(), kind, text]);
        self.broken = writeln!(self.file, "{line}").err();
    }
}

/// The terminal, and the recording beside it.
#[derive(Debug)]
pub(super) struct Out {
    terminal: Stdout,
    tape: Option<Tape>,
}

impl Out {
    pub(super) fn new(tape: Option<Tape>) -> Self {
        Self { terminal: io::stdout(), tape }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.terminal.write(bytes)?;
        if let (Some(tape), Some(part)) = (&self.tape, bytes.get(..taken)) {
            tape.note(part);
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.terminal.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::Tape;

    #[test]
    fn a_letter_that_comes_in_two_pieces_is_whole_in_the_recording() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("session.cast");
        let tape = Tape::begin(&path, (80, 24), "remit", 1_000).unwrap();
        let text = "a\u{1b}[1mä→";
        let (left, right) = text.as_bytes().split_at(text.len() - 2);
        tape.note(left);
        tape.note(right);
        tape.resized(100, 30);
        let lines: Vec<serde_json::Value> = std::fs::read_to_string(&path)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!((&lines[0]["version"], &lines[0]["width"]), (&2.into(), &80.into()));
        assert_eq!(
            (&lines[1][2], &lines[2][2], &lines[3][1]),
            (&"a\u{1b}[1mä".into(), &"→".into(), &"r".into())
        );
        assert!(Tape::begin(&path, (80, 24), "remit", 1_000).is_err(), "it is not replaced");
    }
}
