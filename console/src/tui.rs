//! The terminal console: a pure reducer and a pure view, with the terminal and the network at the edges.

pub mod clock;
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
mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod when;

use std::env;
use std::io::Write;

use color_eyre::eyre::WrapErr as _;

use self::run::Screen;
use self::state::State;
use self::state::receipt::Fate;
use self::theme::Theme;
use crate::context::Context;
use crate::inert::Inert;

/// Runs the console on this terminal until the operator leaves. Starts runtimes of its own: call it outside of one.
///
/// Once the screen is gone, `out` gets what is still worth knowing: commands whose outcome is unknown, and where
/// the log is.
///
/// # Errors
/// When there is no terminal, no place for the log, or the terminal goes away while drawing.
pub fn run(context: &Context, out: &mut dyn Write) -> color_eyre::Result<()> {
    let log = log::start()?;
    let net = net::Net::start(context)?;
    let session = uuid::Uuid::now_v7().to_string();
    let state = State::new(&context.environment, &context.endpoint, &session);
    let setting = |name: &str| env::var(name).ok();
    let theme = Theme::for_terminal(setting("NO_COLOR").as_deref(), setting("TERM").as_deref());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .wrap_err("start the screen's runtime")?;
    let state = runtime.block_on(async { Screen::new(state, net, theme)?.run().await })?;
    let open = |fate: &Fate| matches!(fate, Fate::Sent | Fate::Working(_) | Fate::Unknown(_));
    for receipt in state.receipts.newest_first().filter(|receipt| open(&receipt.fate)) {
        let words = Inert::from(&receipt.words);
        writeln!(out, "outcome not known: {words} (id {})", receipt.idempotency_id)?;
    }
    writeln!(out, "log: {}", log.display())?;
    Ok(())
}
