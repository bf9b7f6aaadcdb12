//! What each key means where: the one table that input, hints and help are made from.

use super::keys::Key;
use super::state::nav::Page;

pub mod live;

#[cfg(test)]
mod tests;

/// What a key asks for outside of cards and text fields. None of these acts on the control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Show a main view.
    Overview,
    /// Show the escalations.
    Queue,
    /// Show the live trace.
    Trace,
    /// Show the switches.
    Switches,
    /// Show what rollbacks have left to people.
    Parked,
    /// Show the contract versions.
    Contracts,
    /// Show the budgets.
    Cost,
    /// Show who did what.
    Audit,
    /// Show what wants a person's eye; there, open the card that says that one looks at an alert.
    Acknowledge,
    /// One row on.
    Down,
    /// One row back.
    Up,
    /// One page on.
    PageDown,
    /// To the next part of a document that was not on the terminal yet; a page on elsewhere.
    ReadOn,
    /// One page back.
    PageUp,
    /// First row.
    First,
    /// Last row.
    Last,
    /// Open what the cursor is on.
    Open,
    /// Leave a detail page.
    Back,
    /// Earlier page.
    Earlier,
    /// Later page.
    Later,
    /// Type a filter.
    Filter,
    /// Hold the trace still, or let it go on.
    Freeze,
    /// Type a command.
    CommandLine,
    /// Show the keys.
    Help,
    /// Open the act menu of what the cursor is on.
    Act,
    /// Open the approve card.
    Approve,
    /// Open the deny card.
    Deny,
    /// Open the card that hands an escalation to somebody.
    HandOver,
    /// Fold questions that are alike into one row, or unfold them.
    Fold,
    /// Show the next section of the queue.
    NextSection,
    /// Show the section of the queue before.
    LastSection,
    /// Draw a run in time, or as a list.
    Waterfall,
    /// Open the card that says that an action in doubt happened.
    Happened,
    /// Open the card that says that it did not.
    DidNotHappen,
    /// Give each row a letter that puts the cursor there.
    Jump,
    /// Copy the id of what the cursor is on.
    Copy,
    /// Connect again now.
    Retry,
    /// Leave, when pressed twice.
    Interrupt,
    /// Stop until the shell lets the console go on.
    Suspend,
}

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On every page.
    Everywhere,
    /// Where an escalation can be under the cursor.
    Escalations,
    /// In the queue.
    Queue,
    /// On the page of one action.
    Action,
    /// On the page of one run.
    Run,
    /// In the live trace.
    Trace,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Keys with this meaning, the one to advertise first.
    pub keys: &'static [Key],
    /// Where.
    pub place: Place,
    /// The meaning.
    pub verb: Verb,
    /// In words, for help.
    pub help: &'static str,
}

const fn bind(keys: &'static [Key], place: Place, verb: Verb, help: &'static str) -> Binding {
    Binding { keys, place, verb, help }
}

/// Every binding.
pub const BINDINGS: &[Binding] = &[
    bind(&[Key::Char('1')], Place::Everywhere, Verb::Overview, "Overview: services, ceilings, budgets"),
    bind(&[Key::Char('2')], Place::Everywhere, Verb::Queue, "Queue: escalations that wait for a person"),
    bind(&[Key::Char('3')], Place::Everywhere, Verb::Trace, "Trace: every journal record, live"),
    bind(&[Key::Char('4')], Place::Everywhere, Verb::Switches, "Switches: what is stopped or in safe mode"),
    bind(&[Key::Char('5')], Place::Everywhere, Verb::Parked, "Parked: what an undo has left to people"),
    bind(
        &[Key::Char('6')],
        Place::Everywhere,
        Verb::Contracts,
        "Contracts: versions, who approved, what changes",
    ),
    bind(&[Key::Char('7')], Place::Everywhere, Verb::Cost, "Cost: budgets, pace, when they run out"),
    bind(&[Key::Char('8')], Place::Everywhere, Verb::Audit, "Audit: who did what to the control plane"),
    bind(&[Key::Char('j'), Key::Down], Place::Everywhere, Verb::Down, "down"),
    bind(&[Key::Char('k'), Key::Up], Place::Everywhere, Verb::Up, "up"),
    bind(&[Key::PageDown], Place::Everywhere, Verb::PageDown, "a page on"),
    bind(
        &[Key::Char(' ')],
        Place::Everywhere,
        Verb::ReadOn,
        "read on: the next part that was not on the screen yet",
    ),
    bind(&[Key::PageUp], Place::Everywhere, Verb::PageUp, "a page back"),
    bind(&[Key::Char('g'), Key::Home], Place::Everywhere, Verb::First, "first"),
    bind(&[Key::Char('G'), Key::End], Place::Everywhere, Verb::Last, "last; follows again in the trace"),
    bind(&[Key::Enter], Place::Everywhere, Verb::Open, "open; never decides anything"),
    bind(&[Key::Esc], Place::Everywhere, Verb::Back, "back; never quits"),
    bind(&[Key::Char('[')], Place::Everywhere, Verb::Earlier, "earlier page"),
    bind(&[Key::Char(']')], Place::Everywhere, Verb::Later, "later page"),
    bind(&[Key::Char('!')], Place::Everywhere, Verb::Act, "act menu: stop, safe mode, release, undo"),
    bind(
        &[Key::Char('A')],
        Place::Everywhere,
        Verb::Acknowledge,
        "alerts: what wants an eye, and who looks; there, acknowledge one: opens a card",
    ),
    bind(&[Key::Char('a')], Place::Escalations, Verb::Approve, "approve: opens a card"),
    bind(&[Key::Char('d')], Place::Escalations, Verb::Deny, "deny: opens a card"),
    bind(&[Key::Char('s')], Place::Escalations, Verb::HandOver, "send to somebody: opens a card"),
    bind(&[Key::Char('v')], Place::Queue, Verb::Fold, "fold questions that are alike, or unfold them"),
    bind(&[Key::Tab], Place::Queue, Verb::NextSection, "the next section: each saved filter is one"),
    bind(&[Key::BackTab], Place::Queue, Verb::LastSection, "the section before"),
    bind(&[Key::Char('w')], Place::Run, Verb::Waterfall, "the run in time, or as a list"),
    bind(&[Key::Char('h')], Place::Action, Verb::Happened, "an action in doubt happened: opens a card"),
    bind(&[Key::Char('n')], Place::Action, Verb::DidNotHappen, "it did not happen: opens a card"),
    bind(&[Key::Char('f')], Place::Trace, Verb::Freeze, "freeze or go on"),
    bind(
        &[Key::Char('/')],
        Place::Everywhere,
        Verb::Filter,
        "filter rows: words, or conditions as in docs/filter.md",
    ),
    bind(
        &[Key::Char(':'), Key::Ctrl('p')],
        Place::Everywhere,
        Verb::CommandLine,
        "command line; Tab completes, Up brings earlier lines",
    ),
    bind(
        &[Key::Ctrl('o')],
        Place::Everywhere,
        Verb::Jump,
        "jump: a letter for each row, which puts the cursor there",
    ),
    bind(
        &[Key::Char('y')],
        Place::Everywhere,
        Verb::Copy,
        "copy the id, the row or the page to the clipboard",
    ),
    bind(&[Key::Char('r')], Place::Everywhere, Verb::Retry, "connect again now; fetch again"),
    bind(&[Key::Char('?')], Place::Everywhere, Verb::Help, "this help"),
    bind(&[Key::Ctrl('c')], Place::Everywhere, Verb::Interrupt, "twice: leave (or :quit)"),
    bind(
        &[Key::Ctrl('z')],
        Place::Everywhere,
        Verb::Suspend,
        "back to the shell until `fg`, also from a card",
    ),
];

