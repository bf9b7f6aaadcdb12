//! A run that memory has let go, as its records tell it: the same fold, over that run alone.

use std::sync::Arc;

use remit_core::{ActionId, Event};
use remit_journal::Record;

use super::{ActionCard, Inner, View};

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

    /// The card of an action that has left memory, from its own records; `None` when the state has let it go, too.
    pub(crate) fn past_card(&self, id: ActionId, records: &[Arc<Record>]) -> Option<ActionCard> {
        let last = |is: fn(&Event) -> bool| records.iter().rev().find(|record| is(&record.event)).cloned();
        let decided = last(|event| matches!(event, Event::ActionDecided(_)))?;
        self.read(|inner| {
            let action = Arc::clone(inner.state.actions.get(&id)?);
            let terms = Arc::clone(&inner.state.runs.get(&action.run)?.terms);
            Some(ActionCard {
                action,
                terms,
                decided,
                returned: last(|event| matches!(event, Event::ActionReturned(_))),
                released: last(|event| matches!(event, Event::ActionReleased { .. })),
                settled: last(|event| matches!(event, Event::ActionSettled(_))),
            })
        })
    }
}

#[cfg(test)]
mod tests;
