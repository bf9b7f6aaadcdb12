//! `remit completions`: a script that makes a shell ask `remit` what it can offer.

use std::path::Path;

use clap::Args;

use crate::cli::{
    complete::{SHELLS, VARIABLE},
    failure::Failure,
    screen::Screen,
};

/// Arguments of `remit completions`.
#[derive(Args, Debug)]
#[command(
    after_help = "The shell then offers verbs and options, and the names of services, open questions, runs, scopes, switches, reason
codes, saved filters and contexts as the control plane of the context has them. Where it does not answer within a third of
a second, names are left out. The script belongs to this `remit`: let the shell read it anew at each start.

Examples:
  source <(remit completions bash)                              in ~/.bashrc
  source <(remit completions zsh)                               in ~/.zshrc, after compinit
  remit completions fish | source                               in ~/.config/fish/config.fish"
)]
pub struct Completions {
    /// Which shell
    #[arg(value_parser = SHELLS.names().collect::<Vec<_>>())]
    pub shell: String,
}

/// Writes the script.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Completions, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let Some(shell) = SHELLS.completer(&args.shell) else {
        return Err(Failure::usage(format!("`{}` is no shell that can ask", args.shell)));
    };
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "remit", "remit", &program(), &mut script)?;
    Ok(screen.out.write_all(&script)?)
}

/// How this program was called: by its name where the shell finds it so, else by its place.
fn program() -> String {
    let called = std::env::args_os().next().unwrap_or_else(|| "remit".into());
    let path = Path::new(&called);
    let path = if path.components().count() < 2 {
        path.to_owned()
    } else {
        std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
    };
    path.to_string_lossy().into_owned()
}
