//! A contract's folder: which files belong to it, and the digest that is its identity.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use remit_core::{Digest, version::Files};

use crate::{
    CompiledContract,
    document::POLICY_FILE,
    problem::{Problem, Severity},
};

/// The file of the document.
pub(crate) const CONTRACT_FILE: &str = "contract.yaml";

/// What to do where a file of it cannot be read, or is too large.
const IS_A_FOLDER: &str = "a contract is a folder with `contract.yaml` and `policy.cedar`";
const SHORTER: &str = "a contract is read by people; make it shorter";

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// The files of one contract.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Folder {
    pub(crate) contract: String,
    pub(crate) policy: String,
    /// Names below the folder, with `/`, and bytes.
    pub(crate) scenarios: Vec<(String, Vec<u8>)>,
}

impl Folder {
    /// Reads `contract.yaml`, `policy.cedar` and `scenarios/*.yaml`.
    ///
    /// # Errors
    /// A problem for each file that cannot be read.
    pub fn read(dir: &Path) -> Result<Self, Vec<Problem>> {
        let contract = text(dir, CONTRACT_FILE, [IS_A_FOLDER, SHORTER]);
        let policy = text(dir, POLICY_FILE, [IS_A_FOLDER, SHORTER]);
        let scenarios = scenarios(dir);
        match (contract, policy, scenarios) {
            (Ok(contract), Ok(policy), Ok(scenarios)) => Ok(Self { contract, policy, scenarios }),
            (contract, policy, scenarios) => {
                Err([contract.err(), policy.err(), scenarios.err()].into_iter().flatten().collect())
            }
        }
    }

    /// The folder of a contract that says nothing: what a first version is compared with.
    pub const fn nothing() -> Self {
        Self { contract: String::new(), policy: String::new(), scenarios: Vec::new() }
    }

    /// The folder that these files are, by their names below it.
    ///
    /// # Errors
    /// A problem for each file that no contract has, and for each that every contract has.
    pub fn of(mut files: Files) -> Result<Self, Vec<Problem>> {
        let (contract, policy) = (files.remove(CONTRACT_FILE), files.remove(POLICY_FILE));
        let missing = [(CONTRACT_FILE, contract.is_none()), (POLICY_FILE, policy.is_none())];
        let missing = missing.into_iter().filter(|(_, missing)| *missing);
        let mut problems: Vec<Problem> =
            missing.map(|(name, _)| problem(name, "the file is not there".to_owned(), IS_A_FOLDER)).collect();
        let is_scenario = |name: &str| {
            let file = name.strip_prefix("scenarios/").and_then(|name| name.strip_suffix(".yaml"));
            file.is_some_and(|file| !file.contains('/'))
        };
        let foreign = files.keys().filter(|name| !is_scenario(name));
        problems.extend(foreign.map(|name| {
            problem(name, "a contract has no such file".to_owned(), "keep scenarios in `scenarios/*.yaml`")
        }));
        let scenarios = files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
        match (contract, policy) {
            (Some(contract), Some(policy)) if problems.is_empty() => Ok(Self { contract, policy, scenarios }),
            (_, _) => Err(problems),
        }
    }

    /// Its files as text, by their names below it.
    ///
    /// # Errors
    /// A problem for each file that is not UTF-8.
    pub fn texts(&self) -> Result<Files, Vec<Problem>> {
        let mut files = Files::new();
        let mut problems = Vec::new();
        for (name, bytes) in self.files() {
            match std::str::from_utf8(bytes) {
                Ok(text) => drop(files.insert(name.to_owned(), text.to_owned())),
                Err(error) => {
                    problems.push(problem(
                        name,
                        format!("the file is not UTF-8: {error}"),
                        "save it as UTF-8",
                    ));
                }
            }
        }
        if problems.is_empty() { Ok(files) } else { Err(problems) }
    }

    /// Compiles it.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the files.
    pub fn compile(&self) -> Result<CompiledContract, Vec<Problem>> {
        crate::compile_folder(self)
    }

    /// A problem for each file that is larger than any that people would read.
    pub(crate) fn too_large(&self) -> Vec<Problem> {
        let large = self.files().into_iter().filter(|(_, bytes)| is_large(bytes));
        large.map(|(name, _)| too_large(name, SHORTER)).collect()
    }

    /// Names and bytes, by name.
    pub(crate) fn files(&self) -> Vec<(&str, &[u8])> {
        let mut files: Vec<(&str, &[u8])> =
            vec![(CONTRACT_FILE, self.contract.as_bytes()), (POLICY_FILE, self.policy.as_bytes())];
        files.extend(self.scenarios.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        files.sort_unstable();
        files
    }

    /// The identity of the version: names and bytes of all its files, by name.
    pub fn digest(&self) -> Digest {
        let files = self.files();
        let parts: Vec<&[u8]> = files.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes]).collect();
        Digest::of_parts(&parts)
    }
}

/// A problem with a whole file.
pub(crate) fn problem(file: &str, message: String, remedy: &str) -> Problem {
    Problem {
        file: file.to_owned(),
        severity: Severity::Error,
        line: 0,
        column: 0,
        width: 0,
        message,
        remedy: remedy.to_owned(),
    }
}

fn is_large(bytes: &[u8]) -> bool {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES
}

fn too_large(name: &str, remedy: &str) -> Problem {
    problem(name, "the file is larger than 1 MiB".to_owned(), remedy)
}

/// The text of a file that people wrote; the remedies are for one that cannot be read and for one that is too large.
pub(crate) fn text(dir: &Path, name: &str, [unreadable, large]: [&str; 2]) -> Result<String, Problem> {
    let bytes = bytes(&dir.join(name), name, unreadable)?;
    // What is too large was not read to its end, which may lie inside of a character.
    if is_large(&bytes) {
        return Err(too_large(name, large));
    }
    String::from_utf8(bytes)
        .map_err(|error| problem(name, format!("the file is not UTF-8: {error}"), "save it as UTF-8"))
}

fn bytes(path: &Path, name: &str, remedy: &str) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: &io::Error| problem(name, format!("the file cannot be read: {error}"), remedy);
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    // One byte more than is accepted shows that there is more, without reading all of it.
    file.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    Ok(bytes)
}

fn scenarios(dir: &Path) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    const NAME: &str = "scenarios";
    let unreadable = |error: io::Error| {
        problem(NAME, format!("the folder cannot be read: {error}"), "check its permissions")
    };
    let entries = match std::fs::read_dir(dir.join(NAME)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let Some(file) = path.file_name().and_then(|file| file.to_str()) else {
            return Err(problem(NAME, "a file name is not UTF-8".to_owned(), "rename it"));
        };
        let name = format!("{NAME}/{file}");
        let bytes = bytes(&path, &name, IS_A_FOLDER)?;
        files.push((name, bytes));
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
