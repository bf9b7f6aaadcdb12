//! Open runs as the preparation needs them: the contract they keep and the evidence they have seen.

use std::{collections::HashMap, sync::Arc};

use parking_lot::RwLock;
use remit_contract::{CompiledContract, RunFacts, Seen, Sighting};
use remit_core::{Declared, DomainName, RunId};

/// One open run.
#[derive(Debug)]
pub(crate) struct OpenRun {
    pub(crate) domain: DomainName,
    pub(crate) contract: Arc<CompiledContract>,
    facts: RwLock<Arc<RunFacts>>,
}

impl OpenRun {
    /// What it has seen, as of now.
    pub(crate) fn facts(&self) -> Arc<RunFacts> {
        Arc::clone(&self.facts.read())
    }

    /// It has seen a result, evidence or not.
    pub(crate) fn sighted(&self, sighting: Sighting) {
        Arc::make_mut(&mut *self.facts.write()).sight(sighting);
    }

    /// It has seen something more.
    pub(crate) fn saw(&self, seen: Vec<Seen>) {
        let mut facts = self.facts.write();
        let known = &mut Arc::make_mut(&mut *facts).seen;
        *known = remember(std::mem::take(known), seen);
    }
}

/// What the same call showed before is superseded, so that a run which polls does not grow.
fn remember(mut known: Vec<Seen>, new: Vec<Seen>) -> Vec<Seen> {
    known.retain(|old| !new.iter().any(|new| new.item == old.item && new.params == old.params));
    known.extend(new);
    known
}

/// All open runs of all domains.
#[derive(Debug, Default)]
pub(crate) struct OpenRuns(RwLock<HashMap<RunId, Arc<OpenRun>>>);

impl OpenRuns {
    pub(crate) fn get(&self, run: RunId) -> Option<Arc<OpenRun>> {
        self.0.read().get(&run).cloned()
    }

    pub(crate) fn open(
        &self,
        run: RunId,
        domain: DomainName,
        contract: Arc<CompiledContract>,
        declared: &Declared,
    ) {
        let facts = RunFacts::declared(declared);
        let opened = OpenRun { domain, contract, facts: RwLock::new(Arc::new(facts)) };
        self.0.write().insert(run, Arc::new(opened));
    }

    pub(crate) fn close(&self, run: RunId) {
        self.0.write().remove(&run);
    }
}

#[cfg(test)]
mod tests;
