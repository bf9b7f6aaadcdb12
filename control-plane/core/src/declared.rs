//! What the trusted caller declares when it starts a run: which workflow it is, and what was asked for.

use serde::{Deserialize, Serialize};

use crate::{CanonicalJson, WorkflowName, state::Run};

/// Largest request, in bytes of its canonical form: room for a ticket, too small for a document store.
pub const MAX_REQUEST: usize = 64 * 1024;

/// The declaration. The model behind an agent never writes it: it comes with the start of the run and
/// stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// The workflow of the contract that the run is an instance of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowName>,
    /// What was asked for, a JSON object of at most [`MAX_REQUEST`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<CanonicalJson>,
}

impl Declared {
    /// True when nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.workflow.is_none() && self.request.is_none()
    }

    /// What is declared, in words.
    pub(crate) fn says(&self) -> Option<&'static str> {
        match (&self.workflow, &self.request) {
            (Some(_), Some(_)) => Some("workflow and a request"),
            (Some(_), None) => Some("workflow"),
            (None, Some(_)) => Some("request"),
            (None, None) => None,
        }
    }

    /// Why the request is not acceptable.
    pub(crate) fn problem(&self) -> Option<String> {
        let text = self.request.as_ref()?.as_str();
        if !text.starts_with('{') {
            return Some("the request of a run is not a JSON object; send `{\"name\": value, …}`".to_owned());
        }
        let size = text.len();
        (size > MAX_REQUEST).then(|| {
            format!("the request of a run has {size} bytes, at most {MAX_REQUEST} are accepted; send what the run is about and let it read the rest")
        })
    }

    /// Which part says something else than the run was started with. Saying nothing agrees.
    pub(crate) fn differs_from(&self, run: &Run) -> Option<&'static str> {
        if self.workflow.is_some() && self.workflow != run.workflow {
            return Some("workflow");
        }
        let request = self.request.as_ref().map(CanonicalJson::digest);
        (request.is_some() && request != run.request).then_some("request")
    }
}
