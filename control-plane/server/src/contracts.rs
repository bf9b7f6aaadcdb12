//! The compiled contract versions that this process can judge with, by digest.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use remit_contract::{CompiledContract, Problem};
use remit_core::{Digest, ServiceName};

mod archive;

/// Why the contracts cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be read, or its copy cannot be written.
    #[error("cannot use `{}`: {source}", path.display())]
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
pub(crate) struct Contracts {
    /// One a service, from the configured folders.
    configured: BTreeMap<Digest, Arc<CompiledContract>>,
    /// Earlier ones from the archive: runs keep the version that they began with, also over restarts.
    archived: BTreeMap<Digest, Arc<CompiledContract>>,
}

impl Contracts {
    /// Loads every contract folder (a folder of contract folders stands for all of them), keeps a copy of
    /// each version in the archive, and loads what the archive holds of earlier ones.
    pub(crate) fn load(folders: &[PathBuf], archive: &Path) -> Result<Self, Error> {
        let mut loaded = Self::default();
        let mut services: BTreeMap<ServiceName, PathBuf> = BTreeMap::new();
        for folder in folders {
            for path in contract_folders(folder)? {
                let contract = remit_contract::load(&path)
                    .map_err(|problems| Error::Invalid { path: path.clone(), problems })?;
                let service = contract.terms().service.clone();
                if let Some(first) = services.insert(service.clone(), path.clone()) {
                    return Err(Error::Twice { service, first, second: path });
                }
                archive::keep(&path, contract.terms().digest, archive)?;
                loaded.configured.insert(contract.terms().digest, Arc::new(contract));
            }
        }
        for contract in archive::earlier(archive)? {
            let digest = contract.terms().digest;
            if !loaded.configured.contains_key(&digest) {
                loaded.archived.insert(digest, Arc::new(contract));
            }
        }
        Ok(loaded)
    }

    pub(crate) fn get(&self, digest: &Digest) -> Option<Arc<CompiledContract>> {
        self.configured.get(digest).or_else(|| self.archived.get(digest)).cloned()
    }

    /// Those that decide about new runs.
    pub(crate) fn configured(&self) -> impl Iterator<Item = &Arc<CompiledContract>> {
        self.configured.values()
    }

    /// Those that only runs of before may keep.
    pub(crate) fn archived(&self) -> impl Iterator<Item = &Arc<CompiledContract>> {
        self.archived.values()
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
