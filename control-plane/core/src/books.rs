//! The books: each event as double entry. What is debited to one pot of a node is credited to another of the same.
//!
//! ```text
//!   reserve   debit held       credit available       settle    debit spent   credit held
//!   release   debit available  credit held            breach    debit spent   credit available
//! ```
//!
//! Postings follow from the event and the state before it, and not from what the fold does with them: so the books
//! hold the fold to account. Held and spent of a node are the balances of its pots; what is available is what is
//! left of its limit, so that pot begins at nothing and its balance is what was taken from it.

use std::collections::BTreeMap;

use crate::{
    Event, Money, Outcome, RunId, ServiceName, State, Timestamp,
    account::{Account, Accounts},
    action::ActionMove,
    escalation::EscalationStatus,
    event::{ActionDecided, ActionSettled, Dated, Settlement},
    state::Action,
    window::{Per, Window},
};

/// Where money is counted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Node {
    /// A run.
    Run(RunId),
    /// An hour or a day of a service.
    Service(ServiceName, Window),
    /// An hour or a day of the domain.
    Domain(Window),
}

/// What money of a node can be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Pot {
    /// Neither held nor spent.
    Available,
    /// Reserved and not settled.
    Held,
    /// Settled.
    Spent,
}

impl Pot {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Available, Self::Held, Self::Spent];

    /// The word in consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Held => "held",
            Self::Spent => "spent",
        }
    }
}

/// One line of the books.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posting {
    /// In which node.
    pub node: Node,
    /// The pot that has more now.
    pub debit: Pot,
    /// The pot that has less now.
    pub credit: Pot,
    /// How much.
    pub amount: Money,
}

/// Debits and credits of one pot.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sums {
    /// Everything that was debited, in millionths.
    pub debits: u128,
    /// Everything that was credited, in millionths.
    pub credits: u128,
}

impl Sums {
    /// Debits less credits; `None` where more was taken out than was ever in.
    pub const fn balance(&self) -> Option<u128> {
        self.debits.checked_sub(self.credits)
    }
}

/// Everything that was ever posted, by node and pot.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Books(BTreeMap<(Node, Pot), Sums>);

impl Books {
    /// The books of a history, and the state that it leads to.
    pub fn of<'a>(mut state: State, history: impl IntoIterator<Item = &'a Dated>) -> (Self, State) {
        let mut books = Self::default();
        for (at, event) in history {
            books.enter(&mut state, event, *at);
        }
        (books, state)
    }

    /// Posts an event, and lets it have happened to the state.
    pub fn enter(&mut self, state: &mut State, event: &Event, at: Timestamp) {
        self.post(&postings(state, event, at));
        state.apply(event, at);
    }

    /// Enters postings.
    pub fn post(&mut self, postings: &[Posting]) {
        for Posting { node, debit, credit, amount } in postings {
            let amount = u128::from(amount.as_micros());
            let debited = self.0.entry((node.clone(), *debit)).or_default();
            debited.debits = debited.debits.saturating_add(amount);
            let credited = self.0.entry((node.clone(), *credit)).or_default();
            credited.credits = credited.credits.saturating_add(amount);
        }
    }

    /// What was posted to a pot.
    pub fn sums(&self, node: &Node, pot: Pot) -> Sums {
        self.0.get(&(node.clone(), pot)).copied().unwrap_or_default()
    }

    /// Every node with a posting.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        let mut last = None;
        self.0.keys().map(|(node, _)| node).filter(move |node| last.replace(*node) != Some(*node))
    }

    /// All debits and all credits: equal, in every state.
    pub fn total(&self) -> Sums {
        self.0.values().fold(Sums::default(), |sum, it| Sums {
            debits: sum.debits.saturating_add(it.debits),
            credits: sum.credits.saturating_add(it.credits),
        })
    }

    /// Where something else was counted than the books have; windows that are forgotten are not looked at.
    pub fn differences<'a>(&self, counted: &'a [Counted]) -> impl Iterator<Item = &'a Node> {
        let same = |sums: Sums, money: Money| sums.balance() == Some(u128::from(money.as_micros()));
        let differs = counted.iter().filter(move |it| {
            !same(self.sums(&it.node, Pot::Held), it.held) || !same(self.sums(&it.node, Pot::Spent), it.spent)
        });
        differs.map(|it| &it.node)
    }
}

/// What a state has of one node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counted {
    /// Which node.
    pub node: Node,
    /// Reserved and not settled.
    pub held: Money,
    /// Settled.
    pub spent: Money,
}

impl Counted {
    /// Of every node that a state remembers.
    pub fn by(state: &State) -> Vec<Self> {
        let windows = |accounts: &Accounts, node: &dyn Fn(Window) -> Node| {
            let of = |(window, it): (&Window, &Account)| Self {
                node: node(*window),
                held: it.held,
                spent: it.spent,
            };
            accounts.windows().map(of).collect::<Vec<_>>()
        };
        let runs = state.runs.values().map(|run| Self {
            node: Node::Run(run.id),
            held: run.budget.held(),
            spent: run.budget.spent(),
        });
        let services = state
            .services
            .iter()
            .flat_map(|(name, it)| windows(&it.accounts, &|window| Node::Service(name.clone(), window)));
        runs.chain(services).chain(windows(&state.accounts, &Node::Domain)).collect()
    }
}

