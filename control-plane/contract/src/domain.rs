//! A domain's file: what holds for every service of the domain, read with the same care as a contract.
//!
//! One file a domain, by custom `domains/NAME.yaml`. What it says becomes [`DomainSettings`], which the core decides by;
//! the places stay, for what can only be checked against contracts or against how the control plane is started.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use remit_core::{DomainName, DomainSettings};

use crate::{
    CompiledContract, Upstream,
    folder::{problem, text},
    problem::{Place, Problem, Problems, Severity},
    yaml,
};

mod document;
mod practice;
pub(crate) mod throttle;

/// What to do where a file cannot be read, or is too large.
const REMEDIES: [&str; 2] =
    ["name a domain's file, or a folder of them", "a domain's file is read by people; make it shorter"];

/// One file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DomainFile {
    /// The domain that it is about.
    pub name: DomainName,
    /// What it says.
    pub settings: DomainSettings,
    /// Where it was read.
    pub path: PathBuf,
    /// As it was read.
    pub text: String,
    /// Where its alerts are posted.
    pub webhook: Option<Upstream>,
    places: [Place; 4],
}

/// What of a file a problem is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DomainKey {
    /// Which domain.
    Name,
    /// Its currency.
    Currency,
    /// Whether the record is reviewed.
    Backtest,
    /// Where its alerts are posted.
    Webhook,
}

impl DomainFile {
    /// A problem with what stands at a key, for people who may have many files.
    pub fn problem(&self, key: DomainKey, message: String, remedy: String) -> Problem {
        let place = self.place(key);
        let (line, column, width) = (place.line, place.column, place.width);
        Problem {
            file: self.path.display().to_string(),
            severity: Severity::Error,
            line,
            column,
            width,
            message,
            remedy,
        }
    }

    /// What is wrong when a contract of this domain counts in another currency. `file` is the contract's, as it is
    /// shown.
    pub fn clash(&self, contract: &CompiledContract, file: String) -> Option<Problem> {
        let (theirs, ours) = (&contract.terms().currency, &self.settings.currency);
        if theirs == ours {
            return None;
        }
        let (place, own) = (contract.currency_at(), self.place(DomainKey::Currency));
        let message = format!(
            "cost.currency `{theirs}` is not that of domain `{}`, which is `{ours}` in {}:{}:{}",
            self.name,
            self.path.display(),
            own.line,
            own.column
        );
        let remedy = format!("a domain has one currency: write `{ours}` here, or correct the domain's file");
        let (line, column, width) = (place.line, place.column, place.width);
        Some(Problem { file, severity: Severity::Error, line, column, width, message, remedy })
    }

    const fn place(&self, key: DomainKey) -> Place {
        let [name, currency, backtest, webhook] = self.places;
        match key {
            DomainKey::Name => name,
            DomainKey::Currency => currency,
            DomainKey::Backtest => backtest,
            DomainKey::Webhook => webhook,
        }
    }
}

/// The folder below which the problems of [`read`] name their files.
pub fn base(path: &Path) -> &Path {
    if path.is_dir() { path } else { path.parent().unwrap_or(path) }
}

/// Reads a file, or every `*.yaml` of a folder.
///
/// # Errors
/// Everything that is wrong with them, in the order of the files; two files of one domain, and a folder without any.
pub fn read(path: &Path) -> Result<Vec<DomainFile>, Vec<Problem>> {
    let base = base(path);
    let names = names(path).map_err(|problem| vec![problem])?;
    let (mut files, mut problems) = (Vec::<(String, DomainFile)>::new(), Vec::new());
    for name in names {
        match text(base, &name, REMEDIES).map_err(|it| vec![it]).and_then(|it| parse(&it, &name)) {
            Err(found) => problems.extend(found),
            Ok(mut file) => {
                if let Some((first, _)) = files.iter().find(|(_, known)| known.name == file.name) {
                    file.path = PathBuf::from(&name);
                    let message = format!("`{first}` is about domain `{}` already", file.name);
                    problems.push(file.problem(DomainKey::Name, message, "keep one of them".to_owned()));
                }
                file.path = base.join(&name);
                files.push((name, file));
            }
        }
    }
    if problems.is_empty() { Ok(files.into_iter().map(|(_, file)| file).collect()) } else { Err(problems) }
}

/// Reads the text of one file, which its problems call `name`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(text: &str, name: &str) -> Result<DomainFile, Vec<Problem>> {
    let problems = Problems::of(name);
    let read = yaml::parse(text, &problems).and_then(|root| document::read(&root, &problems));
    let found = problems.into_sorted();
    match read.filter(|_| found.is_empty()) {
        None => Err(found),
        Some(said) => {
            let settings = DomainSettings {
                currency: said.currency.value,
                backtest: said.backtest.value,
                allowance: said.allowance,
                throttle: said.throttle,
                blast_radius: said.blast_radius,
                tripwires: said.tripwires,
                release_by_two: said.release_by_two,
                practice: said.practice,
            };
            let (place, webhook) = said.webhook.map(|it| (it.place, it.value)).unzip();
            let places =
                [said.name.place, said.currency.place, said.backtest.place, place.unwrap_or_default()];
            Ok(DomainFile {
                name: said.name.value,
                path: PathBuf::from(name),
                text: text.to_owned(),
                webhook,
                places,
                settings,
            })
        }
    }
}

/// The names of the files below their base, sorted.
fn names(path: &Path) -> Result<Vec<String>, Problem> {
    let shown = |path: &Path| path.display().to_string();
    if !path.is_dir() {
        let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        return name
            .map(|name| vec![name])
            .ok_or_else(|| problem(&shown(path), "the file has no name in UTF-8".to_owned(), "rename it"));
    }
    let unreadable = |error: io::Error| {
        problem(".", format!("the folder cannot be read: {error}"), "check its permissions")
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_none_or(|extension| extension != "yaml") || file.is_dir() {
            continue;
        }
        let name = file.file_name().and_then(|name| name.to_str());
        let Some(name) = name else {
            return Err(problem(".", "a file name is not UTF-8".to_owned(), "rename it"));
        };
        names.push(name.to_owned());
    }
    if names.is_empty() {
        let remedy = "a domain's file is called `NAME.yaml`, for instance `payments.yaml`";
        return Err(problem(".", "the folder has no domain's file".to_owned(), remedy));
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests;