/// The numbered views, in the order of their keys.
pub const VIEWS: &[(Verb, Page, &str)] = &[
    (Verb::Overview, Page::Overview, "Overview"),
    (Verb::Queue, Page::Queue, "Queue"),
    (Verb::Trace, Page::Trace, "Trace"),
    (Verb::Switches, Page::Switches, "Switches"),
    (Verb::Parked, Page::Parked, "Parked"),
    (Verb::Contracts, Page::Contracts, "Contracts"),
    (Verb::Cost, Page::Cost, "Cost"),
    (Verb::Audit, Page::Audit, "Audit"),
];

/// Keys inside cards, for help. Cards read text, so these are no bindings.
pub const CARD_KEYS: &[(&str, &str)] = &[
    ("Esc", "leave the card; nothing is done"),
    ("Tab", "next field"),
    ("Enter", "submit the text fields; alone it does nothing"),
    ("y", "confirm, only where the card says so"),
    ("PgDn PgUp", "read on in a long card"),
];

/// Whether `place` is part of `page`.
#[must_use]
pub fn holds(place: Place, page: &Page) -> bool {
    match place {
        Place::Everywhere => true,
        Place::Escalations => matches!(page, Page::Queue | Page::Alike(_) | Page::Decision(_)),
        Place::Queue => matches!(page, Page::Queue),
        Place::Run => matches!(page, Page::Run(_)),
        Place::Action => matches!(page, Page::Action(_)),
        Place::Trace => matches!(page, Page::Trace),
    }
}

/// Whether a key can mean two things on one page.
#[must_use]
pub const fn overlap(left: Place, right: Place) -> bool {
    match (left, right) {
        (Place::Everywhere, _)
        | (_, Place::Everywhere)
        | (Place::Escalations, Place::Escalations | Place::Queue)
        | (Place::Queue, Place::Escalations | Place::Queue)
        | (Place::Action, Place::Action)
        | (Place::Run, Place::Run)
        | (Place::Trace, Place::Trace) => true,
        (Place::Escalations | Place::Queue | Place::Run | Place::Action | Place::Trace, _) => false,
    }
}

impl Verb {
    /// The name by which a configuration file binds it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Queue => "queue",
            Self::Trace => "trace",
            Self::Switches => "switches",
            Self::Parked => "parked",
            Self::Contracts => "contracts",
            Self::Cost => "cost",
            Self::Audit => "audit",
            Self::Acknowledge => "acknowledge",
            Self::Down => "down",
            Self::Up => "up",
            Self::PageDown => "page_down",
            Self::ReadOn => "read_on",
            Self::PageUp => "page_up",
            Self::First => "first",
            Self::Last => "last",
            Self::Open => "open",
            Self::Back => "back",
            Self::Earlier => "earlier",
            Self::Later => "later",
            Self::Filter => "filter",
            Self::Freeze => "freeze",
            Self::CommandLine => "command_line",
            Self::Help => "help",
            Self::Act => "act",
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::HandOver => "send",
            Self::Fold => "fold",
            Self::NextSection => "next_section",
            Self::LastSection => "last_section",
            Self::Waterfall => "waterfall",
            Self::Happened => "happened",
            Self::DidNotHappen => "did_not_happen",
            Self::Jump => "jump",
            Self::Copy => "copy",
            Self::Retry => "retry",
            Self::Interrupt => "interrupt",
            Self::Suspend => "suspend",
        }
    }

    /// Whether it opens a card, from which a command can leave.
    #[must_use]
    pub const fn opens_card(self) -> bool {
        matches!(
            self,
            Self::Act
                | Self::Acknowledge
                | Self::Approve
                | Self::Deny
                | Self::HandOver
                | Self::Happened
                | Self::DidNotHappen
        )
    }
}
