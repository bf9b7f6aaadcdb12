//! Contract folders for tests: the shipped ones, with small edits of their text.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The service that most tests speak for.
pub const REFUNDS: &str = "refund-decision";

/// The workflow of it in which money is paid.
pub const WORKFLOW: &str = "refund";

/// A folder of contracts in a test's own directory.
#[derive(Debug)]
pub struct Contracts {
    root: PathBuf,
}

impl Contracts {
    /// Copies the refund contract into `dir`. Its evidence stays fresh for a minute: a busy machine must
    /// not turn another test into one about staleness.
    pub fn refunds(dir: &Path) -> Self {
        let contracts = Self { root: dir.join("contracts") };
        let folder = contracts.folder();
        fs::create_dir_all(&folder).unwrap();
        for entry in fs::read_dir(shipped().join(REFUNDS)).unwrap() {
            let entry = entry.unwrap();
            // The scenarios stay behind: they are about the contract as it is shipped.
            if entry.file_type().unwrap().is_dir() {
                continue;
            }
            fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        contracts.edit("fresh_for: 2s", "fresh_for: 60s");
        contracts
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The folder of the refund contract.
    pub fn folder(&self) -> PathBuf {
        self.root.join(REFUNDS)
    }

    /// Adds the contract of another service.
    pub fn add(&self, service: &str, document: &str, policies: &str) {
        let folder = self.root.join(service);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("contract.yaml"), document).unwrap();
        fs::write(folder.join("policy.cedar"), policies).unwrap();
    }

    /// Replaces a text of the contract; a test that edits nothing would test nothing.
    pub fn edit(&self, from: &str, to: &str) {
        self.edit_file("contract.yaml", from, to);
    }

    /// The same in the policies.
    pub fn edit_policy(&self, from: &str, to: &str) {
        self.edit_file("policy.cedar", from, to);
    }

    fn edit_file(&self, name: &str, from: &str, to: &str) {
        let path = self.folder().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "the contract does not say `{from}`");
        fs::write(path, text.replace(from, to)).unwrap();
    }
}

/// The contracts that the project ships.
pub fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/contracts")
}
