//! The demo's contracts, carried in the binary so that it works wherever it is started.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

#[cfg(test)]
mod tests;

macro_rules! assets {
    ($( $path:literal ),* $(,)?) => {
        &[ $( ($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/contracts/", $path))) ),* ]
    };
}

/// Every file with its path below the folder of contracts.
const FILES: &[(&str, &str)] = assets![
    "access-grants/contract.yaml",
    "access-grants/policy.cedar",
    "access-grants/scenarios/grants.yaml",
    "refund-decision/contract.yaml",
    "refund-decision/policy.cedar",
    "refund-decision/scenarios/ambiguous-input.yaml",
    "refund-decision/scenarios/approvals.yaml",
    "refund-decision/scenarios/cost-overrun.yaml",
    "refund-decision/scenarios/missing-evidence.yaml",
    "refund-decision/scenarios/policy-mismatch.yaml",
    "refund-decision/scenarios/rollback.yaml",
    "refund-decision/scenarios/tool-failure.yaml",
    "refund-decision/scenarios/workflows.yaml",
];

/// Writes the contract folders into `dir` and returns the folder that holds them.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write(dir: &Path) -> io::Result<PathBuf> {
    let root = dir.join("contracts");
    for (path, text) in FILES {
        let file = root.join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text)?;
    }
    Ok(root)
}
