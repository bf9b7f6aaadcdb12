//! What is wrong with a contract, where it is, and what to do about it.

use std::{cell::RefCell, collections::BTreeSet, fmt};

/// How grave a problem is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// It must be mended.
    Error,
    /// It only says what could not be checked because of the errors.
    Note,
}

impl Severity {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Note => "note",
        }
    }
}

/// One thing that is wrong with a contract folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// The file, relative to the contract's folder.
    pub file: String,
    /// How grave it is.
    pub severity: Severity,
    /// Line, from 1; 0 when the problem is about the whole file.
    pub line: usize,
    /// Column in characters, from 1; 0 when the problem is about the whole file.
    pub column: usize,
    /// How many characters of the line it is about; 0 when it begins at the place and its end is not known.
    pub width: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        let note = if self.severity == Severity::Note { "note: " } else { "" };
        write!(f, ": {note}{}\nhint: {}", self.message, self.remedy)
    }
}

impl std::error::Error for Problem {}

/// A place in the file that is being read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// In characters; 0 when what stands there does not end on its line.
    pub(crate) width: usize,
}

/// A value and where it stands, for what can only be checked against the rest of the document.
#[derive(Clone, Debug)]
pub(crate) struct Spot<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

/// Collects the problems of one file, so that one pass reports all of them.
#[derive(Debug)]
pub(crate) struct Problems {
    file: String,
    found: RefCell<Vec<Problem>>,
    /// Places of which all has been said.
    done: RefCell<BTreeSet<Place>>,
}

impl Problems {
    pub(crate) fn of(file: &str) -> Self {
        Self { file: file.to_owned(), found: RefCell::default(), done: RefCell::default() }
    }

    /// Notes a problem. `None` reads well where a value was wanted.
    pub(crate) fn note<T>(
        &self,
        place: Place,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Option<T> {
        if self.done.borrow().contains(&place) {
            return None;
        }
        self.found.borrow_mut().push(Problem {
            file: self.file.clone(),
            severity: Severity::Error,
            line: place.line,
            column: place.column,
            width: place.width,
            message: message.into(),
            remedy: remedy.into(),
        });
        None
    }

    /// Notes the only problem that there will be at this place: what would be said of what stands there otherwise
    /// only follows from it.
    pub(crate) fn note_only(&self, place: Place, message: &str, remedy: &str) {
        self.note::<()>(place, message, remedy);
        self.done.borrow_mut().insert(place);
    }

    /// Says what could not be checked because of what is wrong.
    pub(crate) fn remark(&self, message: String, remedy: &str) {
        self.found.borrow_mut().push(Problem {
            file: self.file.clone(),
            severity: Severity::Note,
            line: 0,
            column: 0,
            width: 0,
            message,
            remedy: remedy.to_owned(),
        });
    }

    /// All of them, in the order of the file.
    pub(crate) fn into_sorted(self) -> Vec<Problem> {
        let mut found = self.found.into_inner();
        found.sort();
        found.dedup();
        found
    }
}

/// The candidate that was probably meant, as the end of a remedy.
pub(crate) fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(text, candidate), candidate))
        .filter(|(distance, candidate)| distance.saturating_mul(3) <= candidate.chars().count().max(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Names in back-ticks with commas between them.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
