//! The demo's contracts and the files of their domains, carried in the binary so that it works wherever it is started.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

#[cfg(test)]
mod tests;

macro_rules! assets {
    ($( $path:literal ),* $(,)?) => {
        &[ $( ($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/", $path))) ),* ]
    };
}

/// Every file with its path below the assets.
const FILES: &[(&str, &str)] = assets![
    "contracts/access-grants/contract.yaml",
    "contracts/access-grants/policy.cedar",
    "contracts/access-grants/scenarios/grants.yaml",
    "contracts/refund-decision/contract.yaml",
    "contracts/refund-decision/policy.cedar",
    "contracts/refund-decision/scenarios/ambiguous-input.yaml",
    "contracts/refund-decision/scenarios/approvals.yaml",
    "contracts/refund-decision/scenarios/blast-radius.yaml",
    "contracts/refund-decision/scenarios/cost-overrun.yaml",
    "contracts/refund-decision/scenarios/domain.yaml",
    "contracts/refund-decision/scenarios/missing-evidence.yaml",
    "contracts/refund-decision/scenarios/policy-mismatch.yaml",
    "contracts/refund-decision/scenarios/practice.yaml",
    "contracts/refund-decision/scenarios/rollback.yaml",
    "contracts/refund-decision/scenarios/tool-failure.yaml",
    "contracts/refund-decision/scenarios/tripwires.yaml",
    "contracts/refund-decision/scenarios/workflows.yaml",
    "domains/access.yaml",
    "domains/payments.yaml",
];

/// Writes all of it into `dir`; returns the folder of contract folders and that of the domains' files.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write(dir: &Path) -> io::Result<(PathBuf, PathBuf)> {
    for (path, text) in FILES {
        let file = dir.join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text)?;
    }
    Ok((dir.join("contracts"), dir.join("domains")))
}
