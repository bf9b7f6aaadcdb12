//! What the record of a service says about a version: shown to the approver, signed, and held against the record again.

use serde::{Deserialize, Serialize};

use crate::{Digest, Timestamp, refusal::Refusal, version::Version};

/// The recorded proposals of a service, decided again under a version. Its maker is a backtest; the core only
/// compares.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The first moment of the record that was looked at.
    pub since: Timestamp,
    /// How many proposals want to be looked at: refused then and admitted by the version, or not to be decided
    /// again.
    pub grave: u32,
    /// Digest of all of these.
    pub flips: Digest,
    /// In words, as it was shown.
    pub shown: String,
}

impl Review {
    /// Its part of what an approver signs.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of_parts(&[
            &self.since.as_micros().to_be_bytes(),
            &self.grave.to_be_bytes(),
            self.flips.as_bytes(),
            self.shown.as_bytes(),
        ])
    }
}

/// Asks whether everything that the record says now was before the eyes of the approver. What a version would
/// admit that was refused shows that it is wider, whatever its changes are called.
///
/// # Errors
/// There is something that no approval has reviewed.
pub(crate) fn reviewed(version: &Version, now: &Review) -> Result<(), Refusal> {
    let seen = version.approved.as_ref().and_then(|(approved, _)| approved.seal.review.as_ref());
    if now.grave == 0 || seen.is_some_and(|seen| (seen.since, seen.flips) == (now.since, now.flips)) {
        return Ok(());
    }
    let before = match seen {
        None => "no approval has reviewed that".to_owned(),
        Some(seen) => format!("the approval has reviewed {}", seen.grave),
    };
    Err(Refusal::Conflict(format!(
        "this version would admit what was refused: {} proposals since {}, and {before}; propose it again, and \
         approve what `remit contract approve` shows then",
        now.grave, now.since
    )))
}
