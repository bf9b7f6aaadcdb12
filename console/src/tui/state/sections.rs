//! Sections of the queue: the saved filters that are about questions, each with how many it lets through.

use remit_filter::Saved;

use super::State;
use super::nav::Page;
use super::sieve::Sieve;

/// One saved filter.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its name, with `@`.
    pub name: String,
    /// What it lets through.
    pub sieve: Sieve,
}

impl State {
    /// Takes the saved filters; those that are about questions are sections of the queue.
    pub fn keep_saved(&mut self, saved: Saved) {
        let section = |name: &String| {
            let name = format!("@{name}");
            let sieve = Sieve::read(&Page::Queue, &name, &saved, self.wall_ms).ok()?;
            Some(Section { name, sieve })
        };
        self.sections = saved.keys().filter_map(section).collect();
        self.saved = saved;
    }

    /// How many questions a section has.
    #[must_use]
    pub fn section_size(&self, section: &Section) -> usize {
        self.pending().filter(|it| section.sieve.shows_question(it, self.wall_ms)).count()
    }

    /// The section that the queue shows; none where it shows all or has another filter.
    #[must_use]
    pub fn section(&self) -> Option<usize> {
        let shown = self.filters.get(&Page::Queue)?.to_string();
        self.sections.iter().position(|section| section.sieve.to_string() == shown)
    }

    /// Shows the next section, or the one before; all questions are one of them.
    pub fn walk_sections(&mut self, back: bool) {
        let (count, here) = (self.sections.len(), self.section());
        let next = match (here, back) {
            (None, false) => Some(0),
            (None, true) => count.checked_sub(1),
            (Some(at), false) => Some(at.saturating_add(1)).filter(|at| *at < count),
            (Some(at), true) => at.checked_sub(1),
        };
        match next.and_then(|at| self.sections.get(at)) {
            Some(section) => drop(self.filters.insert(Page::Queue, section.sieve.clone())),
            None => drop(self.filters.remove(&Page::Queue)),
        }
        self.nav.cursor_mut().id = None;
    }
}
