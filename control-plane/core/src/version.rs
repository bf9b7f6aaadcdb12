//! The life of a contract version, as one transition table.
//!
//! ```text
//! (draft, checked) ── proposed ── approved ── active ── superseded
//!                         └───────────┴──────────┴──────────┴──── revoked, for good
//! ```
//!
//! A draft and its check are a builder's own business: the journal knows a version from its proposal on, and
//! only a folder that checks out can be proposed. A version is its folder: it has the folder's digest and
//! never changes. What is proposed again, because something else was activated in between or because it was
//! superseded, needs a new approval.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{Digest, GroupName, Person, Terms, Timestamp, review::Review};

/// Most bytes that the files of a version have together: names and text, all of it is journaled.
pub const MAX_FILES: usize = 1024 * 1024;

/// The files of a version, by their names below its folder.
pub type Files = BTreeMap<String, String>;

/// The identity of the version that these files are.
pub fn digest_of_files(files: &Files) -> Digest {
    let parts: Vec<&[u8]> =
        files.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]).collect();
    Digest::of_parts(&parts)
}

/// What three different people do for one version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Duty {
    /// Proposes it.
    Build,
    /// Approves it.
    Approve,
    /// Activates it, lets go what was stopped, undoes what it did.
    Run,
}

impl Duty {
    /// Every duty.
    pub const ALL: [Self; 3] = [Self::Build, Self::Approve, Self::Run];

    /// The word in the document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Approve => "approve",
            Self::Run => "run",
        }
    }

    /// The groups that hold it by these terms; where there are none, administrators remain.
    pub const fn groups(self, terms: &Terms) -> &BTreeSet<GroupName> {
        match self {
            Self::Build => &terms.build_duty,
            Self::Approve => &terms.approve_duty,
            Self::Run => &terms.run_duty,
        }
    }
}

/// Where a version is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum VersionStatus {
    /// A builder wants it.
    Proposed,
    /// Another person has approved it.
    Approved,
    /// New runs begin under it.
    Active,
    /// Another one is active; or approvals are required by now, and it has none.
    Superseded,
    /// It counts no more, for good.
    Revoked,
}

/// What can happen to a version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VersionMove {
    /// A builder wants it.
    Propose,
    /// Another person approves it.
    Approve,
    /// A third one makes it the active one.
    Activate,
    /// It is read from a folder at the start: the way of a laptop, without approval.
    Load,
    /// Another one becomes active.
    Supersede,
    /// It shall count no more.
    Revoke,
}

/// A move that the table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a version that is {} cannot be {by}", from.map_or("not known here", VersionStatus::as_str))]
pub struct IllegalVersionMove {
    /// Where it is; `None` before anybody has proposed it.
    pub from: Option<VersionStatus>,
    /// What was tried.
    pub by: VersionMove,
}

impl VersionStatus {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Proposed, Self::Approved, Self::Active, Self::Superseded, Self::Revoked];

    /// The table.
    ///
    /// # Errors
    /// Every pair that is not in it.
    pub const fn next(from: Option<Self>, by: VersionMove) -> Result<Self, IllegalVersionMove> {
        use VersionMove as M;
        Ok(match (from, by) {
            (None | Some(Self::Approved | Self::Superseded), M::Propose) => Self::Proposed,
            (Some(Self::Proposed), M::Approve) => Self::Approved,
            (Some(Self::Approved), M::Activate)
            | (None | Some(Self::Proposed | Self::Approved | Self::Active | Self::Superseded), M::Load) => {
                Self::Active
            }
            (Some(Self::Active), M::Supersede) => Self::Superseded,
            (Some(Self::Proposed | Self::Approved | Self::Active | Self::Superseded), M::Revoke) => {
                Self::Revoked
            }
            (from, by) => return Err(IllegalVersionMove { from, by }),
        })
    }

    /// The word in consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Active => "active",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for VersionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for VersionMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Propose => "proposed",
            Self::Approve => "approved",
            Self::Activate => "activated",
            Self::Load => "loaded",
            Self::Supersede => "superseded",
            Self::Revoke => "revoked",
        })
    }
}

