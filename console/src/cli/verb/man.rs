//! `remit man`: the manual pages, made from the same words as `--help`.

use std::{fs, path::PathBuf};

use clap::{Args, CommandFactory as _};
use clap_mangen::{Man, generate_to};

use crate::cli::{Cli, failure::Failure, screen::Screen};

/// Arguments of `remit man`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  remit man | man -l -                         read it here
  remit man ~/.local/share/man/man1            install a page for every verb; then `man remit-approve`")]
pub struct Manual {
    /// Write a page for every verb into this folder; without it, the page of `remit` is printed
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// Prints or writes them.
///
/// # Errors
/// When a page cannot be written.
pub fn run(args: &Manual, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let command = Cli::command().name("remit");
    let Some(dir) = &args.dir else {
        return Ok(Man::new(command).render(screen.out)?);
    };
    let failed = |error: std::io::Error| {
        Failure::usage(format!("the pages cannot be written into `{}`: {error}", dir.display()))
            .hint("name a folder that you may write")
    };
    fs::create_dir_all(dir).and_then(|()| generate_to(command, dir)).map_err(failed)?;
    Ok(screen.line(&format!("the pages are in {}", dir.display()))?)
}
