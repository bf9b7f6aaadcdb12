//! The command line of `remitd`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};

/// The control plane of Remit: enforces execution contracts on every tool call.
#[derive(Debug, Parser)]
#[command(name = "remitd", version, max_term_width = 100)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `remitd` does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve gRPC, MCP and HTTP on one port until SIGINT or SIGTERM
    #[command(after_help = SERVE_HELP)]
    Serve(Serve),
}

/// Settings of `remitd serve`.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Directory for everything durable; created with mode 0700
    #[arg(long, value_name = "DIR", env = "REMIT_DATA")]
    pub data: PathBuf,
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7461")]
    pub listen: SocketAddr,
    /// A contract folder, or a folder of contract folders; may be repeated
    #[arg(long, value_name = "DIR", required = true)]
    pub contracts: Vec<PathBuf>,
    /// Name of this control plane, shown to operators
    #[arg(long, value_name = "NAME", default_value = "local")]
    pub environment: String,
}

const SERVE_HELP: &str = "\
Examples:
  PAYMENTS_URL=http://127.0.0.1:9001 DESK_URL=http://127.0.0.1:9002 PAYMENTS_TOKEN=… \\
    remitd serve --data ./data --contracts assets/contracts
  remitd serve --data ./data --contracts my-contract --listen 127.0.0.1:0

When it is ready it prints one JSON line with the bound address and the context file of the console:
  {\"ready\":true,\"address\":\"127.0.0.1:7461\",\"context\":\"./data/context.toml\"}
Then, in another terminal: remit --context ./data/context.toml

Exit codes: 0 after a graceful end, 1 when it cannot start or fails, 2 for wrong usage.";
