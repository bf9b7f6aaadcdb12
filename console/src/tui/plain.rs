//! The console as lines: what changes is said once, in words, and what is wanted is typed. For screen readers, pipes, and
//! wherever a screen cannot be. Nothing is painted over, no cursor moves, and every act asks what its card asks.

mod known;
mod reader;
mod typed;

#[cfg(test)]
mod tests;

use std::io::{self, BufRead as _, Write as _};
use std::thread;
use std::time::Duration;

use color_eyre::eyre::WrapErr as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use self::reader::{Reader, Said};
use super::clock::Clock;
use super::elsewhere;
use super::event::{Effect, Event};
use super::keepsake;
use super::keys::{Key, Press};
use super::net::Net;
use super::state::State;
use super::theme::Theme;
use crate::inert::Inert;
use crate::saved;

/// The link is looked at this often, where nothing else happens.
const TICK: Duration = Duration::from_secs(1);
/// Lines that may wait.
const LINES: usize = 64;

/// What woke the loop.
enum Wake {
    Line(Option<String>),
    Event(Box<Event>),
}

/// A session on standard input and output.
pub(super) struct Plain {
    reader: Reader,
    theme: Theme,
    clock: Clock,
    net: Net,
    lines: mpsc::Receiver<String>,
    signals: [Signal; 3],
    leaving: bool,
}

impl Plain {
    /// Everything that the loop needs.
    ///
    /// # Errors
    /// When signals or a thread are not to be had.
    pub(super) fn new(state: State, net: Net, theme: Theme) -> color_eyre::Result<Self> {
        let signals = [
            signal(SignalKind::interrupt()).wrap_err("listen for SIGINT")?,
            signal(SignalKind::terminate()).wrap_err("listen for SIGTERM")?,
            signal(SignalKind::hangup()).wrap_err("listen for SIGHUP")?,
        ];
        let reader = Reader::new(state, theme);
        let lines = typed_lines().wrap_err("read what is typed")?;
        Ok(Self { reader, theme, clock: Clock::start(), net, lines, signals, leaving: false })
    }

    /// Runs until the operator leaves, nothing more can be typed, or the system asks for it.
    pub(super) async fn run(mut self) -> State {
        let about = "remit in lines: `help` says what can be typed, `quit` leaves";
        self.say(&[about.to_owned()]);
        while !self.leaving {
            let said = match self.wake().await {
                Wake::Line(Some(line)) => self.reader.line(&line, self.clock.now()),
                Wake::Line(None) => self.reader.event(Event::Terminate, self.clock.now()),
                Wake::Event(event) => self.reader.event(*event, self.clock.now()),
            };
            self.done(said);
        }
        self.reader.state
    }

    async fn wake(&mut self) -> Wake {
        let [interrupt, terminate, hangup] = &mut self.signals;
        let now = self.clock.now();
        let arms = self.reader.state.card().and_then(|card| card.arms_at(now.tick_ms));
        let rest = arms.map_or(TICK, |at| Duration::from_millis(at.saturating_sub(now.tick_ms).max(1)));
        let due = Instant::now().checked_add(rest.min(TICK)).unwrap_or_else(Instant::now);
        let event = tokio::select! {
            biased;
            _ = interrupt.recv() => Event::Key(Press { key: Key::Ctrl('c'), repeat: false }),
            _ = terminate.recv() => Event::Terminate,
            _ = hangup.recv() => Event::Terminate,
            line = self.lines.recv() => return Wake::Line(line),
            Some(event) = self.net.replies.recv() => event,
            Some(event) = self.net.decisions.recv() => event,
            Ok(()) = self.net.picture.changed() => {
                let latest = self.net.picture.borrow_and_update().clone();
                latest.map_or(Event::Tick, Event::Picture)
            }
            () = sleep_until(due) => Event::Tick,
            Some(event) = self.net.trace.recv() => event,
        };
        Wake::Event(Box::new(event))
    }

    /// Does what is to be done, and says the rest.
    fn done(&mut self, said: Said) {
        self.say(&said.lines);
        for effect in said.effects {
            if let Some(event) = self.effect(effect) {
                let said = self.reader.event(event, self.clock.now());
                self.done(said);
            }
        }
    }

    /// Runs one effect; what it leads to at once comes back.
    fn effect(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Send { id, idempotency_id, command } => self.net.send(id, idempotency_id, command),
            Effect::Fetch(fetch) => self.net.fetch(fetch),
            Effect::Follow { id, actions } => self.net.follow(id, actions),
            Effect::WatchTrace { filter } => self.net.watch_trace(filter),
            Effect::KeepFilters(filters) => {
                return saved::kept(&filters).err().map(|why| Event::FiltersLost { why });
            }
            Effect::Keep { path, fallback, what, text } => {
                return Some(Event::Told(keepsake::kept(path.as_deref(), &fallback, (&what, &text))));
            }
            Effect::Dump { .. } | Effect::Copy { .. } | Effect::CopyShown(_) => {
                return Some(Event::Told("there is no screen here; `export` writes rows".to_owned()));
            }
            // Whatever there is to tell is a line already.
            Effect::Attract { .. } => {}
            Effect::Switch { name } => return Some(Event::Told(self.switch(name.as_deref()))),
            Effect::Retry => self.net.retry(),
            // The terminal does that itself here.
            Effect::Suspend => {}
            Effect::Quit => self.leaving = true,
        }
        None
    }

    /// Goes to another context: what is known here is forgotten, and what is there is said anew.
    fn switch(&mut self, name: Option<&str>) -> String {
        let Some(name) = name else { return elsewhere::contexts() };
        match elsewhere::open(name, &self.reader.state.keymap, false) {
            Ok((state, net)) => {
                self.reader = Reader::new(state, self.theme);
                self.net = net;
                format!("this is `{name}` now")
            }
            Err(why) => why,
        }
    }

    /// One line each. Where nobody reads any more, the session ends.
    fn say(&mut self, lines: &[String]) {
        let mut out = io::stdout().lock();
        let mut write = || -> io::Result<()> {
            for line in lines {
                writeln!(out, "{}", Inert::line(line))?;
            }
            out.flush()
        };
        self.leaving |= write().is_err();
    }
}

/// Lines of standard input; the channel closes at its end.
fn typed_lines() -> io::Result<mpsc::Receiver<String>> {
    let (give, lines) = mpsc::channel(LINES);
    let read = move || {
        let mut input = io::stdin().lock();
        let mut bytes = Vec::new();
        while let Ok(1..) = input.read_until(b'\n', &mut bytes) {
            let line = String::from_utf8_lossy(&bytes).into_owned();
            bytes.clear();
            if give.blocking_send(line).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("remit-lines".to_owned()).spawn(read)?;
    Ok(lines)
}
