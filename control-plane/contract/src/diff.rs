//! What changed between two versions of a contract: clause by clause in words, then as text.
//!
//! The walk goes over the whole document, so that no change is invisible: a key that the table of
//! `rules.rs` does not know is reported as changed, never left out. Scenarios are compared as text.

use std::fmt;

use remit_core::Clause;

use crate::{
    document::POLICY_FILE,
    folder::{CONTRACT_FILE, Folder},
    problem::{Place, Problem, Problems},
    value::one_line,
    yaml,
};

mod condition;
mod policies;
mod rank;
mod rules;
mod scenarios;
mod text;
mod walk;

pub use text::text_diff;

/// What a change means for the service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// It may do more, or with less asked of it.
    Widened,
    /// It may do less, or more is asked of it.
    Narrowed,
    /// Neither can be told from the document alone.
    Changed,
}

impl Direction {
    /// The word in consoles and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Changed => "changed",
        }
    }

    /// The direction of the same change made backwards.
    pub const fn reversed(self) -> Self {
        match self {
            Self::Widened => Self::Narrowed,
            Self::Narrowed => Self::Widened,
            Self::Changed => Self::Changed,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One change of meaning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The clause; `None` for what stands above the seven.
    pub clause: Option<Clause>,
    /// Where: the keys that lead there, with ` › ` between them.
    pub at: String,
    /// What it is about, in words.
    pub what: String,
    /// How it was; `None` when it was not there.
    pub before: Option<String>,
    /// How it is; `None` when it is gone.
    pub after: Option<String>,
    /// What it means for the service.
    pub direction: Direction,
}

impl fmt::Display for Change {
    /// `scope: payout.create: limit without a person 200.00 → 500.00, widened`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.clause.map_or("contract", Clause::as_str), self.what)?;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, " {before} → {after}")?,
            (None, Some(after)) => write!(f, " {after} added")?,
            (Some(before), None) => write!(f, " {before} removed")?,
            (None, None) => {}
        }
        write!(f, ", {}", self.direction)
    }
}

/// The changes of meaning from one version to another, in the order of the clauses. Two folders that mean
/// the same have none, whatever their comments and spacing outside of the scenarios; swapped folders have the
/// same ones backwards. Each is one line, whatever stands in the folders.
///
/// # Errors
/// What keeps one of the folders from being read as YAML and Cedar.
pub fn diff(before: &Folder, after: &Folder) -> Result<Vec<Change>, Vec<Problem>> {
    let mut changes = walk::walk(&document(before)?, &document(after)?);
    changes.extend(policies::compare(&policies_of(before)?, &policies_of(after)?));
    changes.extend(scenarios::compare(before, after));
    for Change { clause: _, at, what, before, after, direction: _ } in &mut changes {
        for text in [at, what].into_iter().chain(before).chain(after) {
            *text = one_line(text);
        }
    }
    changes.sort_by(|left, right| {
        (left.clause, &left.at, &left.what).cmp(&(right.clause, &right.at, &right.what))
    });
    Ok(changes)
}

/// What an approver is shown and signs: a line for each change of meaning from the active version. A first
/// version is compared with a contract that allows nothing.
///
/// # Errors
/// As [`diff`].
pub fn changes_in_words(active: Option<&Folder>, version: &Folder) -> Result<String, Vec<Problem>> {
    let (heading, changes) = match active {
        Some(active) => ("", diff(active, version)?),
        None => ("the first version: all that it allows is new\n", diff(&Folder::nothing(), version)?),
    };
    if active.is_some() && changes.is_empty() {
        return Ok("nothing changed in meaning\n".to_owned());
    }
    let changes = changes.iter().map(|change| format!("{change}\n"));
    Ok(std::iter::once(heading.to_owned()).chain(changes).collect())
}

fn document(folder: &Folder) -> Result<yaml::Node, Vec<Problem>> {
    if *folder == Folder::nothing() {
        let place = Place { line: 1, column: 1, width: 0 };
        return Ok(yaml::Node { place, kind: yaml::Kind::Map(Vec::new()) });
    }
    let problems = Problems::of(CONTRACT_FILE);
    yaml::parse(&folder.contract, &problems).ok_or_else(|| problems.into_sorted())
}

fn policies_of(folder: &Folder) -> Result<cedar_policy::PolicySet, Vec<Problem>> {
    folder.policy.parse().map_err(|error: cedar_policy::ParseErrors| {
        vec![Problem {
            severity: crate::Severity::Error,
            file: POLICY_FILE.to_owned(),
            line: 0,
            column: 0,
            width: 0,
            message: format!("this is not a Cedar policy: {error}"),
            remedy: "run `remit contract check` on the folder: it shows the place".to_owned(),
        }]
    })
}

#[cfg(test)]
mod tests;
