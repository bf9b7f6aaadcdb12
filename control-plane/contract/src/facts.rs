//! What a run has seen: results that the control plane itself attested, as evidence.

use std::sync::Arc;

use remit_core::{ActionId, Declared, Digest, ItemName, Timestamp, WorkflowName};
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
}

impl RunFacts {
    /// What a run that has seen nothing yet declared when it started.
    pub fn declared(declared: &Declared) -> Self {
        let request = declared.request.as_ref().map(|request| Arc::new(request.value()));
        Self { seen: Vec::new(), request, workflow: declared.workflow.clone() }
    }
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