/// A builder wants a version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractProposed {
    /// Its facts.
    pub terms: Terms,
    /// The whole folder, at most [`MAX_FILES`] bytes.
    pub files: Files,
    /// Who.
    pub by: Person,
}

/// A person has approved a version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractApproved {
    /// Which.
    pub digest: Digest,
    /// Who.
    pub by: Person,
    /// What was signed.
    pub seal: Seal,
}

/// What an approver saw, and the signature over it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The version that was active then, with which it was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Digest>,
    /// The changes as they were shown.
    pub shown: String,
    /// What it was for; `None` in the first form, whose signature binds neither this nor the base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occasion: Option<Occasion>,
    /// What the record said, where it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// SHA-256 of the public key.
    pub key: Digest,
    /// Ed25519 over the digest of the [`Statement`], lower-case hexadecimal.
    pub signature: String,
}

/// Which of all proposals an approval is for: equal words elsewhere, or another time, are another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Occasion {
    /// Identity of the control plane.
    pub plane: Digest,
    /// When the version was proposed there.
    pub proposed_at: Timestamp,
}

/// What an approver states, and signs the digest of.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    /// The service.
    pub service: &'a str,
    /// Its domain.
    pub domain: &'a str,
    /// The version.
    pub version: Digest,
    /// The approver.
    pub approver: &'a str,
    /// Everything else; its key and signature are not part of it.
    pub seal: &'a Seal,
}

impl Statement<'_> {
    /// The bytes that are signed, under a name of their own, so that no signature for anything else is one for
    /// this.
    pub fn digest(&self) -> Digest {
        let Self { service, domain, version, approver, seal } = self;
        let Seal { base, shown, occasion, review, key: _, signature: _ } = seal;
        let Some(Occasion { plane, proposed_at }) = occasion else {
            let parts: [&[u8]; 4] =
                [b"remit/approval/v1", version.as_bytes(), shown.as_bytes(), approver.as_bytes()];
            return Digest::of_parts(&parts);
        };
        let review = review.as_ref().map(Review::digest);
        Digest::of_parts(&[
            b"remit/contract-approval/v2",
            plane.as_bytes(),
            domain.as_bytes(),
            service.as_bytes(),
            version.as_bytes(),
            base.as_ref().map_or(&[][..], |base| base.as_bytes()),
            &proposed_at.as_micros().to_be_bytes(),
            shown.as_bytes(),
            review.as_ref().map_or(&[][..], |review| review.as_bytes()),
            approver.as_bytes(),
        ])
    }
}

/// A version counts no more.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractRevoked {
    /// Which.
    pub digest: Digest,
    /// Who.
    pub by: Person,
    /// Why.
    pub reason: String,
}

/// A person's public key is known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRegistered {
    /// SHA-256 of the public key: its name.
    pub key: Digest,
    /// The public key, 32 bytes in lower-case hexadecimal.
    pub public: String,
    /// Whose.
    pub by: Person,
}

/// One version as its domain knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// Its facts.
    pub terms: Arc<Terms>,
    /// Its folder; empty when it was loaded from one and never proposed.
    pub files: Arc<Files>,
    /// Where it is.
    pub status: VersionStatus,
    /// The proposal that holds.
    pub proposed: Option<(Person, Timestamp)>,
    /// The approval of that proposal.
    pub approved: Option<(ContractApproved, Timestamp)>,
    /// Who activated it last.
    pub activated: Option<(String, Timestamp)>,
    /// Who revoked it, and why.
    pub revoked: Option<(ContractRevoked, Timestamp)>,
    /// Who ever did what for it: also in an earlier life, which the facts above forget.
    pub hands: BTreeSet<(String, Duty)>,
    /// True when people approved and activated it, false when it became active from a folder.
    pub by_people: bool,
}

/// A registered public key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Whose.
    pub owner: String,
    /// 32 bytes in lower-case hexadecimal.
    pub public: String,
    /// Since when.
    pub registered_at: Timestamp,
}

#[cfg(test)]
mod tests;
