//! Idempotency: the key of a call, given by the caller or derived from its canonical bytes.

use crate::{Digest, Level, proposal::Proposal};

/// Derived keys begin so; a given key is kept under another prefix.
const DERIVED: &str = "call:";
const GIVEN: &str = "key:";

/// Digest of tool and parameters: the same bytes are the same call.
pub(crate) fn call_digest(proposal: &Proposal) -> Digest {
    Digest::of_parts(&[proposal.tool.as_str().as_bytes(), proposal.params.digest().as_bytes()])
}

/// The key under which a call is found again in its run. A read without a given key has none: reading
/// again gives a fresher answer.
pub(crate) fn key(proposal: &Proposal, level: Level) -> Option<String> {
    match &proposal.key {
        Some(key) => Some(format!("{GIVEN}{key}")),
        None if level.has_effect() => Some(format!("{DERIVED}{}", call_digest(proposal))),
        None => None,
    }
}

/// True for a key that was not given by the caller.
pub(crate) fn is_derived(key: &str) -> bool {
    key.starts_with(DERIVED)
}
