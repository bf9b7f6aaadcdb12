//! Foreign text made harmless and honest: what could steer a terminal or hide in it is shown, never obeyed or dropped.

use std::fmt::{self, Write as _};

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

#[cfg(test)]
mod tests;

/// Combining marks that one letter may carry; more would climb over the lines above.
const MARKS_PER_BASE: usize = 3;
/// Stands for what `truncated` cut off.
const ELLIPSIS: char = '…';

/// Text that is safe to print: one line, no control, invisible, direction-changing or private-use character.
///
/// Such characters appear as `<U+202E>`, a tab as two spaces. The only form in which the console shows
/// anything that a service, a tool, a model or another person wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Inert(String);

impl Inert {
    /// One line of `text`; line breaks in it are revealed too.
    #[must_use]
    pub fn line(text: &str) -> Self {
        let mut out = String::with_capacity(text.len());
        let mut marks = Marks::default();
        for c in text.chars() {
            push(&mut out, &mut marks, c);
        }
        marks.close(&mut out);
        Self(out)
    }

    /// The lines of `text`, split at `\n` before anything else is revealed.
    pub fn lines(text: &str) -> impl Iterator<Item = Self> + '_ {
        text.split('\n').map(Self::line)
    }

    /// The harmless text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Columns it takes in a terminal.
    #[must_use]
    pub fn width(&self) -> usize {
        self.0.graphemes(true).map(|g| g.width()).fold(0, usize::saturating_add)
    }

    /// At most `columns` wide; what was cut is visible as an ellipsis.
    #[must_use]
    pub fn truncated(&self, columns: usize) -> Self {
        if self.width() <= columns {
            return self.clone();
        }
        let Some(room) = columns.checked_sub(1) else {
            return Self::default();
        };
        let (mut out, mut used) = (String::new(), 0_usize);
        for grapheme in self.0.graphemes(true) {
            used = used.saturating_add(grapheme.width());
            if room < used {
                break;
            }
            out.push_str(grapheme);
        }
        out.push(ELLIPSIS);
        Self(out)
    }

    /// The whole text in pieces of at most `columns`, broken after a space where there is one; nothing is lost.
    #[must_use]
    pub fn wrapped(&self, columns: usize) -> Vec<Self> {
        let columns = columns.max(2);
        let mut lines = Vec::new();
        let (mut line, mut used) = (String::new(), 0_usize);
        for word in self.0.split_inclusive(' ') {
            let width = word.graphemes(true).map(|g| g.width()).fold(0, usize::saturating_add);
            if 0 < used && columns < used.saturating_add(width) {
                lines.push(Self(std::mem::take(&mut line)));
                used = 0;
            }
            for unit in word.graphemes(true).flat_map(|grapheme| units(grapheme, columns)) {
                if columns < used.saturating_add(unit.width()) {
                    lines.push(Self(std::mem::take(&mut line)));
                    used = 0;
                }
                line.push_str(unit);
                used = used.saturating_add(unit.width());
            }
        }
        lines.push(Self(line));
        lines
    }
}

impl fmt::Display for Inert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for Inert {
    fn from(text: &str) -> Self {
        Self::line(text)
    }
}

impl From<&String> for Inert {
    fn from(text: &String) -> Self {
        Self::line(text)
    }
}

impl From<String> for Inert {
    fn from(text: String) -> Self {
        Self::line(&text)
    }
}

/// A grapheme, or its letters each with its marks when it alone is wider than a line.
fn units(grapheme: &str, columns: usize) -> impl Iterator<Item = &str> {
    let whole = grapheme.width() <= columns;
    let starts = |c: char| !whole && 0 < c.width().unwrap_or(0);
    let cuts: Vec<usize> =
        grapheme.char_indices().filter(|(at, c)| 0 < *at && starts(*c)).map(|(at, _)| at).collect();
    let ends = cuts.clone().into_iter().chain([grapheme.len()]);
    std::iter::once(0).chain(cuts).zip(ends).filter_map(|(from, to)| grapheme.get(from..to))
}

/// Marks seen since the last letter that can carry them.
#[derive(Default)]
struct Marks {
    has_base: bool,
    shown: usize,
    extra: usize,
}

impl Marks {
    /// Reports the surplus of the letter that ends here and starts over.
    fn close(&mut self, out: &mut String) {
        if 0 < self.extra {
            // Writing to a string cannot fail.
            let _ = write!(out, "<+{} marks>", self.extra);
        }
        *self = Self::default();
    }
}

fn push(out: &mut String, marks: &mut Marks, c: char) {
    let category = get_general_category(c);
    let is_mark = matches!(category, GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
        && !is_ignorable(c);
    if is_mark && marks.has_base {
        if marks.shown < MARKS_PER_BASE {
            marks.shown = marks.shown.saturating_add(1);
            out.push(c);
        } else {
            marks.extra = marks.extra.saturating_add(1);
        }
        return;
    }
    marks.close(out);
    if c == '\t' {
        out.push_str("  ");
    } else if is_mark || is_hidden(c, category) {
        let _ = write!(out, "<U+{:04X}>", u32::from(c));
    } else {
        marks.has_base = true;
        out.push(c);
    }
}

/// Whether a reader cannot see `c` for what it is.
fn is_hidden(c: char, category: GeneralCategory) -> bool {
    let by_category = matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    let odd_space = category == GeneralCategory::SpaceSeparator && c != ' ';
    by_category || odd_space || is_ignorable(c) || c.width().unwrap_or(0) == 0
}

/// Letters and marks that Unicode lets a renderer leave out, and the blank that looks like a pattern.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{034F}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{2800}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}
