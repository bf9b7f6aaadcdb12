//! The compiled contract versions that this process can judge with, by digest.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use remit_contract::{CompiledContract, Problem};
use remit_core::{Digest, ServiceName};

/// Why the contracts cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A contract is not valid.
    #[error("the contract in `{}` is not valid\n{}", path.display(), list(problems))]
    Invalid {
        /// Which folder.
        path: PathBuf,
        /// Everything that is wrong.
        problems: Vec<Problem>,
    },
    /// Two folders bind the same service.
    #[error("`{}` and `{}` both bind the service `{service}`\nhint: keep one of them", first.display(), second.display())]
    Twice {
        /// The service.
        service: ServiceName,
        /// One folder.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// There is none.
    #[error(
        "no contract found in `{}`\nhint: a contract is a folder with `contract.yaml` and `policy.cedar`",
        path.display()
    )]
    Nothing {
        /// Where.
        path: PathBuf,
    },
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n")
}

/// The loaded versions. Nothing is added after the start.
#[derive(Debug, Default)]
pub(crate) struct Contracts(BTreeMap<Digest, Arc<CompiledContract>>);

impl Contracts {
    /// Loads every contract folder; a folder of contract folders stands for all of them.
    pub(crate) fn load(folders: &[PathBuf]) -> Result<Self, Error> {
        let mut loaded = BTreeMap::new();
        let mut services: BTreeMap<ServiceName, PathBuf> = BTreeMap::new();
        for folder in folders {
            for path in contract_folders(folder)? {
                let contract = remit_contract::load(&path)
                    .map_err(|problems| Error::Invalid { path: path.clone(), problems })?;
                let service = contract.terms().service.clone();
                if let Some(first) = services.insert(service.clone(), path.clone()) {
                    return Err(Error::Twice { service, first, second: path });
                }
                loaded.insert(contract.terms().digest, Arc::new(contract));
            }
        }
        Ok(Self(loaded))
    }

    pub(crate) fn get(&self, digest: &Digest) -> Option<Arc<CompiledContract>> {
        self.0.get(digest).cloned()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<CompiledContract>> {
        self.0.values()
    }
}

fn contract_folders(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if folder.join("contract.yaml").is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let read = |source| Error::Read { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.join("contract.yaml").is_file() {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(Error::Nothing { path: folder.to_owned() });
    }
    found.sort();
    Ok(found)
}
