//! A terminal for a program under test: a pseudo-terminal, and an emulator that knows what a person would see.

use std::{
    io::{Read as _, Write},
    num::NonZeroU16,
    path::Path,
    process::Command,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

const ROWS: u16 = 30;
const COLUMNS: u16 = 120;

/// The question where the cursor is, which a terminal answers.
const WHERE: &[u8] = b"\x1b[6n";

/// The window's title before a program begins.
pub const OLD_TITLE: &str = "a shell";

/// Longest wait for anything on the screen.
const PATIENCE: Duration = Duration::from_secs(20);

/// No piece of a frame comes later than this after the one before; the next frame does.
const BETWEEN_FRAMES: Duration = Duration::from_millis(15);

type Keys = Arc<Mutex<Box<dyn Write + Send>>>;

/// A program in its terminal.
#[expect(missing_debug_implementations, reason = "a pseudo-terminal has none")]
pub struct Terminal {
    seen: Arc<Seen>,
    child: Box<dyn Child + Send + Sync>,
    keys: Keys,
    master: Box<dyn MasterPty + Send>,
    cooked: String,
}

/// What a program has asked of its terminal besides drawing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// How often it rang the bell.
    pub bells: usize,
    /// What it had the desktop say (OSC 9), in order.
    pub notices: Vec<String>,
    /// The window's title, as it is.
    pub title: String,
    /// Titles that were kept and not brought back, the newest last.
    kept: Vec<String>,
}

impl vt100::Callbacks for Outside {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        if let [b"9", words] = params {
            self.notices.push(String::from_utf8_lossy(words).into_owned());
        }
    }

    /// `CSI 22 ; 0 t` keeps the title, `CSI 23 ; 0 t` brings it back, as xterm does it.
    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        _: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        letter: char,
    ) {
        match (letter, params) {
            ('t', [[22], [0]]) => self.kept.push(self.title.clone()),
            ('t', [[23], [0]]) => self.title = self.kept.pop().unwrap_or_default(),
            _ => {}
        }
    }
}

/// What the reader thread has seen so far.
struct Seen {
    now: Mutex<Now>,
    more: Condvar,
}

struct Now {
    emulator: vt100::Parser<Outside>,
    closed: bool,
    /// How long the terminal rests after each piece that it has taken: a slow line.
    rest: Duration,
}

impl Terminal {
    /// Starts a program with these arguments, in an environment that knows only this folder.
    pub fn start(program: &str, arguments: &[&str], home: &Path) -> Self {
        Self::start_in((COLUMNS, ROWS), program, arguments, home)
    }

    /// The same in a terminal of so many columns and rows.
    pub fn start_in(size: (u16, u16), program: &str, arguments: &[&str], home: &Path) -> Self {
        Self::start_with(size, program, (arguments, &[]), home)
    }

