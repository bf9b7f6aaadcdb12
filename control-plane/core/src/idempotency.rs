//! Idempotency: the key of a call, given by the caller or derived from its canonical bytes.

use crate::{Digest, Level, ToolName, proposal::Proposal};

/// Digest of tool and parameters: what is done, whatever is said about it. So other words neither make a second
/// effect of it nor hide that a run repeats itself. It is also the key of an effect that brought none.
pub(crate) fn deed_digest(tool: &ToolName, params: Digest) -> Digest {
    Digest::of_parts(&[tool.as_str().as_bytes(), params.as_bytes()])
}

/// Digest of all that the caller sent: the same bytes are the same call.
pub(crate) fn call_digest(proposal: &Proposal, deed: Digest) -> Digest {
    match crate::assertion::digest(&proposal.asserted) {
        None => deed,
        Some(asserted) => Digest::of_parts(&[deed.as_bytes(), asserted.as_bytes()]),
    }
}

/// The key under which a call is found again in its run, as a digest: however long it is, it takes 32 bytes of
/// the state and is compared without another look elsewhere. A read without a given key has none: reading
/// again gives a fresher answer.
pub(crate) fn key(proposal: &Proposal, deed: Digest, level: Level) -> Option<Digest> {
    match &proposal.key {
        // Three parts, where a deed has two: no key that a caller gives is the digest of a deed.
        Some(key) => Some(Digest::of_parts(&[b"", b"key", key.as_bytes()])),
        None => level.has_effect().then_some(deed),
    }
}
