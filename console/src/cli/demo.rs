//! `remit demo`: a control plane, its tools and its agents in one process, all of it real.
//!
//! ```text
//! deck of cases ─▶ agents ─MCP│gRPC│LLM─▶ control plane ─HTTP─▶ payments, desk, models
//!                                            ▲    │                 │
//!                     console or operator ───┘    └─ journal ─ audit ┘ ledger
//! ```

use std::{
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
    time::Duration,
};

use axum::{Router, serve::ListenerExt as _};
use color_eyre::eyre::{Report, WrapErr as _};
use tokio::net::TcpListener;

use crate::{
    cli::{exit::Exit, json, screen::Format, yaml},
    tui::Settings,
};
use summary::Summary;

mod agents;
mod audit;
mod case;
mod contracts;
mod desk;
mod models;
mod operator;
mod payments;
mod progress;
mod stage;
mod summary;
#[cfg(test)]
mod tests;
mod world;

/// The service that refunds.
const REFUNDS: &str = "refund-decision";
/// The service that grants roles.
const ACCESS: &str = "access-grants";
/// How long a demo without a console lasts when nobody says.
const HEADLESS_FOR: Duration = Duration::from_secs(20);

/// What the demo is asked for.
#[derive(clap::Args, Clone, PartialEq, Eq, Debug)]
pub struct Args {
    /// Work without a console: an operator's part is played, and a summary is printed
    #[arg(long)]
    pub headless: bool,
    /// For how long agents take on new cases, for instance `20s` or `5m` [default: 20s when headless, else to the end]
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    pub time: Option<Duration>,
    /// Decides which cases come: the same number, the same cases
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// The form of the summary; set from the `--output` of every command.
    #[arg(skip)]
    pub format: Format,
    /// How the console is; set from the options of every command and its file.
    #[arg(skip)]
    pub settings: Settings,
}

/// Runs the demo to its end; it makes a runtime of its own, so it must be called outside of one.
///
/// # Errors
/// A port, a file, the control plane or the terminal is not to be had.
pub fn run(mut args: Args) -> color_eyre::Result<ExitCode> {
    install_tls();
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    if !args.headless && !terminal {
        writeln!(io::stderr(), "this is no terminal, so the demo runs headless (`remit demo --headless`)")?;
        args.headless = true;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let dir = tempfile::Builder::new().prefix("remit-demo-").tempdir().wrap_err("make a temporary folder")?;
    let played = if args.headless {
        runtime.block_on(stage::headless(&args, dir.path()))
    } else {
        stage::live(&args, dir.path(), &runtime)
    };
    runtime.shutdown_timeout(Duration::from_secs(1));
    let good = played.as_ref().is_ok_and(Summary::is_good);
    if good {
        dir.close().wrap_err("remove the temporary folder")?;
    } else {
        writeln!(io::stderr(), "what happened is kept in {}", dir.keep().display())?;
    }
    let summary = played?;
    let mut out = io::stdout().lock();
    match args.format {
        Format::Json => writeln!(out, "{}", json::pretty(&summary.object()?))?,
        Format::Yaml => write!(out, "{}", yaml::document(&summary.object()?)?)?,
        Format::Table | Format::Wide => summary.write_table(&mut out)?,
    }
    Ok(if good { Exit::Ok } else { Exit::No }.into())
}

/// Reads `20s`, `5m` or `1h 30m`.
fn span(text: &str) -> Result<Duration, String> {
    let accepted = "expected a time such as `20s`, `5m` or `1h`";
    let span: jiff::SignedDuration = text.parse().map_err(|_| accepted.to_owned())?;
    Duration::try_from(span).ok().filter(|span| !span.is_zero()).ok_or_else(|| accepted.to_owned())
}

/// One provider of cryptography for everything in the process; a second installation is the same one.
fn install_tls() {
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// Serves on a free port of the loopback until the process ends; returns `http://HOST:PORT`.
async fn serve(router: Router) -> Result<String, Report> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.wrap_err("open a port")?;
    let address = listener.local_addr().wrap_err("read the port")?;
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small answers may come late");
        }
    });
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "a tool server ended");
        }
    });
    Ok(format!("http://{address}"))
}
