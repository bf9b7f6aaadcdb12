//! `remit completions`: a script that teaches the shell these verbs.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::cli::{Cli, failure::Failure, screen::Screen};

/// Arguments of `remit completions`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  remit completions bash > ~/.local/share/bash-completion/completions/remit
  remit completions zsh > ~/.zfunc/_remit
  remit completions fish > ~/.config/fish/completions/remit.fish")]
pub struct Completions {
    /// Which shell
    pub shell: Shell,
}

/// Writes the script.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Completions, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "remit", &mut script);
    Ok(screen.out.write_all(&script)?)
}
