//! The loop: waits for whatever is most urgent, reduces it, runs effects, paints when something changed.

use std::task::Poll;
use std::time::Duration;

use color_eyre::eyre::WrapErr as _;
use crossterm::event::{Event as Input, EventStream, MouseButton, MouseEvent, MouseEventKind};
use futures::StreamExt as _;
use ratatui::layout::Size;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use crate::config::Notify;
use crate::saved;

use super::clock::{Clock, Now};
use super::elsewhere;
use super::event::{Effect, Event, Mouse, Part};
use super::keepsake::{self, kept};
use super::keys::Press;
use super::linear;
use super::net::Net;
use super::paint::STEP_MS;
use super::state::State;
use super::tape::Tape;
use super::terminal::{Guard, Wants};
use super::theme::Theme;
use super::update::{learned, title, update};
use super::view::view;
use super::when;

/// Data is painted at most this often; input is painted at once.
const FRAME: Duration = Duration::from_millis(33);
/// Ages on screen move on this often, where they may.
const AGE: Duration = Duration::from_secs(1);
/// Events taken from one source before the terminal gets a turn.
const BURST: usize = 64;

/// The console while it runs.
pub(super) struct Screen {
    state: State,
    clock: Clock,
    guard: Guard,
    net: Net,
    theme: Theme,
    input: EventStream,
    signals: [Signal; 3],
    notify: Notify,
    title: String,
    leaving: bool,
    suspending: bool,
    /// The window has had another shape since the last frame, if only for a moment: nothing on it is sure to be there.
    reshaped: bool,
}

/// What woke the loop.
enum Wake {
    Input(Vec<Event>),
    Data(Vec<Event>),
    Terminate,
    Suspend,
    Paint,
}

