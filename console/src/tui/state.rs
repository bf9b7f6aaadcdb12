//! All that the console knows and shows: one value, changed only by `update`, drawn only by `view`.

pub mod alerts;
pub mod alike;
pub mod card;
pub mod contained;
pub mod facts;
pub mod link;
pub mod listed;
pub mod nav;
pub mod overdue;
pub mod receipt;
pub mod rows;
pub mod sections;
pub mod sieve;
pub mod trace;
pub mod vault;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use remit_filter::{Problem, Saved};
use remit_proto::v1::{
    ActionDetail, Attention, ContractVersion, CostNode, DecisionUpdate, GetBlastResponse, ListAuditResponse,
    Parked, ReleasePreview, Rollback, Run, RunDetail, StateSnapshot, WhoAmIResponse,
};
use tui_input::Input;

use self::contained::Contained;
use self::nav::{Nav, Page};
use self::{card::Card, link::Link, receipt::Receipts, sections::Section, sieve::Sieve, trace::Trace};
use super::event::Fetch;
use super::hit::{HitMap, Read};
use super::keymap::live::Keymap;
use crate::versions::Compared;

/// Decision updates kept for the Overview.
pub const RECENT: usize = 50;

/// A short word to the operator on row 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The word.
    pub words: String,
    /// When it was said, on the console's own clock.
    pub tick_ms: u64,
}

/// What a one-line text field at the bottom is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A command.
    Command,
    /// A filter of the rows.
    Filter,
}

/// The text field at the bottom.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// What was typed.
    pub input: Input,
    /// What is wrong with it; gone with the next letter.
    pub problem: Option<Problem>,
    /// Which of the earlier lines is in it, while somebody walks them.
    pub nth_line: Option<usize>,
}

/// What lies over the page and takes the keys.
#[derive(Clone, Debug, Default)]
pub enum Focus {
    /// The page itself.
    #[default]
    Page,
    /// The text field at the bottom.
    Prompt(Prompt),
    /// A card.
    Card(Box<Card>),
    /// The keys, from this line on.
    Help(usize),
    /// The rows, each with a letter.
    Jump,
    /// What to copy, by its letter.
    Copy,
}

/// What pages asked the server for, one of each kind: the page on screen is the only reader.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Runs of the service named first.
    pub runs: Option<(String, Vec<Run>)>,
    /// A run with its actions.
    pub run: Option<Box<RunDetail>>,
    /// An action with findings and evidence.
    pub action: Option<Box<ActionDetail>>,
    /// A rollback, step by step.
    pub rollback: Option<Box<Rollback>>,
    /// What people have to take over.
    pub parked: Option<Vec<Parked>>,
    /// The contract versions of all services.
    pub versions: Option<Vec<ContractVersion>>,
    /// A version beside the active one.
    pub compared: Option<Box<Compared>>,
    /// The budgets of domains, services and open runs.
    pub cost: Option<Vec<CostNode>>,
    /// What a service has touched in a day.
    pub blast: Option<Box<GetBlastResponse>>,
    /// Who did what to the control plane, newest first, and the filter that let it through.
    pub audit: Option<(String, ListAuditResponse)>,
    /// How this operator has decided lately.
    pub attention: Option<Attention>,
    /// What goes again once the switch named first is lifted, as the open card shows it.
    pub preview: Option<(String, ReleasePreview)>,
    /// Why questions of the page failed.
    pub failed: BTreeMap<Fetch, String>,
    /// When the questions of the page were last asked.
    pub asked: BTreeMap<Fetch, Asked>,
}

/// When a page asked its question.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When, on the console's own clock.
    pub tick_ms: u64,
    /// Where the journals stood in the picture at that time.
    pub positions: BTreeMap<String, u64>,
}

/// Which of two ways things are drawn in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Whether a run is drawn in time.
    pub is_waterfall: bool,
    /// Whether questions that are alike are one row of the queue.
    pub is_folded: bool,
    /// Whether the views stand on the last row by name, where a mouse can click them.
    pub has_tabs: bool,
}

