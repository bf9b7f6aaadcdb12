//! The books of a domain, posted anew from its journal and held against what the control plane counts.

use std::sync::Arc;

use remit_core::{
    DomainName, Money, RunId, ServiceName, State, Timestamp,
    account::REMEMBERED_MS,
    books::{Books, Counted, Node, Pot, Sums},
    window::Per,
};
use remit_proto::v1 as pb;

use super::{
    cost::{Of, named},
    wire,
};
use crate::{clock, error::Error, plane::Plane};

/// One domain after the other: a history is read as a whole.
pub(super) async fn books(plane: &Arc<Plane>, of: &str) -> Result<pb::GetBooksResponse, Error> {
    let asked: Vec<(DomainName, Of)> =
        named(plane, of)?.into_iter().map(|(ward, of)| (ward.domain.name().clone(), of)).collect();
    let _turn = plane.reviews.acquire().await.map_err(|error| Error::Unavailable(error.to_string()))?;
    let (plane, now) = (Arc::clone(plane), clock::now());
    let read = tokio::task::spawn_blocking(move || {
        let books = asked.into_iter().map(|(domain, of)| domain_books(&plane, &domain, &of, now));
        books.collect::<Result<Vec<_>, Error>>()
    });
    let books = read.await.map_err(|error| Error::Unavailable(error.to_string()))??;
    Ok(pb::GetBooksResponse { books })
}

fn domain_books(
    plane: &Plane,
    domain: &DomainName,
    of: &Of,
    now: Timestamp,
) -> Result<pb::DomainBooks, Error> {
    // What is counted at a position, before the journal is read up to it.
    let (seq, counted) = plane.ward(domain)?.view.read(|inner| (inner.seq, Counted::by(&inner.state)));
    let (mut books, mut state) = (Books::default(), State::new(domain.clone()));
    plane.journal.replay(domain, |record| {
        if record.seq <= seq {
            books.enter(&mut state, &record.event, record.at);
        }
    })?;
    let accounts = books.nodes().filter(|node| is_asked(of, node, now));
    let accounts = accounts.flat_map(|node| Pot::ALL.map(|pot| account(&books, &state, node, pot)));
    let total = books.total();
    Ok(pb::DomainBooks {
        domain: domain.to_string(),
        currency: currency(&state),
        seq,
        accounts: accounts.collect::<Result<_, _>>()?,
        debits_micros: micros(total.debits)?,
        credits_micros: micros(total.credits)?,
        kept: u64::try_from(books.nodes().count().saturating_mul(Pot::ALL.len())).unwrap_or(u64::MAX),
        differences: books.differences(&counted).map(|node| words(node, &state)).collect(),
    })
}

/// Days are shown for ever, hours as long as they are remembered, a run by its name alone.
fn is_asked(of: &Of, node: &Node, now: Timestamp) -> bool {
    let (window, is_asked) = match (node, of) {
        (Node::Run(run), Of::Run(asked)) => return run == asked,
        (Node::Run(_), Of::Everything | Of::Service(_)) => return false,
        (Node::Service(name, window), Of::Service(asked)) => (window, name == asked),
        (Node::Service(_, window) | Node::Domain(window), Of::Everything) => (window, true),
        (Node::Service(_, window) | Node::Domain(window), Of::Run(_))
        | (Node::Domain(window), Of::Service(_)) => (window, false),
    };
    is_asked && (window.per == Per::Day || now < window.ends().plus_ms(REMEMBERED_MS))
}

fn account(books: &Books, state: &State, node: &Node, pot: Pot) -> Result<pb::BookAccount, Error> {
    let Sums { debits, credits } = books.sums(node, pot);
    let (debits, credits) = (micros(debits)?, micros(credits)?);
    let difference = |more: u64, less: u64| i64::try_from(more.saturating_sub(less)).unwrap_or(i64::MAX);
    let (kind, name, limit) = described(node, state);
    let window = match node {
        Node::Run(_) => None,
        Node::Service(_, window) | Node::Domain(window) => Some(window),
    };
    Ok(pb::BookAccount {
        kind: kind.to_owned(),
        name,
        window: window.map(|window| window.per.to_string()).unwrap_or_default(),
        starts: window.map(|window| wire::time(window.starts)),
        account: pot.as_str().to_owned(),
        debits_micros: debits,
        credits_micros: credits,
        balance_micros: if debits < credits {
            difference(credits, debits).saturating_neg()
        } else {
            difference(debits, credits)
        },
        limit_micros: limit.map(Money::as_micros),
    })
}

/// Kind, name and limit of a node.
fn described(node: &Node, state: &State) -> (&'static str, String, Option<Money>) {
    let of_run = |run: &RunId| state.runs.get(run).map(|run| run.limits.spend);
    let of_service = |name: &ServiceName, per: Per| {
        state.services.get(name).and_then(|service| service.active.allowance.spend.get(&per).copied())
    };
    match node {
        Node::Run(run) => ("run", run.to_string(), of_run(run)),
        Node::Service(name, window) => ("service", name.to_string(), of_service(name, window.per)),
        Node::Domain(window) => {
            let limit = state.settings.as_ref().and_then(|it| it.allowance.spend.get(&window.per).copied());
            ("domain", state.domain.to_string(), limit)
        }
    }
}

fn words(node: &Node, state: &State) -> String {
    let (kind, name, _) = described(node, state);
    match node {
        Node::Run(_) => format!("{kind} {name}"),
        Node::Service(_, window) | Node::Domain(window) => {
            format!("{kind} {name}, the {} from {}", window.per, window.starts)
        }
    }
}

fn currency(state: &State) -> String {
    let of_services = || state.services.values().next().map(|service| service.active.currency.clone());
    state.settings.as_ref().map(|it| it.currency.clone()).or_else(of_services).unwrap_or_default()
}

fn micros(sum: u128) -> Result<u64, Error> {
    u64::try_from(sum).map_err(|_| Error::Unavailable(format!("{sum} millionths are more than can be told")))
}
