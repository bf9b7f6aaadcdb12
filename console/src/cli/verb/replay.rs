//! `remit replay`: a recorded session of the console, as it went or frame by frame.
//!
//! A recording may come from anybody. It is played to an emulator, and only what a person would have seen there
//! reaches this terminal.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, IsTerminal as _},
    num::NonZeroU16,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use serde_json::Value;

use crate::{
    cli::{failure::Failure, screen::Screen},
    inert::Inert,
};

/// Longest pause between two frames, in seconds: nobody waits through a lunch.
const LONGEST: f64 = 2.0;

/// Arguments of `remit replay`.
#[derive(Args, Debug)]
#[command(
    after_help = "`remit console --record FILE` records. On a terminal the session is played; a pause longer than two seconds is
cut to that. Elsewhere, or with `--frame`, frames are printed as text.

Examples:
  remit replay incident.cast --speed 4
  remit replay incident.cast --frame 120            what was on the screen then
  remit replay incident.cast --frame last > end.txt"
)]
pub struct Replay {
    /// The recording
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Print one frame as text: its number, from 1, or `last`
    #[arg(long, value_name = "N")]
    pub frame: Option<String>,
    /// So many times as fast
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.1..=100.0).contains(&speed) => Ok(speed),
        Ok(_) | Err(_) => Err("a number from 0.1 to 100".to_owned()),
    }
}

/// One line of a recording.
enum Piece {
    Frame(f64, String),
    Size(NonZeroU16, NonZeroU16),
    /// Keys, marks: nothing that was on the screen.
    Other,
}

/// Plays or prints.
///
/// # Errors
/// When it is no recording, has no such frame, or the output cannot be written.
pub async fn run(args: Replay, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let mut tape = Tape::open(&args.file)?;
    if let Some(wanted) = &args.frame {
        return print(&mut tape, wanted, screen);
    }
    if !io::stdout().is_terminal() {
        return print(&mut tape, "last", screen);
    }
    let (mut before, mut number) = (0.0_f64, 0_usize);
    while let Some(at) = tape.next()? {
        number = number.saturating_add(1);
        let pause = ((at - before) / args.speed).clamp(0.0, LONGEST);
        before = at;
        tokio::time::sleep(Duration::from_secs_f64(pause)).await;
        let shown = tape.emulator.screen();
        let (rows, _) = shown.size();
        screen.out.write_all(b"\x1b[H\x1b[2J")?;
        screen.out.write_all(shown.contents_formatted().as_bytes())?;
        write!(
            screen.out,
            "\x1b[{};1H\x1b[0;7m REPLAY frame {number} at {at:.1} s \x1b[0m",
            rows.get().saturating_add(1)
        )?;
        screen.out.flush()?;
    }
    writeln!(screen.out)?;
    Ok(())
}

/// The text of one frame.
fn print(tape: &mut Tape, wanted: &str, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let last = wanted == "last";
    let number: usize = if last { usize::MAX } else { wanted.parse().unwrap_or(0) };
    if number == 0 {
        return Err(Failure::usage(format!("`{wanted}` is no frame")).hint("give a number from 1, or `last`"));
    }
    let mut seen = 0_usize;
    while seen < number && tape.next()?.is_some() {
        seen = seen.saturating_add(1);
    }
    if seen < number && !last {
        return Err(
            Failure::no(format!("there is no frame {number}")).hint(format!("the last one is {seen}"))
        );
    }
    for line in Inert::lines(&tape.emulator.screen().contents()) {
        writeln!(screen.out, "{}", line.as_str().trim_end())?;
    }
    Ok(())
}

/// A recording on its way through the emulator.
struct Tape {
    lines: io::Lines<BufReader<File>>,
    path: PathBuf,
    number: usize,
    emulator: vt100::Parser,
}

impl Tape {
    fn open(path: &Path) -> Result<Self, Failure> {
        let unreadable = |error: io::Error| {
            Failure::usage(format!("the recording `{}` cannot be read: {error}", path.display()))
                .hint("`remit console --record FILE` makes one")
        };
        let mut lines = BufReader::new(File::open(path).map_err(unreadable)?).lines();
        let head = lines.next().transpose().map_err(unreadable)?.unwrap_or_default();
        let head: Value = serde_json::from_str(&head).unwrap_or_default();
        let number = |key: &str| head.get(key).and_then(Value::as_u64);
        let size = |key: &str| number(key).and_then(|it| NonZeroU16::new(u16::try_from(it).ok()?));
        let (Some(columns), Some(rows), Some(2)) = (size("width"), size("height"), number("version")) else {
            return Err(Failure::usage(format!("`{}` is no recording of a console", path.display()))
                .hint("its first line must be the head of an asciicast of version 2"));
        };
        let emulator = vt100::Parser::new(rows, columns, 0);
        Ok(Self { lines, path: path.to_owned(), number: 1, emulator })
    }

    /// Plays the next frame; says when it was, in seconds after the beginning.
    fn next(&mut self) -> Result<Option<f64>, Failure> {
        for line in self.lines.by_ref() {
            self.number = self.number.saturating_add(1);
            let piece = line.ok().as_deref().and_then(piece);
            match piece {
                Some(Piece::Frame(at, text)) => {
                    self.emulator.process(text.as_bytes());
                    return Ok(Some(at));
                }
                Some(Piece::Other) => {}
                Some(Piece::Size(columns, rows)) => self.emulator.screen_mut().set_size(rows, columns),
                None => {
                    return Err(Failure::no(format!(
                        "line {} of `{}` is broken",
                        self.number,
                        self.path.display()
                    ))
                    .hint("a session that was cut off ends there; `--frame N` shows what comes before"));
                }
            }
        }
        Ok(None)
    }
}

fn piece(line: &str) -> Option<Piece> {
    let (at, kind, text): (f64, String, String) = serde_json::from_str(line).ok()?;
    match kind.as_str() {
        "r" => {
            let (columns, rows) = text.split_once('x')?;
            Some(Piece::Size(columns.parse().ok()?, rows.parse().ok()?))
        }
        "o" => Some(Piece::Frame(at, text)),
        _ => Some(Piece::Other),
    }
}
