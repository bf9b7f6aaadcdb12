//! What is wrong with a filter, and where.

use std::{fmt, ops::Range};

use crate::field::{Field, Kind};

/// A text that is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong and what to do, in one line.
    pub words: String,
    /// The text that was read.
    pub text: String,
    /// Where it is wrong, in bytes of the text.
    pub at: Range<usize>,
}

impl Problem {
    pub(crate) fn new(text: &str, at: Range<usize>, words: impl Into<String>) -> Self {
        Self { words: words.into(), text: text.to_owned(), at }
    }

    /// A line of `^` that stands under the place when both begin in one column.
    #[must_use]
    pub fn caret(&self) -> String {
        let columns = |part: Option<&str>| part.map_or(0, |part| part.chars().count());
        let before = columns(self.text.get(..self.at.start));
        let wide = columns(self.text.get(self.at.clone())).max(1);
        format!("{}{}", " ".repeat(before), "^".repeat(wide))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  {}\n  {}", self.words, self.text, self.caret())
    }
}

impl std::error::Error for Problem {}

/// The words about a field that there is not.
pub(crate) fn unknown_field<R>(name: &str, fields: &[Field<R>]) -> String {
    let names = || fields.iter().flat_map(|field| std::iter::once(field.name).chain(field.short));
    let known = fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
    if known.is_empty() {
        return format!("there are only words here, no field like `{name}`; quote a text to look for it");
    }
    match nearest(name, names()) {
        Some(meant) => format!("there is no field `{name}`; did you mean `{meant}`?"),
        None => format!("there is no field `{name}`; there are: {known}; quote a text to look for it"),
    }
}

/// The words about a value that a field never has.
pub(crate) fn unknown_word(name: &str, value: &str, kind: Kind) -> String {
    let Kind::Word(words) = kind else { return format!("`{name}` is never `{value}`") };
    let choice = words.iter().filter(|word| !word.is_empty()).copied();
    match nearest(value, choice.clone()) {
        Some(meant) => format!("`{name}` is never `{value}`; did you mean `{meant}`?"),
        None => {
            format!("`{name}` is never `{value}`; it is one of: {}", choice.collect::<Vec<_>>().join(", "))
        }
    }
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let close = known.map(|it| (strsim::damerau_levenshtein(&name, it), it));
    let best = close.min_by_key(|(distance, _)| *distance)?;
    (best.0 <= 2 && best.0 < name.chars().count()).then_some(best.1)
}
