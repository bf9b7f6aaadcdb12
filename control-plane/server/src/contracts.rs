//! The compiled contract versions that this process can judge with, by digest.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::ArcSwap;
use remit_contract::{CompiledContract, Folder, Problem};
use remit_core::{Digest, ServiceName, version::Files};

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

/// The loaded versions.
#[derive(Debug, Default)]
pub(crate) struct Contracts {
    /// All of them: those of the folders, earlier ones from the archive and those of the journal, since runs
    /// keep the version that they began with, also over restarts.
    loaded: ArcSwap<BTreeMap<Digest, Arc<CompiledContract>>>,
    /// One a service, from the configured folders.
    configured: Vec<Arc<CompiledContract>>,
    /// Where each of those was read.
    given: BTreeMap<ServiceName, PathBuf>,
    /// Where copies of folders are kept.
    archive: PathBuf,
}

impl Contracts {
    /// Loads every contract folder (a folder of contract folders stands for all of them), keeps a copy of
    /// each version in the archive, and loads what the archive holds of earlier ones.
    pub(crate) fn load(folders: &[PathBuf], archive: &Path) -> Result<Self, Error> {
        let mut configured = Vec::new();
        let mut loaded = BTreeMap::new();
        let mut given: BTreeMap<ServiceName, PathBuf> = BTreeMap::new();
        for folder in folders {
            for path in contract_folders(folder)? {
                let contract = remit_contract::load(&path)
                    .map_err(|problems| Error::Invalid { path: path.clone(), problems })?;
                let service = contract.terms().service.clone();
                if let Some(first) = given.insert(service.clone(), path.clone()) {
                    return Err(Error::Twice { service, first, second: path });
                }
                archive::keep(&path, contract.terms().digest, archive)?;
                let contract = Arc::new(contract);
                configured.push(Arc::clone(&contract));
                loaded.insert(contract.terms().digest, contract);
            }
        }
        for contract in archive::earlier(archive)? {
            loaded.entry(contract.terms().digest).or_insert_with(|| Arc::new(contract));
        }
        Ok(Self { loaded: ArcSwap::from_pointee(loaded), configured, given, archive: archive.to_owned() })
    }

    pub(crate) fn get(&self, digest: &Digest) -> Option<Arc<CompiledContract>> {
        self.loaded.load().get(digest).cloned()
    }

    /// Takes up a version of the journal.
    pub(crate) fn learn(&self, contract: &Arc<CompiledContract>) {
        self.loaded.rcu(|loaded| {
            let mut loaded = BTreeMap::clone(loaded);
            loaded.insert(contract.terms().digest, Arc::clone(contract));
            loaded
        });
    }

    /// Compiles a version of the journal, once. One that does not compile any more is left out with a warning:
    /// runs that keep it can do nothing more.
    pub(crate) fn recall(&self, digest: Digest, files: &Files) {
        if files.is_empty() || self.get(&digest).is_some() {
            return;
        }
        match Folder::of(files.clone()).and_then(|folder| folder.compile()) {
            Ok(contract) => self.learn(&Arc::new(contract)),
            Err(problems) => {
                let first = problems.first().map(ToString::to_string).unwrap_or_default();
                tracing::warn!(%digest, %first, "a journaled contract does not compile: left out");
            }
        }
    }

    /// The copy of a folder from which a version was loaded.
    pub(crate) fn folder(&self, digest: Digest) -> Option<Folder> {
        Folder::read(&self.archive.join(digest.to_string())).ok().filter(|folder| folder.digest() == digest)
    }

    /// All that can be judged with.
    pub(crate) fn loaded(&self) -> Vec<Arc<CompiledContract>> {
        self.loaded.load().values().cloned().collect()
    }

    /// The folder that was given for a service.
    pub(crate) fn given(&self, service: &ServiceName) -> Option<&Path> {
        self.given.get(service).map(PathBuf::as_path)
    }

    /// Those of the folders: they decide about new runs.
    pub(crate) fn configured(&self) -> &[Arc<CompiledContract>] {
        &self.configured
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
