//! The last good results of reads that may be answered from them while their tool is down. Kept in memory only: after
//! a restart a tool must have answered once before anything is answered for it.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use remit_contract::LastGood;
use remit_core::{Digest, ToolName};

/// Most results that are kept.
const MOST: usize = 1_024;

/// Most text of them, in bytes.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// The very same read: version of the contract (and thus service), tool, digest of the parameters.
pub(crate) type Key = (Digest, ToolName, Digest);

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct LastGoods(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    results: BTreeMap<Key, LastGood>,
    /// Keys by the age of their result, oldest first; one that was replaced stands at its old place too.
    order: VecDeque<(Key, remit_core::ActionId)>,
    bytes: usize,
}

impl LastGoods {
    /// The last one, if it is still kept.
    pub(crate) fn get(&self, key: &Key) -> Option<LastGood> {
        self.0.lock().results.get(key).cloned()
    }

    /// Keeps one; the oldest make room.
    pub(crate) fn keep(&self, key: Key, good: LastGood) {
        let mut kept = self.0.lock();
        kept.bytes = kept.bytes.saturating_add(good.result.as_str().len());
        kept.order.push_back((key.clone(), good.action));
        let replaced = kept.results.insert(key, good);
        kept.forget(replaced.as_ref());
        while kept.order.len() > MOST || kept.bytes > MOST_BYTES {
            let Some((key, action)) = kept.order.pop_front() else { break };
            if kept.results.get(&key).is_some_and(|good| good.action == action) {
                let oldest = kept.results.remove(&key);
                kept.forget(oldest.as_ref());
            }
        }
    }
}

impl Kept {
    fn forget(&mut self, gone: Option<&LastGood>) {
        self.bytes = self.bytes.saturating_sub(gone.map_or(0, |gone| gone.result.as_str().len()));
    }
}

#[cfg(test)]
mod tests;
