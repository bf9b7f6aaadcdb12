//! What a run has seen: results that the control plane itself attested, as evidence.

use std::sync::Arc;

use remit_core::{ActionId, CanonicalJson, Declared, Digest, ItemName, Timestamp, ToolName, WorkflowName};
use serde_json::Value;

/// What a run has seen, oldest first.
#[derive(Clone, Debug, Default)]
pub struct RunFacts {
    /// The attested results.
    pub seen: Vec<Seen>,
    /// What the trusted caller declared that it was asked for, when it started the run.
    pub request: Option<Arc<Value>>,
    /// The workflow that the run is an instance of.
    pub workflow: Option<WorkflowName>,
    /// Every result, the oldest, also those that are no evidence or were superseded.
    pub(crate) sightings: Arc<Vec<Sighting>>,
}

/// Most results that are kept to say where a value was seen first.
const MOST_SIGHTINGS: usize = 128;

/// Most text of them, in bytes.
const MOST_SIGHTED: usize = 512 * 1024;

impl RunFacts {
    /// What a run that has seen nothing yet declared when it started.
    pub fn declared(declared: &Declared) -> Self {
        let request = declared.request.as_ref().map(|request| Arc::new(request.value()));
        Self { request, workflow: declared.workflow.clone(), ..Self::default() }
    }

    /// Takes note of a result, for the words of findings alone: where a value that is not at home was seen first.
    /// Only so many are kept, those of the beginning.
    pub fn sight(&mut self, sighting: Sighting) {
        let text: usize = self.sightings.iter().map(|known| known.result.as_str().len()).sum();
        let is_room = self.sightings.len() < MOST_SIGHTINGS
            && text.saturating_add(sighting.result.as_str().len()) <= MOST_SIGHTED;
        if is_room {
            Arc::make_mut(&mut self.sightings).push(sighting);
        }
    }

    pub(crate) fn sightings(&self) -> impl Iterator<Item = &Sighting> {
        self.sightings.iter()
    }
}

/// One attested result, evidence or not.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The tool that answered.
    pub tool: ToolName,
    /// The action that called it.
    pub action: ActionId,
    /// When.
    pub at: Timestamp,
    /// The answer.
    pub result: CanonicalJson,
}

/// One attested result, as one item of evidence.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which item it is.
    pub item: ItemName,
    /// The read that saw it.
    pub action: ActionId,
    /// When.
    pub observed_at: Timestamp,
    /// Digest of the canonical result.
    pub digest: Digest,
    /// The parameters that it was read with.
    pub params: Arc<Value>,
    /// The result.
    pub value: Arc<Value>,
}
