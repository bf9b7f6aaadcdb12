//! The command line of `remitd`.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};

use crate::{A_FREE_PORT, CONTROL, Config, Versions};

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
    /// Where stops are heard when the other address does not answer: a listener and a thread of its own
    #[arg(long, value_name = "ADDR", default_value_t = A_FREE_PORT)]
    pub stop_listen: SocketAddr,
    /// A contract folder, or a folder of contract folders, active as it stands; may be repeated
    #[arg(long, value_name = "DIR", required_unless_present = "approval")]
    pub contracts: Vec<PathBuf>,
    /// Whether three people bring each contract version to life, or a folder does
    #[arg(long, value_name = "WHETHER", value_enum, default_value_t = Approval::None)]
    pub approval: Approval,
    /// A domain to serve from the first proposal on; may be repeated, for `--approval required`
    #[arg(long, value_name = "DOMAIN")]
    pub domain: Vec<String>,
    /// A domain's file, or a folder of them: its currency, and whether the record is reviewed before a version
    /// decides; may be repeated
    #[arg(long, value_name = "FILE|DIR")]
    pub domains: Vec<PathBuf>,
    /// Name of this control plane, shown to operators
    #[arg(long, value_name = "NAME", default_value = "local")]
    pub environment: String,
}

/// Whether a contract version needs an approval before it decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Approval {
    /// A folder is enough: the way of a laptop
    None,
    /// Proposed, approved and activated by three different people
    Required,
}

impl Serve {
    /// What a control plane of a person's own is started with.
    ///
    /// # Errors
    /// As [`Serve::versions`].
    pub fn config(self) -> Result<Config, String> {
        Ok(Config {
            versions: self.versions()?,
            data: self.data,
            domains: self.domains,
            variables: BTreeMap::new(),
            environment: self.environment,
            user_context: true,
            stop_listen: self.stop_listen,
        })
    }

    /// Where contract versions come from.
    ///
    /// # Errors
    /// What does not go together, and what to do about it.
    pub fn versions(&self) -> Result<Versions, String> {
        match (self.approval, self.contracts.is_empty(), self.domain.is_empty()) {
            (Approval::None, false, true) => Ok(Versions::Folders(self.contracts.clone())),
            (Approval::None, true, _) => Err("no contracts: nothing could be decided\n\
                hint: give `--contracts DIR`, or `--approval required` with `--domain DOMAIN`"
                .to_owned()),
            (Approval::None, false, false) => Err("`--domain` is for `--approval required`\n\
                hint: without it the contracts name their domains; leave `--domain` out"
                .to_owned()),
            (Approval::Required, false, _) => {
                Err("this control plane wants approvals, so a folder cannot become \
                active by itself\nhint: leave `--contracts` out and use `remit contract propose DIR`"
                    .to_owned())
            }
            (Approval::Required, true, _) if self.domain.iter().any(|name| name == CONTROL) => {
                Err(format!("`{CONTROL}` holds people and keys, it is no domain of the business"))
            }
            (Approval::Required, true, _) => {
                let domains = self.domain.iter().map(|name| name.as_str().into()).collect();
                Ok(Versions::Approved { domains })
            }
        }
    }
}

const SERVE_HELP: &str = "\
Examples:
  PAYMENTS_URL=http://127.0.0.1:9001 PAYMENTS_TOKEN=… DESK_URL=http://127.0.0.1:9002 \\
    MODELS_URL=http://127.0.0.1:9003 MODELS_KEY=… \\
    remitd serve --data ./data --contracts assets/contracts --domains assets/domains
  remitd serve --data ./data --contracts my-contract --listen 127.0.0.1:0
  remitd serve --data ./data --approval required --domain payments --domains domains/payments.yaml

When it is ready it prints one JSON line with the bound addresses and the context file of the console:
  {\"ready\":true,\"address\":\"127.0.0.1:7461\",\"stop_address\":\"127.0.0.1:40113\",\"context\":\"./data/context.toml\"}
Then, in another terminal: remit --context ./data/context.toml

Exit codes: 0 after a graceful end, 1 when it cannot start or fails, 2 for wrong usage.";
