//! Idempotency: the key of a call, given by the caller or derived from its canonical bytes.

use crate::{Digest, Level, ToolName, proposal::Proposal};

/// What derived keys and given ones are told apart by.
const DERIVED: &[u8] = b"call";
const GIVEN: &[u8] = b"key";

/// Digest of tool and parameters: what is done, whatever is said about it. So other words neither make a second
/// effect of it nor hide that a run repeats itself.
pub(crate) fn deed_digest(tool: &ToolName, params: Digest) -> Digest {
    Digest::of_parts(&[tool.as_str().as_bytes(), params.as_bytes()])
}

/// Digest of all that the caller sent: the same bytes are the same call.
pub(crate) fn call_digest(proposal: &Proposal) -> Digest {
    let deed = deed_digest(&proposal.tool, proposal.params.digest());
    match crate::assertion::digest(&proposal.asserted) {
        None => deed,
        Some(asserted) => Digest::of_parts(&[deed.as_bytes(), asserted.as_bytes()]),
    }
}

/// The key under which a call is found again in its run, as a digest: however long it is, it takes 32 bytes of
/// the state and is compared without another look elsewhere. A read without a given key has none: reading
/// again gives a fresher answer.
pub(crate) fn key(proposal: &Proposal, level: Level) -> Option<Digest> {
    match &proposal.key {
        Some(key) => Some(Digest::of_parts(&[GIVEN, key.as_bytes()])),
        None if level.has_effect() => Some(derived(&proposal.tool, proposal.params.digest())),
        None => None,
    }
}

/// The key of a call that brought none.
pub(crate) fn derived(tool: &ToolName, params: Digest) -> Digest {
    Digest::of_parts(&[DERIVED, deed_digest(tool, params).as_bytes()])
}
