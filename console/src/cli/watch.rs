//! An answer that is shown again whenever it has changed: a terminal is repainted, anything else gets one more block.

use std::{
    io::{self, Write},
    time::Duration,
};

use crossterm::{
    QueueableCommand as _,
    cursor::MoveTo,
    terminal::{self, BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate},
};
use remit_proto::v1::{StateSnapshot, WatchStateRequest};
use tonic::{Request, Streaming};
use unicode_width::UnicodeWidthChar as _;

use crate::cli::{
    clock,
    exit::Exit,
    failure::Failure,
    screen::{Format, Screen},
    session::Session,
};

#[cfg(test)]
mod tests;

/// It is asked again after this at the latest: rates fall and people read without a record in the journal.
const AT_LEAST: Duration = Duration::from_secs(2);
/// And not sooner than this, however fast the journal grows.
const AT_MOST: Duration = Duration::from_millis(250);

/// A question that can be asked again, and how its answer is shown.
pub trait Question {
    /// What is compared with the answer before.
    type Answer: PartialEq;

    /// Asks.
    fn ask(&self, session: &mut Session) -> impl Future<Output = Result<Self::Answer, Failure>>;

    /// Shows what was answered.
    ///
    /// # Errors
    /// When the output cannot be written.
    fn show(&self, answer: &Self::Answer, screen: &mut Screen<'_>) -> Result<(), Failure>;
}

/// Asks and shows: once, or again and again until `interrupt`.
///
/// # Errors
/// When the first answer is none, a later one is a refusal, or the output cannot be written.
pub async fn answer<Q: Question>(
    question: &Q,
    watch: bool,
    (session, screen): (&mut Session, &mut Screen<'_>),
    interrupt: impl Future<Output = ()>,
) -> Result<Exit, Failure> {
    if !watch {
        let answer = question.ask(session).await?;
        question.show(&answer, screen)?;
        return Ok(Exit::Ok);
    }
    tokio::select! {
        failure = follow(question, session, screen) => failure.map(|()| Exit::Ok),
        () = interrupt => Ok(Exit::Ok),
    }
}

/// Ends only with a failure; waiting is where it may be dropped.
async fn follow<Q: Question>(
    question: &Q,
    session: &mut Session,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let painted = screen.frame.width.is_some() && !screen.for_programs();
    let mut journal = Journal::default();
    let (mut last, mut silent) = (None, false);
    loop {
        match question.ask(session).await {
            // Ages go on where they are painted over.
            Ok(answer) if painted || last.as_ref() != Some(&answer) => {
                let block = Block::of(question, &answer, painted, screen)?;
                if painted {
                    block.paint(screen.out)?;
                } else {
                    block.append(screen)?;
                }
                (last, silent) = (Some(answer), false);
            }
            Ok(_) => silent = false,
            // The same as for a person who waits: a lost connection comes back.
            Err(failure) if last.is_some() && failure.is_lost() => {
                if !silent {
                    screen.note(&format!("{failure}; asking again until it answers"))?;
                }
                silent = true;
            }
            Err(failure) => return Err(failure),
        }
        journal.grown(session).await;
    }
}

/// Whether anything was written, as far as the control plane tells it without being asked.
#[derive(Default)]
struct Journal {
    stream: Option<Streaming<StateSnapshot>>,
    positions: std::collections::HashMap<String, u64>,
}

impl Journal {
    /// Waits for a record, or as long as may go by without one.
    async fn grown(&mut self, session: &mut Session) {
        tokio::time::sleep(AT_MOST).await;
        // Whoever cannot follow it asks at the end of the time.
        let _ = tokio::time::timeout(AT_LEAST.saturating_sub(AT_MOST), self.next(session)).await;
    }

    /// The next record; never, where the stream is not to be had.
    async fn next(&mut self, session: &mut Session) {
        if self.stream.is_none() {
            let opened = session.client.watch_state(Request::new(WatchStateRequest {})).await;
            self.stream = opened.ok().map(tonic::Response::into_inner);
        }
        while let Some(stream) = &mut self.stream {
            match stream.message().await {
                Ok(Some(state)) if state.positions == self.positions => {}
                Ok(Some(state)) => {
                    self.positions = state.positions;
                    return;
                }
                Ok(None) | Err(_) => self.stream = None,
            }
        }
        std::future::pending::<()>().await;
    }
}

/// What is shown of one answer.
struct Block {
    text: String,
    at: String,
    size: Option<(u16, u16)>,
}

impl Block {
    fn of<Q: Question>(
        question: &Q,
        answer: &Q::Answer,
        painted: bool,
        screen: &mut Screen<'_>,
    ) -> Result<Self, Failure> {
        // The window may have another size by now.
        let size = if painted { terminal::size().ok() } else { None };
        let mut frame = screen.frame;
        frame.now = clock::now();
        frame.width = size.map(|(columns, _)| usize::from(columns)).or(frame.width);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut inner = Screen { out: &mut out, err: &mut err, format: screen.format, frame, series: true };
        question.show(answer, &mut inner)?;
        out.append(&mut err);
        let text = String::from_utf8_lossy(&out).into_owned();
        Ok(Self { text, at: frame.now.strftime("%Y-%m-%d %H:%M:%SZ").to_string(), size })
    }

    /// Below what is there: documents for programs as they are, for people with the time before them.
    fn append(&self, screen: &mut Screen<'_>) -> io::Result<()> {
        if matches!(screen.format, Format::Table | Format::Wide) {
            writeln!(screen.out, "-- {}", self.at)?;
        }
        screen.out.write_all(self.text.as_bytes())?;
        screen.out.flush()
    }

    /// Over what was painted before, at once, and no further than the window reaches.
    fn paint(&self, out: &mut (dyn Write + '_)) -> io::Result<()> {
        let (columns, rows) = self.size.map_or((80, 24), |(x, y)| (usize::from(x), usize::from(y)));
        let (lines, hidden) = fitting(&self.text, columns, rows.saturating_sub(2));
        let mut frame = Vec::new();
        frame.queue(BeginSynchronizedUpdate)?.queue(MoveTo(0, 0))?.queue(Clear(ClearType::All))?;
        let more = if hidden == 0 { String::new() } else { format!(", {hidden} more lines do not fit") };
        frame.write_all(format!("{}{more}; Ctrl-C ends\r\n", self.at).as_bytes())?;
        for line in lines {
            frame.write_all(line.as_bytes())?;
            frame.write_all(b"\r\n")?;
        }
        frame.queue(EndSynchronizedUpdate)?;
        out.write_all(&frame)?;
        out.flush()
    }
}

/// The first lines that fit into so many rows, and how many do not.
fn fitting(text: &str, columns: usize, rows: usize) -> (Vec<&str>, usize) {
    let (mut used, mut lines) = (0_usize, Vec::new());
    for line in text.lines() {
        used = used.saturating_add(width(line).div_ceil(columns.max(1)).max(1));
        if rows < used {
            break;
        }
        lines.push(line);
    }
    let hidden = text.lines().count().saturating_sub(lines.len());
    (lines, hidden)
}

/// Cells of a line without our own colours.
fn width(line: &str) -> usize {
    let (mut cells, mut colour) = (0_usize, false);
    for c in line.chars() {
        match c {
            '\u{1b}' => colour = true,
            'm' if colour => colour = false,
            _ if colour => {}
            _ => cells = cells.saturating_add(c.width().unwrap_or_default()),
        }
    }
    cells
}
