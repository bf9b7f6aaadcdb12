//! What a caller declares at the start of a run, parsed at the door: the same for every face.

use remit_core::{CanonicalJson, Declared};

use crate::error::Error;

/// Parses a declaration; what is absent or empty is not declared.
pub(crate) fn parse(workflow: Option<&str>, request_json: Option<&str>) -> Result<Declared, Error> {
    let request = request_json.filter(|text| !text.is_empty()).map(CanonicalJson::parse).transpose();
    let request = request
        .map_err(|error| Error::Invalid(format!("the request of the run is not acceptable: {error}")))?
        .map(|(request, _)| request);
    Ok(Declared { workflow: workflow.filter(|name| !name.is_empty()).map(Into::into), request })
}