/// The whole console.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The context's name for the place; the server's replaces it.
    pub environment: String,
    /// The control plane's address, for messages about the connection.
    pub endpoint: String,
    /// Who we are, once the server said so.
    pub who: Option<WhoAmIResponse>,
    /// Trust in what is shown.
    pub link: Link,
    /// The latest picture.
    pub picture: Option<StateSnapshot>,
    /// The last decisions, newest first.
    pub recent: VecDeque<DecisionUpdate>,
    /// What pages asked for.
    pub details: Details,
    /// The live trace.
    pub trace: Trace,
    /// Where the operator is.
    pub nav: Nav,
    /// What the rows of a page must be like, by page: what is hidden in one place is not hidden in another.
    pub filters: BTreeMap<Page, Sieve>,
    /// Whether the context says that mistakes are dear here: then it begins read-only.
    pub production: bool,
    /// Until when this console may also do what makes things less safe, on its own clock.
    pub write_until_ms: u64,
    /// The name of the key on this machine; empty where there is none.
    pub key: String,
    /// Commands that were given, oldest first, without their reasons.
    pub lines: Vec<String>,
    /// What keys mean.
    pub keymap: Keymap,
    /// Filters by name.
    pub saved: Saved,
    /// Saved filters that are about questions.
    pub sections: Vec<Section>,
    /// How rows are drawn.
    pub drawn: Drawn,
    /// When a key was last pressed, on the console's own clock.
    pub touched_tick_ms: u64,
    /// When the last event happened, in milliseconds since 1970.
    pub wall_ms: i64,
    /// What takes the keys.
    pub focus: Focus,
    /// What became of commands.
    pub receipts: Receipts,
    /// The last ceiling set from here, and what was in flight.
    pub contained: Option<Contained>,
    /// Questions of which the operator was told that an approval counts no more.
    pub told: BTreeSet<String>,
    /// A word to the operator.
    pub notice: Option<Notice>,
    /// The frame on the terminal; none before the first and after a resize.
    pub painted: Option<HitMap>,
    /// How much of the document on the page was on the terminal.
    pub read: Read,
    /// Whether this window has the focus, as far as the terminal says.
    pub is_looked_at: bool,
    /// When something was last told outside of the screen.
    pub said_outside_tick_ms: Option<u64>,
    /// When Ctrl-C was last pressed.
    pub interrupted_tick_ms: Option<u64>,
    /// Makes idempotency ids of this process its own.
    pub session: String,
    /// The last number given to a card or command.
    pub last_id: u64,
}

impl State {
    /// A console that has not heard anything yet. `session` must differ between processes.
    #[must_use]
    pub fn new(environment: &str, endpoint: &str, session: &str) -> Self {
        Self {
            environment: environment.to_owned(),
            endpoint: endpoint.to_owned(),
            session: session.to_owned(),
            is_looked_at: true,
            ..Self::default()
        }
    }

    /// A number that was not given before.
    pub fn next_id(&mut self) -> u64 {
        self.last_id = self.last_id.saturating_add(1);
        self.last_id
    }

    /// What rows of the page on screen must be like, as it was understood; empty for all.
    #[must_use]
    pub fn filter(&self) -> String {
        let page = self.nav.page();
        if *page == Page::Trace {
            return self.trace.filter().to_string();
        }
        self.filters.get(page).map(ToString::to_string).unwrap_or_default()
    }

    /// `   filter: TEXT   N hidden` for a page's title, or nothing.
    #[must_use]
    pub fn filter_words(&self, hidden: usize) -> String {
        match self.filter().as_str() {
            "" => String::new(),
            text => format!("   filter: {text}   {hidden} hidden"),
        }
    }

    /// What goes again once this switch is lifted, where the server has said so.
    #[must_use]
    pub fn preview_of(&self, switch: &str) -> Option<&ReleasePreview> {
        self.details.preview.as_ref().filter(|(id, _)| id == switch).map(|(_, preview)| preview)
    }

    /// Why the server does not say what goes again.
    #[must_use]
    pub fn preview_failed(&self, switch: &str) -> Option<&str> {
        self.details.failed.get(&Fetch::Preview(switch.to_owned())).map(String::as_str)
    }

    /// Whether only what makes things safer can be done: stopping, lowering, denying.
    #[must_use]
    pub const fn is_read_only(&self, tick_ms: u64) -> bool {
        self.production && self.write_until_ms <= tick_ms
    }

    /// Says something on row 1 for a while.
    pub fn say(&mut self, tick_ms: u64, words: impl Into<String>) {
        self.notice = Some(Notice { words: words.into(), tick_ms });
    }

    /// The open card.
    #[must_use]
    pub fn card(&self) -> Option<&Card> {
        match &self.focus {
            Focus::Card(card) => Some(card),
            Focus::Page | Focus::Prompt(_) | Focus::Help(_) | Focus::Jump | Focus::Copy => None,
        }
    }

    /// The same, to change it.
    pub fn card_mut(&mut self) -> Option<&mut Card> {
        match &mut self.focus {
            Focus::Card(card) => Some(card),
            Focus::Page | Focus::Prompt(_) | Focus::Help(_) | Focus::Jump | Focus::Copy => None,
        }
    }
}
