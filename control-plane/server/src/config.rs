//! What a control plane is started with.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use remit_core::DomainName;

/// Where contract versions come from.
#[derive(Debug, Clone)]
pub enum Versions {
    /// The way of a laptop: each contract folder, or folder of contract folders, is active as it stands.
    Folders(Vec<PathBuf>),
    /// Three people bring each version to life over gRPC; a folder counts for nothing.
    Approved {
        /// The domains that are served, beside those that the journal knows.
        domains: Vec<DomainName>,
    },
}

/// Settings; every one changes something.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything durable lives; created with mode 0700.
    pub data: PathBuf,
    /// Where contract versions come from.
    pub versions: Versions,
    /// Files of domains, and folders of them; a domain without one has the defaults.
    pub domains: Vec<PathBuf>,
    /// Values of `${VAR}` and `secret:NAME`; the environment is asked after them.
    pub variables: BTreeMap<String, String>,
    /// Shown in the console's first row, for instance `local` or `PROD eu-1`.
    pub environment: String,
    /// Also write the console's default context file, unless it speaks of another control plane.
    pub user_context: bool,
    /// Where stops are heard beside the listener that hears everything; see [`A_FREE_PORT`].
    pub stop_listen: SocketAddr,
}

/// A port of this machine that nobody has.
pub const A_FREE_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
