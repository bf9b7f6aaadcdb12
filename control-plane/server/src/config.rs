//! What a control plane is started with.

use std::{collections::BTreeMap, path::PathBuf};

/// Settings; every one changes something.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything durable lives; created with mode 0700.
    pub data: PathBuf,
    /// Contract folders, or folders of contract folders.
    pub contracts: Vec<PathBuf>,
    /// Values of `${VAR}` and `secret:NAME`; the environment is asked after them.
    pub variables: BTreeMap<String, String>,
    /// Shown in the console's first row, for instance `local` or `PROD eu-1`.
    pub environment: String,
    /// Also write the console's default context file, unless it speaks of another control plane.
    pub user_context: bool,
}
