//! What really happened at the hostile tool: each arrival and each effect, in order.

use std::{collections::BTreeMap, time::Duration};

use parking_lot::Mutex;
use remit_core::Digest;

/// A request that arrived, whatever became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// Where: `/orders`, `/posts`, …
    pub path: String,
    /// The idempotency key that came with it.
    pub key: Option<String>,
    /// Digest of the very bytes.
    pub digest: Digest,
    /// The bytes.
    pub body: String,
    /// When, after the server's start.
    pub at: Duration,
}

/// Something that was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effect {
    /// Its place in the ledger, as the answer names it: `ef-N`.
    pub number: usize,
    /// Where it was asked for.
    pub path: String,
    /// The key that came with it.
    pub key: Option<String>,
    /// The bytes that asked for it.
    pub body: String,
}

/// Everything up to a moment.
#[derive(Clone, Default, Debug)]
pub struct Seen {
    /// Requests, in order.
    pub arrivals: Vec<Arrival>,
    /// Effects, in order.
    pub effects: Vec<Effect>,
}

/// The log and the ledger.
#[derive(Default, Debug)]
pub(super) struct Book(Mutex<Inner>);

#[derive(Default, Debug)]
struct Inner {
    seen: Seen,
    by_key: BTreeMap<String, usize>,
    /// How often each call came.
    times: BTreeMap<(String, Option<String>, Digest), usize>,
}

impl Book {
    /// Writes an arrival down; says how many arrivals of the same call there were before.
    pub(super) fn arrived(&self, arrival: Arrival) -> usize {
        let mut inner = self.0.lock();
        let call = (arrival.path.clone(), arrival.key.clone(), arrival.digest);
        let times = inner.times.entry(call).or_default();
        let before = *times;
        *times += 1;
        inner.seen.arrivals.push(arrival);
        before
    }

    /// Does it. Who deduplicates does it once for each key, and answers as the first time.
    pub(super) fn commit(&self, arrival: &Arrival, deduplicates: bool) -> usize {
        let mut inner = self.0.lock();
        let key = arrival.key.clone().filter(|_| deduplicates);
        if let Some(known) = key.as_ref().and_then(|key| inner.by_key.get(key)) {
            return *known;
        }
        let Arrival { path, key: given, body, .. } = arrival.clone();
        let number = inner.seen.effects.len();
        inner.seen.effects.push(Effect { number, path, key: given, body });
        inner.by_key.extend(key.map(|key| (key, number)));
        number
    }

    pub(super) fn seen(&self) -> Seen {
        self.0.lock().seen.clone()
    }
}