    /// The same with some variables.
    pub fn start_with(
        (columns, rows): (u16, u16),
        program: &str,
        (arguments, variables): (&[&str], &[(&str, &str)]),
        home: &Path,
    ) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let cooked = format!("{:?}", pair.master.get_termios());
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for variable in ["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
            command.env(variable, home);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (wide, high) = (NonZeroU16::new(columns).unwrap(), NonZeroU16::new(rows).unwrap());
        let outside = Outside { title: OLD_TITLE.to_owned(), ..Outside::default() };
        let emulator = vt100::Parser::new_with_callbacks(high, wide, 0, outside);
        let seen = Arc::new(Seen {
            now: Mutex::new(Now { emulator, closed: false, rest: Duration::ZERO }),
            more: Condvar::new(),
        });
        let mut output = pair.master.try_clone_reader().unwrap();
        let keys: Keys = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let (told, answers) = (Arc::clone(&seen), Arc::clone(&keys));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end of a terminal is an error on Linux.
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                if bytes[..count].windows(WHERE.len()).any(|some| some == WHERE) {
                    answers.lock().write_all(b"\x1b[1;1R").unwrap();
                }
                let mut now = told.now.lock();
                now.emulator.process(&bytes[..count]);
                let rest = now.rest;
                drop(now);
                told.more.notify_all();
                pause(rest);
            }
            told.now.lock().closed = true;
            told.more.notify_all();
        });
        Self { seen, child, keys, master: pair.master, cooked }
    }

    /// Types.
    pub fn press(&mut self, keys: &str) {
        self.keys.lock().write_all(keys.as_bytes()).unwrap();
    }

    /// The process under test.
    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Gives the terminal another size, as a window manager would.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let (wide, high) = (NonZeroU16::new(columns).unwrap(), NonZeroU16::new(rows).unwrap());
        self.seen.now.lock().emulator.screen_mut().set_size(high, wide);
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// From now on it takes at most 4 KiB and then rests so long.
    pub fn slow(&self, rest: Duration) {
        self.seen.now.lock().rest = rest;
    }

    /// Sends a signal to the program, by its name in capitals.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .args(["-c", "kill -\"$0\" \"$1\"", name, &self.process().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits until the screen is as it should be.
    pub fn shows_what(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        self.until(what, |now| is_so(&now.emulator.screen().contents()));
    }

    /// Waits until the screen shows all of these.
    pub fn shows(&self, texts: &[&str]) {
        self.until(&format!("{texts:?} on the screen"), |now| {
            let screen = now.emulator.screen().contents();
            texts.iter().all(|text| screen.contains(text))
        });
    }

    /// Types again and again until the screen shows this, each time when something has changed.
    pub fn press_until(&mut self, keys: &str, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let before = self.contents();
            if before.contains(text) {
                return;
            }
            assert!(Instant::now() < deadline, "no {text:?} however often {keys:?} is pressed:\n{before}");
            self.press(keys);
            self.until("change of the screen", |now| now.emulator.screen().contents() != before);
        }
    }

    /// What is on the screen.
    pub fn contents(&self) -> String {
        self.seen.now.lock().emulator.screen().contents()
    }

    /// What is on the screen between two frames: a frame comes in several pieces, close together.
    pub fn whole_frame(&self) -> String {
        let mut now = self.seen.now.lock();
        while !self.seen.more.wait_for(&mut now, BETWEEN_FRAMES).timed_out() {}
        now.emulator.screen().contents()
    }

    /// Types, and waits until the screen shows all of these.
    pub fn press_for(&mut self, keys: &str, texts: &[&str]) {
        self.press(keys);
        self.shows(texts);
    }

    fn until(&self, what: &str, good: impl Fn(&Now) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut now = self.seen.now.lock();
        while !good(&now) {
            let late = self.seen.more.wait_until(&mut now, deadline).timed_out();
            assert!(!late, "no {what}:\n{}", now.emulator.screen().contents());
            let ended = now.closed && !good(&now);
            assert!(!ended, "it ended without {what}:\n{}", now.emulator.screen().contents());
        }
    }

    /// True while the program has taken the terminal over completely.
    pub fn is_taken(&self) -> bool {
        let now = self.seen.now.lock();
        let screen = now.emulator.screen();
        screen.alternate_screen() && screen.bracketed_paste() && self.mode() != self.cooked
    }

    /// Waits until the program has given the terminal back, though it has not ended.
    pub fn is_given_back(&self) {
        self.until("terminal given back", |now| {
            let screen = now.emulator.screen();
            !screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor()
        });
        // The mode of the line changes without a byte.
        let deadline = Instant::now() + PATIENCE;
        let mut now = self.seen.now.lock();
        while self.mode() != self.cooked {
            assert!(Instant::now() < deadline, "it left the line in raw mode");
            self.seen.more.wait_for(&mut now, BETWEEN_FRAMES);
        }
    }

    /// Presses the left button of the mouse there, as a terminal says it (SGR form, from 1).
    pub fn click(&mut self, column: u16, row: u16) {
        self.press(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
    }

    /// True while the program wants to hear of the mouse.
    pub fn hears_the_mouse(&self) -> bool {
        self.seen.now.lock().emulator.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// What it has asked of the terminal besides drawing, so far.
    pub fn outside(&self) -> Outside {
        self.seen.now.lock().emulator.callbacks().clone()
    }

    /// Waits until it has asked for what should be.
    pub fn asks(&self, what: &str, is_so: impl Fn(&Outside) -> bool) {
        self.until(what, |now| is_so(now.emulator.callbacks()));
    }

    /// The line of the screen, from 1, that shows this first.
    pub fn line_of(&self, text: &str) -> Option<u16> {
        let at = self.contents().lines().position(|line| line.contains(text))?;
        u16::try_from(at + 1).ok()
    }

    /// Waits until the system has stopped the program: a signal that lets it go on is lost on one that has yet to stop.
    pub fn is_stopped(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut now = self.seen.now.lock();
        while !self.state().starts_with('T') {
            assert!(Instant::now() < deadline, "it gave the terminal back and did not stop");
            self.seen.more.wait_for(&mut now, BETWEEN_FRAMES);
        }
    }

    /// What the system says of the program: its letter and the rest of the line after its name.
    fn state(&self) -> String {
        let line = std::fs::read_to_string(format!("/proc/{}/stat", self.process())).unwrap();
        line.rsplit_once(") ").unwrap().1.to_owned()
    }

    fn mode(&self) -> String {
        format!("{:?}", self.master.get_termios())
    }

    /// Waits for the end, asserts that the terminal is as it was, and returns what it shows.
    pub fn ended(mut self) -> (ExitStatus, String) {
        self.until("end", |now| now.closed);
        let status = self.child.wait().unwrap();
        let now = self.seen.now.lock();
        let screen = now.emulator.screen();
        let text = screen.contents();
        assert!(!screen.alternate_screen(), "it left the alternate screen on:\n{text}");
        assert!(!screen.hide_cursor(), "it left the cursor hidden:\n{text}");
        assert!(!screen.bracketed_paste(), "it left bracketed paste on:\n{text}");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let outside = now.emulator.callbacks();
        assert_eq!(
            (outside.title.as_str(), outside.kept.len()),
            (OLD_TITLE, 0),
            "it left its title:\n{text}"
        );
        assert_eq!(self.mode(), self.cooked, "it left the line in raw mode");
        (status, text)
    }
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own plays a slow line")]
fn pause(time: Duration) {
    if !time.is_zero() {
        thread::sleep(time);
    }
}
