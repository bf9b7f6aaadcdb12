//! `remitd`: arguments, telemetry, start, wait for a signal, graceful end.

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;
use color_eyre::eyre::{Result, WrapErr as _};
use remit_control_plane::{
    args::{Args, Command, Serve},
    crash, start, telemetry,
};
use tokio::{net::TcpListener, signal::unix};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    // Errors are for operators: the chain and its remedy, no backtrace. Panics keep theirs.
    color_eyre::config::HookBuilder::default().display_env_section(false).install()?;
    let Command::Serve(serve) = Args::parse().command;
    telemetry::install();
    let _armed = crash::arm();
    let Err(error) = run(serve).await else { return Ok(ExitCode::SUCCESS) };
    writeln!(std::io::stderr(), "error: {error:#}")?;
    Ok(ExitCode::FAILURE)
}

async fn run(serve: Serve) -> Result<()> {
    let listen = serve.listen;
    let config = serve.config().map_err(color_eyre::eyre::Report::msg)?;
    let listener = TcpListener::bind(listen).await.wrap_err_with(|| format!("listen on {listen}"))?;
    let running = start(config, listener).await?;
    // Before anybody is told that it is ready: from then on a signal means a graceful end.
    let (mut interrupt, mut terminate) =
        (unix::signal(unix::SignalKind::interrupt())?, unix::signal(unix::SignalKind::terminate())?);
    let ready = serde_json::json!({
        "ready": true,
        "address": running.address().to_string(),
        "stop_address": running.stop_address().to_string(),
        "context": running.context_file(),
    });
    writeln!(std::io::stdout(), "{ready}")?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    running.shutdown().await;
    Ok(())
}
