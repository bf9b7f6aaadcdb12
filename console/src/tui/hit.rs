//! What a painted frame showed, by identity: the only thing that a key may act on.

use std::collections::BTreeSet;
use std::ops::Range;

use super::state::nav::Page;

/// What kind of thing is under the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// All services.
    Everything,
    /// A service, by name.
    Service,
    /// A tool of a service, as `service/tool`.
    Tool,
    /// A run, by id.
    Run,
    /// An action, by id.
    Action,
    /// An escalation, by id.
    Escalation,
    /// Questions that are alike, by what they have in common.
    Alike,
    /// A switch, by id.
    Switch,
    /// A domain, by name.
    Domain,
    /// A contract version, by digest.
    Version,
    /// A budget, as `kind/name/window`.
    Budget,
    /// What somebody did, as `domain@position`.
    Deed,
    /// An alert, by id.
    Alert,
}

/// A thing on screen in the version that was on screen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: String,
    /// What about it must not have changed, for instance the digest of an escalation.
    pub version: String,
}

/// Which lines of a document a frame showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The document in its version and layout; another key is another document.
    pub key: String,
    /// First line on screen.
    pub first: usize,
    /// One past the last line on screen.
    pub end: usize,
    /// Lines in all.
    pub total: usize,
    /// Lines in the midst that move with the rest of the world: they must be read, too, but may come and go without
    /// the reading of the others starting over. Empty where there are none.
    pub moving: Range<usize>,
}

impl Shown {
    /// What stands in a line.
    fn place(&self, line: usize) -> Place {
        match line.checked_sub(self.moving.start) {
            Some(nth) if line < self.moving.end => Place::Moving(nth),
            Some(_) => Place::Fixed(line.saturating_sub(self.moving.len())),
            None => Place::Fixed(line),
        }
    }

    fn fixed(&self) -> usize {
        self.total.saturating_sub(self.moving.len())
    }
}

/// A line by what it belongs to, so that lines which come before it do not make another of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// The n-th line of the document.
    Fixed(usize),
    /// The n-th of those that move.
    Moving(usize),
}

/// The card that a frame showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardShown {
    /// Which card.
    pub id: u64,
    /// Whether every line of it was visible.
    pub complete: bool,
    /// Its scrollable part, when it has one.
    pub shown: Option<Shown>,
}

/// Where a frame showed a list, and from which row on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListShown {
    /// Its left upper corner.
    pub at: (u16, u16),
    /// Its columns.
    pub width: u16,
    /// Where the first row that it showed stands in the list.
    pub first: usize,
    /// What each row that it showed is, by identity: the list may have moved on since.
    pub ids: Vec<String>,
}

/// The name of a view, where a frame showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// Its row.
    pub row: u16,
    /// From this column on, and up to that one.
    pub columns: Range<u16>,
    /// The view.
    pub page: Page,
}

/// One frame, as the reducer needs to know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HitMap {
    /// The thing under the cursor.
    pub selected: Option<Object>,
    /// The open card.
    pub card: Option<CardShown>,
    /// The document of the page.
    pub shown: Option<Shown>,
    /// The page's list.
    pub list: Option<ListShown>,
    /// The names of the views, where a mouse can click them.
    pub tabs: Vec<Tab>,
    /// Rows that the page's list has room for.
    pub list_rows: usize,
    /// Where the terminal's own cursor belongs, as column and row.
    pub cursor: Option<(u16, u16)>,
}

impl HitMap {
    /// Which row of those that the list showed is at this place.
    #[must_use]
    pub fn line_at(&self, column: u16, row: u16) -> Option<usize> {
        let list = self.list.as_ref()?;
        let (left, top) = list.at;
        let line = usize::from(row.checked_sub(top)?);
        let inside = column.checked_sub(left)? < list.width && line < list.ids.len();
        inside.then_some(line)
    }

    /// The view whose name is at this place.
    #[must_use]
    pub fn tab_at(&self, column: u16, row: u16) -> Option<&Page> {
        let tab = self.tabs.iter().find(|tab| tab.row == row && tab.columns.contains(&column))?;
        Some(&tab.page)
    }
}

/// Lines of one document that were on the terminal.
#[derive(Clone, Debug, Default)]
pub struct Read {
    last: Shown,
    seen: BTreeSet<Place>,
}

impl Read {
    /// Takes a painted part in; another document starts over. True when something new was seen.
    pub fn note(&mut self, shown: &Shown) -> bool {
        if self.last.key != shown.key || self.last.fixed() != shown.fixed() {
            self.seen.clear();
        }
        self.last = shown.clone();
        let before = self.seen.len();
        self.seen.extend((shown.first..shown.end.min(shown.total)).map(|line| shown.place(line)));
        before < self.seen.len()
    }

    /// Whether this document was read to the end.
    #[must_use]
    pub fn is_complete(&self, key: &str) -> bool {
        self.last.key == key && self.unread(key).is_none()
    }

    /// The first line of this document that was not on the terminal yet.
    #[must_use]
    pub fn unread(&self, key: &str) -> Option<usize> {
        let unseen = |line: &usize| !self.seen.contains(&self.last.place(*line));
        (0..self.last.total).find(unseen).filter(|_| self.last.key == key)
    }

    /// Lines seen and lines in all.
    #[must_use]
    pub fn progress(&self, key: &str) -> Option<(usize, usize)> {
        let seen = (0..self.last.total).filter(|line| self.seen.contains(&self.last.place(*line))).count();
        (self.last.key == key).then_some((seen, self.last.total))
    }
}

#[cfg(test)]
mod tests;