/// What an event posts, before it has happened to the state.
pub fn postings(state: &State, event: &Event, at: Timestamp) -> Vec<Posting> {
    let at = state.latest.max(at);
    let mut postings = Vec::new();
    for action in state.resting(at) {
        postings.extend(moved(state, action, kept(action), Money::ZERO));
    }
    if let Event::ActionDecided(decided) = event {
        postings.extend(reserved(state, decided, at));
    } else if let Event::ActionSettled(outcome) = event {
        postings.extend(settled(state, outcome));
    } else if let Event::EscalationClosed { escalation, action, status, .. } = event {
        let pending = state.escalations.get(escalation).map(|it| it.status);
        if pending == Some(EscalationStatus::Pending) {
            let by = match status {
                EscalationStatus::Pending | EscalationStatus::Approved => None,
                EscalationStatus::Lapsed => Some(ActionMove::Lapse),
                EscalationStatus::Denied | EscalationStatus::Voided => Some(ActionMove::Deny),
            };
            postings.extend(by.into_iter().flat_map(|by| given_back(state, *action, by)));
        }
    } else if let Event::ActionReleased { action, decision, .. } = event
        && decision.outcome != Outcome::Admit
    {
        postings.extend(given_back(state, *action, ActionMove::Deny));
    }
    postings
}

fn reserved(state: &State, decided: &ActionDecided, at: Timestamp) -> Vec<Posting> {
    let Some(run) = state.runs.get(&decided.proposal.run) else { return Vec::new() };
    let goes = matches!(decided.decision.outcome, Outcome::Admit | Outcome::Escalate);
    let counts = decided.is_for_people() || run.counts(&decided.proposal);
    // A compensation takes over what was kept for it: the same money in the same nodes.
    if !goes || !counts || decided.undoes.is_some() {
        return Vec::new();
    }
    let amount = decided.hold.saturating_add(decided.undo_hold);
    nodes(run.id, &run.terms.service, at)
        .into_iter()
        .map(|node| Posting { node, debit: Pot::Held, credit: Pot::Available, amount })
        .collect()
}

fn settled(state: &State, settled: &ActionSettled) -> Vec<Posting> {
    let Some(action) = state.actions.get(&settled.action) else { return Vec::new() };
    let (by, hold) = match &settled.settlement {
        Settlement::Succeeded { .. } if settled.undo.is_some() => (ActionMove::Succeed, action.hold),
        Settlement::Succeeded { .. } => (ActionMove::Succeed, kept(action)),
        // What a compensation that came to nothing did not cost stays held, for the next one.
        Settlement::Failed { .. } if undoes_what_is_here(state, action) => {
            (ActionMove::Fail, action.hold.min(settled.cost))
        }
        Settlement::Failed { .. } => (ActionMove::Fail, kept(action)),
        Settlement::InDoubt { .. } => return Vec::new(),
    };
    match action.status.next(by) {
        Ok(_) => moved(state, action, hold, settled.cost),
        Err(_) => Vec::new(),
    }
}

fn undoes_what_is_here(state: &State, action: &Action) -> bool {
    action.undoes.is_some_and(|(target, _)| state.actions.contains_key(&target))
}

fn given_back(state: &State, action: crate::ActionId, by: ActionMove) -> Vec<Posting> {
    let action = state.actions.get(&action).filter(|action| action.status.next(by).is_ok());
    action.map(|action| moved(state, action, kept(action), Money::ZERO)).unwrap_or_default()
}

/// Everything that an action still holds.
const fn kept(action: &Action) -> Money {
    action.hold.saturating_add(action.undo_hold)
}

/// A hold that becomes spend, as far as it goes; the rest of the one or of the other.
fn moved(state: &State, action: &Action, hold: Money, actual: Money) -> Vec<Posting> {
    let Some(run) = state.runs.get(&action.run) else { return Vec::new() };
    let both = hold.min(actual);
    let lines = [
        (Pot::Spent, Pot::Held, both),
        (Pot::Available, Pot::Held, hold.saturating_sub(both)),
        (Pot::Spent, Pot::Available, actual.saturating_sub(both)),
    ];
    let nodes = nodes(run.id, &run.terms.service, action.charged_at);
    nodes
        .iter()
        .flat_map(|node| {
            lines.map(|(debit, credit, amount)| Posting { node: node.clone(), debit, credit, amount })
        })
        .filter(|posting| !posting.amount.is_zero())
        .collect()
}

/// The run and everything above it, at a moment.
fn nodes(run: RunId, service: &ServiceName, at: Timestamp) -> Vec<Node> {
    let windows = Per::ALL.map(|per| Window::of(per, at));
    let above = windows.map(|window| [Node::Service(service.clone(), window), Node::Domain(window)]);
    std::iter::once(Node::Run(run)).chain(above.into_iter().flatten()).collect()
}
