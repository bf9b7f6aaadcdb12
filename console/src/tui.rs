//! The terminal console: a pure reducer and a pure view, with the terminal and the network at the edges.

pub mod clock;
mod crash;
pub mod event;
#[cfg(test)]
mod fixture;
pub mod hit;
pub mod keymap;
pub mod keys;
mod log;
mod net;
pub mod paint;
mod run;
pub mod state;
mod tape;
mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod when;

use std::env;
use std::io::Write;
use std::path::Path;

use color_eyre::eyre::WrapErr as _;

use self::run::Screen;
use self::state::State;
use self::state::receipt::Fate;
use self::tape::Tape;
use self::theme::{Looks, Surroundings, Theme};
use crate::approver::Approver;
use crate::context::Context;
use crate::inert::Inert;
use crate::saved;

/// Runs the console on this terminal until the operator leaves. Starts runtimes of its own: call it outside of one.
///
/// Once the screen is gone, `out` gets what is still worth knowing: commands whose outcome is unknown, and where
/// the log is.
/// With `record`, every frame goes into that file, too.
///
/// # Errors
/// When there is no terminal, no place for the log, or the terminal goes away while drawing.
pub fn run(
    context: &Context,
    looks: Looks,
    record: Option<&Path>,
    out: &mut dyn Write,
) -> color_eyre::Result<()> {
    let log = log::start()?;
    let approver = Approver::of(context);
    let key = approver.key();
    let net = net::Net::start(context, approver)?;
    let session = uuid::Uuid::now_v7().to_string();
    let mut state = State::new(&context.environment, &context.endpoint, &session);
    state.key = key;
    state.production = context.production;
    if let Some(path) = saved::path() {
        match saved::load(&path) {
            Ok(known) => state.saved = known,
            Err(error) => state.say(0, format!("saved filters in {}: {error}", path.display())),
        }
    }
    let setting = |name: &str| env::var(name).ok();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(setting).find(|text| !text.is_empty());
    let [no_color, clicolor, term, no_motion] = ["NO_COLOR", "CLICOLOR", "TERM", "NO_MOTION"].map(setting);
    let around = Surroundings {
        no_color: no_color.as_deref(),
        clicolor: clicolor.as_deref(),
        term: term.as_deref(),
        locale: locale.as_deref(),
        no_motion: no_motion.as_deref(),
    };
    let theme = Theme::chosen(looks, around);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .wrap_err("start the screen's runtime")?;
    let tape = record.map(|path| begin(path, &context.environment)).transpose()?;
    let kept = tape.clone();
    let state = runtime.block_on(async { Screen::new(state, net, theme, tape)?.run().await })?;
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

/// Begins a recording of a terminal as large as this one.
fn begin(path: &Path, environment: &str) -> color_eyre::Result<Tape> {
    let size = crossterm::terminal::size().wrap_err("ask for the size of the terminal")?;
    let title = format!("remit {}", Inert::line(environment));
    Tape::begin(path, size, &title, clock::Clock::start().now().wall_ms).wrap_err_with(|| {
        format!("the recording `{}` cannot be begun; name a file that is not there yet", path.display())
    })
}
