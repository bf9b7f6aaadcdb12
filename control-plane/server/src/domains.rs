//! The files of domains that this process was started with, by domain.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use remit_contract::{
    CompiledContract, Problem,
    domain::{DomainFile, DomainKey, read},
};
use remit_core::{Backtest, DomainName};

/// Why the files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// They are not valid.
    #[error("the file of a domain in `{}` is not valid\n{}", path.display(), list(problems))]
    Invalid {
        /// What was given.
        path: PathBuf,
        /// Everything that is wrong.
        problems: Vec<Problem>,
    },
    /// What a file says does not go together with a contract, or with how the control plane is started.
    #[error("{0}")]
    Wrong(Problem),
    /// A domain that had a file has none any more.
    #[error(
        "domain `{domain}` was configured by a file, and none is given for it\nhint: give its file with `--domains`; what is to be looser is written there"
    )]
    Missing {
        /// Which.
        domain: DomainName,
    },
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n")
}

/// The files.
#[derive(Debug, Default)]
pub(crate) struct Domains(BTreeMap<DomainName, DomainFile>);

impl Domains {
    /// Reads them all: files, and folders of files.
    pub(crate) fn load(paths: &[PathBuf]) -> Result<Self, Error> {
        let mut files = BTreeMap::<DomainName, DomainFile>::new();
        for path in paths {
            let found = read(path).map_err(|problems| Error::Invalid { path: path.clone(), problems })?;
            for file in found {
                if let Some(first) = files.get(&file.name) {
                    let message =
                        format!("`{}` is about domain `{}` already", first.path.display(), file.name);
                    let remedy = "keep one of them, and give it once".to_owned();
                    return Err(Error::Wrong(file.problem(DomainKey::Name, message, remedy)));
                }
                files.insert(file.name.clone(), file);
            }
        }
        Ok(Self(files))
    }

    /// The same where tools are in a sandbox: nobody is alerted, nobody reviews, and nobody practises.
    pub(crate) fn in_sandbox(mut self) -> Self {
        for file in self.0.values_mut() {
            file.webhook = None;
            file.settings.backtest = Backtest::None;
            file.settings.practice = None;
        }
        self
    }

    /// The text of the file of a domain.
    pub(crate) fn text(&self, domain: &DomainName) -> Option<&str> {
        self.0.get(domain).map(|file| file.text.as_str())
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &DomainFile> {
        self.0.values()
    }

    pub(crate) fn has(&self, domain: &DomainName) -> bool {
        self.0.contains_key(domain)
    }

    /// What is wrong when a contract counts in another currency than its domain's file says.
    pub(crate) fn clash(&self, contract: &CompiledContract, file: &Path) -> Option<Problem> {
        self.0.get(&contract.terms().domain)?.clash(contract, file.display().to_string())
    }
}
