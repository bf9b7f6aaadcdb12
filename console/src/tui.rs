//! The terminal console: a pure reducer and a pure view, with the terminal and the network at the edges.

pub mod batch;
pub mod clock;
mod crash;
mod elsewhere;
pub(crate) mod environment;
pub mod event;
#[cfg(test)]
pub(crate) mod fixture;
pub mod hit;
mod keepsake;
pub mod keymap;
pub mod keys;
mod linear;
mod log;
mod net;
pub mod paint;
mod plain;
mod run;
pub mod state;
mod tape;
mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod when;

use std::io::Write;
use std::path::{Path, PathBuf};

use color_eyre::eyre::WrapErr as _;

use self::keymap::live::Keymap;
use self::plain::Plain;
use self::run::Screen;
use self::state::State;
use self::state::receipt::Fate;
use self::tape::Tape;
use self::terminal::Wants;
use self::theme::{Looks, Theme};
use crate::approver::Approver;
use crate::config::Notify;
use crate::context::Context;
use crate::inert::Inert;
use crate::saved;

/// How the console is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// How it looks.
    pub looks: Looks,
    /// Whether it is lines instead of a screen.
    pub plain: bool,
    /// Every frame goes into this new file, too.
    pub record: Option<PathBuf>,
    /// Whether the mouse selects rows and views, and scrolls.
    pub mouse: bool,
    /// How it tells of a question that comes while nobody looks.
    pub notify: Notify,
    /// Whether the window's title says where it is; where nobody says, in terminals that have one.
    pub title: Option<bool>,
    /// What keys mean.
    pub keymap: Keymap,
}

/// Runs the console on this terminal until the operator leaves. Starts runtimes of its own: call it outside of one.
///
/// Once the screen is gone, `out` gets what is still worth knowing: commands whose outcome is unknown, and where
/// the log is.
///
/// # Errors
/// When there is no terminal, no place for the log, or the terminal goes away while drawing.
pub fn run(context: &Context, settings: &Settings, out: &mut dyn Write) -> color_eyre::Result<()> {
    let record = settings.record.as_deref();
    let log = log::start()?;
    let (state, net) = begun(context, &settings.keymap, settings.mouse)?;
    // Blocks and ellipses are read out letter by letter where lines are.
    let looks = Looks { ascii: settings.looks.ascii || settings.plain, ..settings.looks };
    let (theme, has_title) = environment::around(|around| {
        let has_title = !matches!(around.term, None | Some("" | "dumb" | "linux"));
        (Theme::chosen(looks, around), has_title)
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .wrap_err("start the screen's runtime")?;
    let tape = record.map(|path| begin(path, &context.environment)).transpose()?;
    let kept = tape.clone();
    let wants = Wants {
        mouse: settings.mouse,
        focus: settings.notify != Notify::Off,
        title: settings.title.unwrap_or(has_title),
    };
    let look = (theme, wants, settings.notify);
    let state = runtime.block_on(async {
        if settings.plain {
            return Ok(Plain::new(state, net, look.0)?.run().await);
        }
        Screen::new(state, net, look, tape)?.run().await
    })?;
    let open = |fate: &Fate| matches!(fate, Fate::Sent | Fate::Working(_) | Fate::Unknown(_));
    for receipt in state.receipts.newest_first().filter(|receipt| open(&receipt.fate)) {
        let words = Inert::from(&receipt.words);
        writeln!(out, "outcome not known: {words} (id {})", receipt.idempotency_id)?;
    }
    writeln!(out, "log: {}", log.display())?;
    if let (Some(path), Some(tape)) = (record, kept) {
        match tape.broken() {
            None => writeln!(out, "recording: {}", path.display())?,
            Some(why) => writeln!(out, "the recording {} is not whole: {why}", path.display())?,
        }
    }
    Ok(())
}

/// A console at the control plane of this context that has not heard anything yet, and its connections.
fn begun(context: &Context, keymap: &Keymap, has_mouse: bool) -> color_eyre::Result<(State, net::Net)> {
    let approver = Approver::of(context);
    let session = uuid::Uuid::now_v7().to_string();
    let mut state = State::new(&context.environment, &context.endpoint, &session);
    state.key = approver.key();
    state.production = context.production;
    state.keymap = keymap.clone();
    state.drawn.has_tabs = has_mouse;
    if let Some(path) = saved::path() {
        match saved::load(&path) {
            Ok(known) => state.keep_saved(known),
            Err(error) => state.say(0, format!("saved filters in {}: {error}", path.display())),
        }
    }
    Ok((state, net::Net::start(context, approver)?))
}

/// Begins a recording of a terminal as large as this one.
fn begin(path: &Path, environment: &str) -> color_eyre::Result<Tape> {
    let size = crossterm::terminal::size().wrap_err("ask for the size of the terminal")?;
    let title = format!("remit {}", Inert::line(environment));
    Tape::begin(path, size, &title, clock::Clock::start().now().wall_ms).wrap_err_with(|| {
        format!("the recording `{}` cannot be begun; name a file that is not there yet", path.display())
    })
}
