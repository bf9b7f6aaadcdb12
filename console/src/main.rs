//! `remit`: parse, run, end with a number that says how it went.

use std::process::ExitCode;

use clap::Parser as _;
use remit_console::cli::{self, Cli};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> color_eyre::Result<ExitCode> {
    if cli::complete::answered()? {
        return Ok(ExitCode::SUCCESS);
    }
    color_eyre::install()?;
    cli::run::run(Cli::parse())
}