impl Screen {
    /// Everything that the loop needs, with the terminal already taken over.
    ///
    /// # Errors
    /// When the terminal or signals are not to be had.
    pub(super) fn new(
        state: State,
        net: Net,
        (theme, wants, notify): (Theme, Wants, Notify),
        tape: Option<Tape>,
    ) -> color_eyre::Result<Self> {
        let signals = [
            signal(SignalKind::terminate()).wrap_err("listen for SIGTERM")?,
            signal(SignalKind::hangup()).wrap_err("listen for SIGHUP")?,
            signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))
                .wrap_err("listen for SIGTSTP")?,
        ];
        let guard = Guard::enter(tape, wants).wrap_err("take over the terminal")?;
        Ok(Self {
            state,
            clock: Clock::start(),
            guard,
            net,
            theme,
            input: EventStream::new(),
            signals,
            notify,
            title: String::new(),
            leaving: false,
            suspending: false,
            reshaped: false,
        })
    }

    /// Runs until the operator leaves or the system asks for it; returns what the console knew last.
    ///
    /// # Errors
    /// When the terminal cannot be written any more.
    pub(super) async fn run(mut self) -> color_eyre::Result<State> {
        self.paint()?;
        let mut painted = Instant::now();
        let mut dirty = false;
        while !self.leaving {
            let due = self.next_paint(painted, dirty);
            match self.wake(due).await {
                Wake::Input(events) => {
                    self.reduce(events);
                    self.paint()?;
                    painted = Instant::now();
                    dirty = false;
                }
                Wake::Data(events) => {
                    self.reduce(events);
                    dirty = true;
                }
                Wake::Terminate => self.reduce(vec![Event::Terminate]),
                Wake::Suspend => self.suspending = true,
                Wake::Paint => {
                    self.reduce(vec![Event::Tick]);
                    self.paint()?;
                    painted = Instant::now();
                    dirty = false;
                }
            }
            if std::mem::take(&mut self.suspending) {
                self.guard.suspend().wrap_err("stop and go on")?;
                // Nothing that was painted is on the terminal any more, and the title is the shell's.
                self.title.clear();
                self.reduce(vec![Event::Resized]);
                self.paint()?;
                painted = Instant::now();
                dirty = false;
            }
        }
        Ok(self.state)
    }

    /// When to paint next: soon after data, when a card becomes live, or when an age moves on.
    fn next_paint(&self, painted: Instant, dirty: bool) -> Instant {
        let regular = painted.checked_add(if dirty { FRAME } else { self.age() }).unwrap_or(painted);
        let now = self.clock.now();
        let arming = self.state.card().and_then(|card| card.arms_at(now.tick_ms)).and_then(|at| {
            Instant::now()
                .checked_add(Duration::from_millis(at.saturating_sub(now.tick_ms).saturating_add(1)))
        });
        arming.map_or(regular, |at| at.min(regular))
    }

    /// Ages on screen move on this often.
    fn age(&self) -> Duration {
        if self.theme.still { Duration::from_millis(STEP_MS.unsigned_abs()) } else { AGE }
    }

    async fn wake(&mut self, due: Instant) -> Wake {
        let [term, hup, stop] = &mut self.signals;
        tokio::select! {
            biased;
            input = self.input.next() => match input {
                Some(Ok(first)) => {
                    let mut inputs = vec![first];
                    // All keys that are already here belong to the frame that is on the terminal now.
                    while let Poll::Ready(Some(Ok(next))) = futures::poll!(self.input.next()) {
                        inputs.push(next);
                    }
                    for input in &inputs {
                        if let Input::Resize(columns, rows) = input {
                            self.guard.resized(*columns, *rows);
                            self.reshaped = true;
                        }
                    }
                    let events: Vec<Event> = inputs.into_iter().filter_map(translate).collect();
                    Wake::Input(events)
                }
                // The terminal is gone.
                Some(Err(_)) | None => Wake::Terminate,
            },
            _ = term.recv() => Wake::Terminate,
            _ = hup.recv() => Wake::Terminate,
            _ = stop.recv() => Wake::Suspend,
            Some(first) = self.net.replies.recv() => {
                let mut events = vec![first];
                while events.len() < BURST && let Ok(next) = self.net.replies.try_recv() {
                    events.push(next);
                }
                Wake::Data(events)
            }
            Some(first) = self.net.decisions.recv() => {
                let mut events = vec![first];
                while events.len() < BURST && let Ok(next) = self.net.decisions.try_recv() {
                    events.push(next);
                }
                Wake::Data(events)
            }
            Ok(()) = self.net.picture.changed() => {
                let latest = self.net.picture.borrow_and_update().clone();
                Wake::Data(latest.map(Event::Picture).into_iter().collect())
            }
            // Before the firehose: a busy trace must not starve the frame.
            () = sleep_until(due) => Wake::Paint,
            Some(first) = self.net.trace.recv() => {
                let mut events = vec![first];
                while events.len() < BURST && let Ok(next) = self.net.trace.try_recv() {
                    events.push(next);
                }
                Wake::Data(events)
            }
        }
    }

    fn reduce(&mut self, events: Vec<Event>) {
        let now = self.clock.now();
        for event in events {
            for effect in update(&mut self.state, event, now) {
                self.effect(effect);
            }
        }
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Copy { what, text } => {
                let words = self.copy(&what, &text);
                self.reduce(vec![Event::Told(words)]);
            }
            Effect::CopyShown(part) => {
                let words = self.copy_shown(part);
                self.reduce(vec![Event::Told(words)]);
            }
            Effect::Dump { path, fallback } => {
                let text = self.screen();
                let words = kept(path.as_deref(), &fallback, ("the screen", &text));
                self.reduce(vec![Event::Told(words)]);
            }
            Effect::Keep { path, fallback, what, text } => {
                let words = kept(path.as_deref(), &fallback, (&what, &text));
                self.reduce(vec![Event::Told(words)]);
            }
            Effect::Attract { words } => self.attract(&words),
            Effect::Switch { name } => {
                let words = self.switch(name.as_deref());
                self.reduce(vec![Event::Told(words)]);
            }
            Effect::Send { id, idempotency_id, command } => self.net.send(id, idempotency_id, command),
            Effect::Fetch(fetch) => self.net.fetch(fetch),
            Effect::Follow { id, actions } => self.net.follow(id, actions),
            Effect::WatchTrace { filter } => self.net.watch_trace(filter),
            Effect::KeepFilters(saved) => {
                if let Err(why) = saved::kept(&saved) {
                    self.reduce(vec![Event::FiltersLost { why }]);
                }
            }
            Effect::Retry => self.net.retry(),
            Effect::Suspend => self.suspending = true,
            Effect::Quit => self.leaving = true,
        }
    }

    /// Puts a text on the clipboard; what terminals do not take goes into a file.
    fn copy(&self, what: &str, text: &str) -> String {
        let Some(sequence) = keepsake::clipboard(text) else {
            return kept(
                None,
                &format!("copy-{}.txt", when::compact(self.clock.now().wall_ms)),
                (what, text),
            );
        };
        match self.guard.send(&sequence) {
            Ok(()) => format!("{what} went to the clipboard: {} bytes", text.len()),
            Err(error) => format!("{what} was not copied: {error}"),
        }
    }

    /// The same of what is shown.
    fn copy_shown(&self, part: Part) -> String {
        let now = self.clock.now();
        match part {
            Part::Row => linear::row(&self.state, &self.theme, now)
                .map_or_else(|| "no row is under the cursor".to_owned(), |row| self.copy("the row", &row)),
            Part::Page => self.copy("the page", &linear::lines(&self.state, &self.theme, now).0.join("\n")),
        }
    }

    /// Goes to another context: the terminal, its looks and its keys stay, all else begins anew.
    fn switch(&mut self, name: Option<&str>) -> String {
        let Some(name) = name else { return elsewhere::contexts() };
        let opened = elsewhere::open(name, &self.state.keymap, self.state.drawn.has_tabs);
        match opened {
            Ok((state, net)) => {
                self.state = state;
                self.net = net;
                format!("this is `{name}` now")
            }
            Err(why) => why,
        }
    }

    /// What is on the terminal, as text.
    fn screen(&mut self) -> String {
        let size = self.guard.terminal().size().unwrap_or_default();
        let (buffer, _) = view(&self.state, self.clock.now(), size, &self.theme);
        let rows = buffer.content().chunks(usize::from(size.width).max(1));
        let line =
            |row: &[ratatui::buffer::Cell]| -> String { row.iter().map(|cell| cell.symbol()).collect() };
        rows.map(|row| line(row).trim_end().to_owned() + "\n").collect()
    }

    /// The terminal may be gone: then the loop ends soon, and this word is not missed.
    fn attract(&self, words: &str) {
        let sequence = match self.notify {
            Notify::Off => return,
            Notify::Bell => "\x07".to_owned(),
            Notify::Desktop => format!("\x1b]9;{words}\x07"),
        };
        let _ = self.guard.send(&sequence);
    }

    /// Paints until the frame on the terminal taught the state nothing new: at most twice.
    fn paint(&mut self) -> color_eyre::Result<()> {
        let now = self.clock.now();
        let title = title(&self.state, now);
        if title != self.title {
            self.guard.title(&title).wrap_err("set the title")?;
            self.title = title;
        }
        if std::mem::take(&mut self.reshaped) {
            self.guard.forget().wrap_err("clear the screen")?;
        }
        let before = learned(&self.state);
        self.paint_once(now)?;
        if before != learned(&self.state) {
            self.paint_once(now)?;
        }
        Ok(())
    }

    fn paint_once(&mut self, now: Now) -> color_eyre::Result<()> {
        super::crash::at_paint();
        let Self { state, guard, theme, .. } = self;
        let terminal = guard.terminal();
        let mut hits = None;
        terminal
            .draw(|frame| {
                let area = frame.area();
                let (buffer, painted) = view(state, now, Size::new(area.width, area.height), theme);
                *frame.buffer_mut() = buffer;
                if let Some(position) = painted.cursor {
                    frame.set_cursor_position(position);
                }
                hits = Some(painted);
            })
            .wrap_err("draw a frame")?;
        // Only now is it on the terminal, and only from now on do keys refer to it.
        if let Some(hits) = hits {
            let at = self.clock.now();
            update(&mut self.state, Event::Painted(hits), at);
        }
        Ok(())
    }
}

/// What an event of the terminal means; none for what the console has no use for.
fn translate(input: Input) -> Option<Event> {
    match input {
        Input::Key(key) => Press::from_terminal(key).map(Event::Key),
        Input::Paste(text) => Some(Event::Paste(text)),
        Input::Resize(_, _) => Some(Event::Resized),
        Input::FocusGained => Some(Event::Looked(true)),
        Input::FocusLost => Some(Event::Looked(false)),
        Input::Mouse(mouse) => mouse_event(mouse).map(Event::Mouse),
    }
}

fn mouse_event(mouse: MouseEvent) -> Option<Mouse> {
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            Some(Mouse::Click { column: mouse.column, row: mouse.row })
        }
        MouseEventKind::ScrollDown => Some(Mouse::Wheel { down: true }),
        MouseEventKind::ScrollUp => Some(Mouse::Wheel { down: false }),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => None,
    }
}
