//! A run that memory has let go, as its records tell it: the same fold, over that run alone.

use std::sync::Arc;

use remit_core::Event;
use remit_journal::Record;

use super::{Inner, View};

impl View {
    /// Folds all records of one run, oldest first, with the contract version that it kept. Blocks nobody:
    /// the lock is held only to look up the version.
    pub(crate) fn recall(&self, records: &[Arc<Record>]) -> Inner {
        let mut past = Inner::new(self.name.clone());
        for record in records {
            if let Event::RunStarted { contract, .. } = &record.event
                && let Some(terms) = self.read(|inner| {
                    inner.state.versions.get(contract).map(|version| Arc::clone(&version.terms))
                })
            {
                let terms = Box::new((*terms).clone());
                past.state.apply(&Event::ContractActivated { terms, by: String::new() }, record.at);
            }
            past.absorb(record);
        }
        past
    }
}

#[cfg(test)]
mod tests;
