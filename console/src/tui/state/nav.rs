//! Where the operator is: pages, the way back, and a cursor that holds on to a thing rather than a row number.

use std::collections::BTreeMap;

/// Pages that can be walked back through.
const HISTORY: usize = 64;

/// What fills the screen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Page {
    /// Services with ceilings, budgets and pace.
    Overview,
    /// Escalations that wait.
    Queue,
    /// The live journal.
    Trace,
    /// Switches in force.
    Switches,
    /// One service: its runs and tools. By name.
    Service(String),
    /// One run: its actions and timeline. By id.
    Run(String),
    /// One action, everything known. By id.
    Action(String),
    /// One escalation, ready to be decided. By id.
    Decision(String),
    /// Questions that are alike, by what they have in common.
    Alike(String),
    /// One rollback, step by step. By its plan's id.
    Rollback(String),
    /// What rollbacks have left to people.
    Parked,
    /// The contract versions of every service.
    Contracts,
    /// One of them beside the active one. By its digest, a beginning of it, or `SERVICE@VERSION`.
    Version(String),
    /// Budgets of domains, services and runs.
    Cost,
    /// Who did what to the control plane.
    Audit,
    /// What wants a person's eye.
    Alerts,
}

impl Page {
    /// Whether this is one of the numbered views.
    #[must_use]
    pub fn is_root(&self) -> bool {
        match self {
            Self::Overview
            | Self::Queue
            | Self::Trace
            | Self::Switches
            | Self::Contracts
            | Self::Cost
            | Self::Audit
            | Self::Alerts => true,
            Self::Service(_)
            | Self::Run(_)
            | Self::Action(_)
            | Self::Decision(_)
            | Self::Alike(_)
            | Self::Rollback(_)
            | Self::Version(_)
            | Self::Parked => false,
        }
    }
}

/// The row that the operator chose, by identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The chosen thing; none until a row was there to choose.
    pub id: Option<String>,
    /// Where it was last seen, so that movement goes on from there once it is gone.
    pub index: usize,
    /// First line shown, on pages that are documents.
    pub scroll: usize,
}

/// The pages visited and a cursor for each.
#[derive(Clone, Debug)]
pub struct Nav {
    back: Vec<Page>,
    here: Page,
    forward: Vec<Page>,
    cursors: BTreeMap<Page, Cursor>,
}

impl Default for Nav {
    fn default() -> Self {
        Self { back: Vec::new(), here: Page::Overview, forward: Vec::new(), cursors: BTreeMap::new() }
    }
}

impl Nav {
    /// The page on screen.
    #[must_use]
    pub fn page(&self) -> &Page {
        &self.here
    }

    /// The cursor of the page on screen.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.cursors.get(&self.here).cloned().unwrap_or_default()
    }

    /// The same, to move it.
    pub fn cursor_mut(&mut self) -> &mut Cursor {
        self.cursors.entry(self.here.clone()).or_default()
    }

    /// Shows `page` and remembers the way back.
    pub fn go(&mut self, page: Page) {
        if page == self.here {
            return;
        }
        self.back.push(std::mem::replace(&mut self.here, page));
        if HISTORY < self.back.len() {
            let oldest = self.back.remove(0);
            self.forget(&oldest);
        }
        for gone in std::mem::take(&mut self.forward) {
            self.forget(&gone);
        }
    }

    /// One page back in history; false when there is none.
    pub fn earlier(&mut self) -> bool {
        let Some(page) = self.back.pop() else { return false };
        self.forward.push(std::mem::replace(&mut self.here, page));
        true
    }

    /// Undoes `earlier`; false when there is nothing to undo.
    pub fn later(&mut self) -> bool {
        let Some(page) = self.forward.pop() else { return false };
        self.back.push(std::mem::replace(&mut self.here, page));
        true
    }

    /// Drops the cursor of a detail page that no path leads to any more, so that memory stays bounded.
    fn forget(&mut self, page: &Page) {
        let reachable = page == &self.here || self.back.contains(page) || self.forward.contains(page);
        if !page.is_root() && !reachable {
            self.cursors.remove(page);
        }
    }
}
