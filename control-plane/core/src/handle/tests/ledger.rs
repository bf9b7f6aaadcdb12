//! Money counted a second time, in the plainest way: from the actions that are there and from what was reported.

#![expect(clippy::arithmetic_side_effects, reason = "sums of a test may overflow: that fails it")]

use std::collections::BTreeMap;

use super::world::*;
use crate::{
    Event, Money, Outcome, State, Timestamp,
    account::REMEMBERED_MS,
    books::{Books, Counted, Node, Pot},
    event::Settlement,
    window::{Per, Window},
};

/// Held and spent of each node, by what the history says of each action.
#[derive(Default)]
pub(super) struct Ledger {
    held: BTreeMap<Node, u128>,
    spent: BTreeMap<Node, u128>,
    /// How much of it went beyond what a decision had reserved.
    beyond: BTreeMap<Node, u128>,
}

fn nodes(world: &World, run: crate::RunId, at: Timestamp) -> Vec<Node> {
    let service = world.state.runs[&run].terms.service.clone();
    let mut nodes = vec![Node::Run(run)];
    for per in Per::ALL {
        nodes.push(Node::Service(service.clone(), Window::of(per, at)));
        nodes.push(Node::Domain(Window::of(per, at)));
    }
    nodes
}

impl Ledger {
    pub(super) fn of(world: &World) -> Self {
        let mut ledger = Self::default();
        let add = |sums: &mut BTreeMap<Node, u128>, nodes: &[Node], amount: u128| {
            for node in nodes {
                *sums.entry(node.clone()).or_default() += amount;
            }
        };
        // When each action was charged, and what it had: a compensation has what was kept for it.
        let mut charged = BTreeMap::new();
        let mut status = BTreeMap::new();
        for (at, event) in &world.history {
            match event {
                Event::ActionDecided(it) => {
                    let id = it.proposal.action;
                    let of = it.undoes.map_or(*at, |(target, _)| charged[&target]);
                    charged.insert(id, of);
                    let goes = matches!(it.decision.outcome, Outcome::Admit | Outcome::Escalate);
                    status.insert(id, (goes, u128::from(it.hold.as_micros())));
                    if it.rereads.is_some() {
                        let nodes = nodes(world, it.proposal.run, of);
                        add(&mut ledger.beyond, &nodes, u128::from(it.hold.as_micros()));
                    }
                }
                Event::ActionSettled(it) => {
                    let Some((goes, hold)) = status.get(&it.action).copied() else { continue };
                    assert!(goes, "{event:?} of what was refused");
                    if !matches!(it.settlement, Settlement::InDoubt { .. }) {
                        let nodes = nodes(world, it.run, charged[&it.action]);
                        let cost = u128::from(it.cost.as_micros());
                        add(&mut ledger.spent, &nodes, cost);
                        add(&mut ledger.beyond, &nodes, cost.saturating_sub(hold));
                    }
                }
                _ => {}
            }
        }
        for action in world.state.actions.values() {
            let kept = action.hold.as_micros() + action.undo_hold.as_micros();
            add(&mut ledger.held, &nodes(world, action.run, charged[&action.id]), u128::from(kept));
        }
        ledger
    }

    fn has(&self, node: &Node) -> (u128, u128) {
        let of = |sums: &BTreeMap<Node, u128>| sums.get(node).copied().unwrap_or(0);
        (of(&self.held), of(&self.spent))
    }

    pub(super) fn beyond(&self, node: &Node) -> u128 {
        self.beyond.get(node).copied().unwrap_or(0)
    }
}

/// The fold, the books and the plain count have the same; debits equal credits.
pub(super) fn invariant_books_balance(world: &World) {
    let (books, state) = Books::of(State::new("payments".into()), &world.history);
    let ledger = Ledger::of(world);
    assert_eq!(books.total().debits, books.total().credits);
    assert_eq!(books.differences(&Counted::by(&state)).collect::<Vec<_>>(), Vec::<&Node>::new());
    for node in books.nodes() {
        let balance = |pot| books.sums(node, pot).balance().expect("no pot is below nothing");
        assert_eq!((balance(Pot::Held), balance(Pot::Spent)), ledger.has(node), "{node:?}");
        let (held, spent) = ledger.has(node);
        let available = books.sums(node, Pot::Available);
        assert_eq!(available.credits - available.debits, held + spent, "{node:?}");
    }
    // What is open or holds anything is never forgotten.
    let known = |node: &Node, now: Timestamp| match node {
        Node::Run(run) => state.runs.contains_key(run),
        Node::Service(service, window) => {
            now >= window.ends().plus_ms(REMEMBERED_MS)
                || state.services[service].accounts.windows().any(|(known, _)| known == window)
        }
        Node::Domain(window) => {
            now >= window.ends().plus_ms(REMEMBERED_MS)
                || state.accounts.windows().any(|(known, _)| known == window)
        }
    };
    for node in books.nodes() {
        assert!(known(node, state.latest) && (ledger.has(node).0 == 0 || known(node, Timestamp::default())));
    }
}

/// Whatever was reserved fits, at the moment of its decision, into every node that has a limit; what is beyond
/// was reported beyond its ceiling or read again for people.
pub(super) fn invariant_held_plus_spent_within_limit(world: &World) {
    let ledger = Ledger::of(world);
    let within = |node: Node, limit: u64| {
        let (held, spent) = ledger.has(&node);
        assert!(held + spent <= u128::from(limit) + ledger.beyond(&node), "{node:?}");
    };
    for run in world.state.runs.values() {
        within(Node::Run(run.id), run.limits.spend.as_micros());
    }
    for (name, service) in &world.state.services {
        for (window, account) in service.accounts.windows() {
            if let Some(limit) = service.active.allowance.spend.get(&window.per) {
                within(Node::Service(name.clone(), *window), limit.as_micros());
            }
            if let Some(most) = service.active.allowance.calls.get(&window.per) {
                assert!(account.calls <= *most, "{name} {window:?} {account:?}");
            }
        }
    }
}

#[test]
fn what_is_counted_otherwise_is_named() {
    let mut world = World::new();
    let paid = world.admit(Call::new("pay", "1"));
    world.settle(paid, succeeded()).unwrap();
    world.admit(Call::new("pay", "2"));
    let (books, state) = Books::of(State::new("payments".into()), &world.history);
    let right = Counted::by(&state);
    assert_eq!(right.len(), 5, "a run, and an hour and a day of the service and of the domain");
    for number in 0..right.len() {
        let one = Money::from_micros(1);
        let changes: [fn(&mut Counted, Money); 2] =
            [|it, by| it.held = it.held.saturating_add(by), |it, by| it.spent = it.spent.saturating_sub(by)];
        for change in changes {
            let mut counted = right.clone();
            change(&mut counted[number], one);
            assert_eq!(books.differences(&counted).collect::<Vec<_>>(), [&right[number].node]);
        }
    }
    assert_eq!(books.differences(&right).count(), 0);
}
