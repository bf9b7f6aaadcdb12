//! The only code that changes the terminal's mode, and the promise to change it back whatever happens.

use std::io::{self, BufWriter, Write as _, stdout};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture,
};
use crossterm::style::Print;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::{Backend as _, CrosstermBackend};
use rustix::process::{Signal, getpid, kill_process};

use super::tape::{Out, Tape};

/// What is drawn on.
type Screen = Terminal<CrosstermBackend<BufWriter<Out>>>;

/// A frame is written in one piece.
const FRAME_BYTES: usize = 64 << 10;

/// Whether the terminal is in the console's mode: whoever flips this to false restores it.
static OURS: AtomicBool = AtomicBool::new(false);

/// Whether the window's title is ours, too.
static TITLED: AtomicBool = AtomicBool::new(false);

/// Keep the window's title, and bring it back.
const KEEP_TITLE: &str = "\x1b[22;0t";
const OLD_TITLE: &str = "\x1b[23;0t";

/// Which of its means the console asks of a terminal besides the plain ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wants {
    /// To hear of the mouse.
    pub(super) mouse: bool,
    /// To hear whether the window has the focus.
    pub(super) focus: bool,
    /// To set the window's title.
    pub(super) title: bool,
}

/// The terminal in the console's mode; its drop gives it back.
#[derive(Debug)]
pub(super) struct Guard {
    terminal: Screen,
    tape: Option<Tape>,
    wants: Wants,
}

impl Guard {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When it is no terminal or refuses the mode; it is then left as it was.
    pub(super) fn enter(tape: Option<Tape>, wants: Wants) -> io::Result<Self> {
        restore_on_panic();
        take(tape.clone(), wants).map(|terminal| Self { terminal, tape, wants })
    }

    /// Gives the window a title.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub(super) fn title(&self, words: &str) -> io::Result<()> {
        if self.wants.title { execute!(stdout(), SetTitle(words)) } else { Ok(()) }
    }

    /// Sends a sequence of the console's own that draws nothing: to the clipboard, to the desktop, the bell.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub(super) fn send(&self, sequence: &str) -> io::Result<()> {
        execute!(stdout(), Print(sequence))
    }

    /// Gives the terminal back, stops this process as the shell expects it from Ctrl-Z, and takes the terminal over again
    /// once somebody lets the process go on. What is on it then is not what was, so everything is drawn anew.
    ///
    /// # Errors
    /// When the process cannot be stopped, or the terminal is gone by then.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        restore();
        kill_process(getpid(), Signal::STOP)?;
        self.terminal = take(self.tape.clone(), self.wants)?;
        Ok(())
    }

    /// Notes in the recording, where there is one, that the terminal has another size.
    pub(super) fn resized(&self, columns: u16, rows: u16) {
        if let Some(tape) = &self.tape {
            tape.resized(columns, rows);
        }
    }

    /// Clears the screen; the next frame is painted whole. The terminal is asked nothing, since whoever asks it reads keys.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().clear()?;
        // What was painted last is the buffer that this empties.
        self.terminal.swap_buffers();
        Ok(())
    }

    /// The terminal to draw on.
    pub(super) fn terminal(&mut self) -> &mut Screen {
        &mut self.terminal
    }
}

/// Sets the console's mode; where that fails, it is left as it was.
fn take(tape: Option<Tape>, wants: Wants) -> io::Result<Screen> {
    enable_raw_mode()?;
    OURS.store(true, Ordering::SeqCst);
    let mut out = stdout();
    if wants.title {
        TITLED.store(true, Ordering::SeqCst);
        queue!(out, Print(KEEP_TITLE)).inspect_err(|_| restore())?;
    }
    if wants.mouse {
        queue!(out, EnableMouseCapture).inspect_err(|_| restore())?;
    }
    if wants.focus {
        queue!(out, EnableFocusChange).inspect_err(|_| restore())?;
    }
    // Cleared here and not through the terminal type, which would ask where the cursor is and fail where
    // nobody answers: on a slow link, under a recorder.
    execute!(out, EnterAlternateScreen, EnableBracketedPaste, Clear(ClearType::All))
        .and_then(|()| {
            Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(FRAME_BYTES, Out::new(tape))))
        })
        .inspect_err(|_| restore())
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Undoes `enter`, in reverse order, once. Errors are passed over: there is nowhere left to show them.
fn restore() {
    if !OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = stdout();
    // Off where it was never on is no change.
    let _ = queue!(out, DisableFocusChange, DisableMouseCapture, DisableBracketedPaste, Show);
    let _ = queue!(out, LeaveAlternateScreen);
    if TITLED.swap(false, Ordering::SeqCst) {
        let _ = queue!(out, Print(OLD_TITLE));
    }
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// A panic on the screen's thread first gives the terminal back, so that its message can be read.
fn restore_on_panic() {
    let screen = thread::current().id();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == screen {
            restore();
            before(info);
        } else {
            // Another thread's panic must not tear the screen down; it is in the log.
            tracing::error!(panic = %info, "a network task panicked");
        }
    }));
}
