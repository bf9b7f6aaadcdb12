//! What the tests of this crate share: events to write, and an append that waits.

use std::sync::{Arc, mpsc};

use remit_core::{ActionId, DomainName, Event, RunId, Timestamp};

use crate::{Batch, Error, Journal, Record};

pub(crate) type Answered = Result<Vec<Arc<Record>>, Error>;

pub(crate) fn payments() -> DomainName {
    DomainName::from("payments")
}

pub(crate) fn access() -> DomainName {
    DomainName::from("access")
}

pub(crate) fn run(number: u64) -> RunId {
    format!("run_{number:032x}").parse().unwrap()
}

pub(crate) fn action(number: u64) -> ActionId {
    format!("act_{number:032x}").parse().unwrap()
}

/// An event of an action.
pub(crate) fn started(of_action: u64, of_run: u64) -> Event {
    Event::ActionStarted { action: action(of_action), run: run(of_run) }
}

/// An event of a run, with a text of any length.
pub(crate) fn ended(of_run: u64, note: &str) -> Event {
    Event::RunEnded { run: run(of_run), stopped: false, reason: None, note: note.to_owned() }
}

/// A batch whose events happened one microsecond after another.
pub(crate) fn batch(domain: &DomainName, after: u64, events: Vec<Event>) -> Batch {
    let times = 1_772_443_000_000_000_i64..;
    let events = times.map(Timestamp::from_micros).zip(events).collect();
    Batch { domain: domain.clone(), after, events }
}

/// Hands a batch over; the answer can be waited for.
pub(crate) fn send(journal: &Journal, batch: Batch) -> mpsc::Receiver<Answered> {
    let (answer, answered) = mpsc::channel();
    journal.append(batch, Box::new(move |result| drop(answer.send(result))));
    answered
}

/// Hands a batch over and waits for the answer.
pub(crate) fn append(journal: &Journal, batch: Batch) -> Answered {
    send(journal, batch).recv().unwrap()
}

pub(crate) fn seqs(records: &[Arc<Record>]) -> Vec<u64> {
    records.iter().map(|record| record.seq).collect()
}
