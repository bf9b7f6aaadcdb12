//! Which rows a page has, and how its cursor moves over them without ever changing what it points at by itself.

use super::State;
use super::nav::Page;
use crate::tui::hit::{Kind, Object};

/// A step of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Back by so many rows.
    Back(usize),
    /// On by so many rows.
    On(usize),
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl Step {
    /// Where this leads from row `at` of `count`.
    #[must_use]
    pub fn from(self, at: usize, count: usize) -> usize {
        let last = count.saturating_sub(1);
        match self {
            Self::Back(rows) => at.saturating_sub(rows).min(last),
            Self::On(rows) => at.saturating_add(rows).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

impl State {
    /// The rows of the page on screen, in order. The trace has its own: it is far too long for a list.
    #[must_use]
    pub fn rows(&self) -> Vec<Object> {
        let object = |kind, id: &str| self.object(kind, id);
        match self.nav.page() {
            Page::Overview => self
                .services()
                .filter(|s| self.lets_through(&[&s.name, &s.domain, &s.owner, &s.last_reason]))
                .filter_map(|s| object(Kind::Service, &s.name))
                .collect(),
            Page::Queue => self.queue_rows(),
            Page::Alike(group) => self.alike_rows(group),
            Page::Switches => self
                .switches()
                .filter(|s| self.lets_through(&[&s.scope, &s.by, &s.reason, &s.domain]))
                .filter_map(|s| object(Kind::Switch, &s.id))
                .collect(),
            Page::Service(name) => self.service_rows(name),
            Page::Run(id) => self
                .details
                .run
                .iter()
                .filter(|d| d.run.as_ref().is_some_and(|r| &r.id == id))
                .flat_map(|d| &d.actions)
                .filter_map(|a| object(Kind::Action, &a.id))
                .collect(),
            Page::Contracts => self.version_rows(),
            Page::Cost => self.budget_rows(),
            Page::Audit => self.deed_rows(),
            Page::Alerts => self.alert_rows(),
            Page::Trace
            | Page::Action(_)
            | Page::Decision(_)
            | Page::Rollback(_)
            | Page::Parked
            | Page::Version(_) => Vec::new(),
        }
    }

    /// The row under the cursor, if what it points at still exists.
    #[must_use]
    pub fn selected_row(&self) -> Option<(usize, Object)> {
        let id = self.nav.cursor().id?;
        self.rows().into_iter().enumerate().find(|(_, object)| object.id == id)
    }

    /// What an act on this page is about: the row under the cursor, or the page's own subject.
    #[must_use]
    pub fn subject(&self) -> Option<Object> {
        match self.nav.page() {
            Page::Overview | Page::Queue | Page::Alike(_) | Page::Switches | Page::Alerts => {
                self.selected_row().map(|(_, object)| object)
            }
            Page::Service(name) => {
                self.selected_row().map(|(_, object)| object).or_else(|| self.object(Kind::Service, name))
            }
            Page::Run(id) => {
                self.selected_row().map(|(_, object)| object).or_else(|| self.object(Kind::Run, id))
            }
            Page::Action(id) => self.object(Kind::Action, id),
            Page::Decision(id) => self.object(Kind::Escalation, id),
            Page::Trace => self.trace_subject(),
            Page::Contracts | Page::Cost | Page::Audit => {
                self.selected_row().and_then(|(_, object)| self.stands_for(&object))
            }
            Page::Version(name) => self.compared_service(name),
            Page::Rollback(_) | Page::Parked => None,
        }
    }

    /// The pinned record's run or service; none while the trace runs on, since its rows move.
    fn trace_subject(&self) -> Option<Object> {
        let number = self.nav.cursor().id?.parse().ok()?;
        let record = self.trace.record(number)?;
        let narrow = [(Kind::Run, &record.run), (Kind::Service, &record.service)];
        narrow.into_iter().filter(|(_, id)| !id.is_empty()).find_map(|(kind, id)| self.object(kind, id))
    }

    /// Moves the cursor of a page with rows.
    pub fn step(&mut self, step: Step) {
        if *self.nav.page() == Page::Trace {
            self.step_trace(step);
            return;
        }
        let rows = self.rows();
        let at = self.selected_row().map(|(index, _)| index);
        let Some(last) = rows.len().checked_sub(1) else { return };
        // When the chosen row is gone, the first step lands where it was instead of past it.
        let to = at.map_or_else(|| self.nav.cursor().index.min(last), |at| step.from(at, rows.len()));
        let id = rows.get(to).map(|object| object.id.clone());
        let cursor = self.nav.cursor_mut();
        cursor.id = id;
        cursor.index = to;
    }

    /// Chooses the first row when none was chosen yet, and remembers where the chosen one is.
    pub fn settle(&mut self) {
        let has_rows = match self.nav.page() {
            Page::Overview | Page::Queue | Page::Alike(_) | Page::Switches | Page::Alerts => true,
            // Until the answer came, the first row is not the first row.
            Page::Service(name) => self.details.runs.as_ref().is_some_and(|(of, _)| of == name),
            Page::Run(id) => self.details.run.iter().filter_map(|d| d.run.as_ref()).any(|run| run.id == *id),
            Page::Contracts => self.details.versions.is_some(),
            Page::Cost => self.details.cost.is_some(),
            Page::Audit => self.audit().is_some(),
            Page::Trace
            | Page::Action(_)
            | Page::Decision(_)
            | Page::Rollback(_)
            | Page::Parked
            | Page::Version(_) => false,
        };
        if !has_rows {
            return;
        }
        if self.nav.cursor().id.is_none() {
            let first = self.rows().first().map(|object| object.id.clone());
            self.nav.cursor_mut().id = first;
        } else if let Some((index, _)) = self.selected_row() {
            self.nav.cursor_mut().index = index;
        }
    }

    fn step_trace(&mut self, step: Step) {
        let count = self.trace.rows();
        let pinned = self.nav.cursor().id.and_then(|id| id.parse().ok());
        let at = pinned.map_or(count, |number| self.trace.row_of(number));
        let to = step.from(at, count);
        let follows = step == Step::Last || (matches!(step, Step::On(_)) && count <= at.saturating_add(1));
        let id = self.trace.number(to).map(|number| number.to_string());
        // The rows on screen stay where they are unless the chosen one would leave it.
        let height = self.painted.as_ref().map_or(1, |hits| hits.list_rows).max(1);
        let anchored = self.trace.anchor.filter(|_| pinned.is_some()).map(|number| self.trace.row_of(number));
        let first = anchored.unwrap_or(count.saturating_sub(height));
        let first = first.min(to).max(to.saturating_add(1).saturating_sub(height));
        self.trace.anchor = self.trace.number(first);
        let cursor = self.nav.cursor_mut();
        cursor.id = if follows { None } else { id };
        cursor.index = to;
    }

    fn service_rows(&self, name: &str) -> Vec<Object> {
        let runs = self.details.runs.iter().filter(|(of, _)| of == name).flat_map(|(_, runs)| runs);
        let tools = self.service(name).into_iter().flat_map(|s| &s.tools);
        runs.filter_map(|r| self.object(Kind::Run, &r.id))
            .chain(tools.filter_map(|t| self.object(Kind::Tool, &format!("{name}/{}", t.name))))
            .collect()
    }

    pub(super) fn lets_through(&self, fields: &[&str]) -> bool {
        self.filters.get(self.nav.page()).is_none_or(|sieve| sieve.shows_texts(fields))
    }
}
