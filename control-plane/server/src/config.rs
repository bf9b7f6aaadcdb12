//! What a control plane is started with.

use std::{collections::BTreeMap, path::PathBuf};

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
}
