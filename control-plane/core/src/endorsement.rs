//! What an approver of an action has seen, and signed: so that later nobody has to take anybody's word for it.

use serde::{Deserialize, Serialize};

use crate::{Digest, EscalationId};

/// The signature of an approval.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endorsement {
    /// SHA-256 of the display document that was drawn.
    pub shown: Digest,
    /// SHA-256 of the approver's public key.
    pub key: Digest,
    /// Ed25519 over the digest of the [`Approval`], lower-case hexadecimal.
    pub signature: String,
}

/// What an approver states, and signs the digest of.
#[derive(Clone, Copy, Debug)]
pub struct Approval<'a> {
    /// Identity of the control plane: a signature counts nowhere else.
    pub plane: Digest,
    /// The question; each person answers it once.
    pub escalation: EscalationId,
    /// Digest of what will run.
    pub question: Digest,
    /// Digest of the display document.
    pub shown: Digest,
    /// Whether the approver knows that parts of it could not be shown.
    pub opaque: bool,
    /// Why, in the approver's words.
    pub reason: &'a str,
    /// The approver.
    pub approver: &'a str,
}

impl Approval<'_> {
    /// The bytes that are signed, under a name of their own, so that no signature for anything else is one for this.
    pub fn digest(&self) -> Digest {
        Digest::of_parts(&[
            b"remit/action-approval/v1",
            self.plane.as_bytes(),
            self.escalation.as_bytes(),
            self.question.as_bytes(),
            self.shown.as_bytes(),
            &[u8::from(self.opaque)],
            self.reason.as_bytes(),
            self.approver.as_bytes(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::Approval;
    use uuid::Uuid;

    use crate::{Digest, EscalationId};

    #[test]
    fn each_part_is_signed() {
        let approval = Approval {
            plane: Digest::of(b"plane"),
            escalation: EscalationId::new(Uuid::from_u128(1)),
            question: Digest::of(b"question"),
            shown: Digest::of(b"shown"),
            opaque: false,
            reason: "ab",
            approver: "c",
        };
        let others = [
            Approval { plane: Digest::of(b"other"), ..approval },
            Approval { escalation: EscalationId::new(Uuid::from_u128(2)), ..approval },
            Approval { question: Digest::of(b"other"), ..approval },
            Approval { shown: Digest::of(b"other"), ..approval },
            Approval { opaque: true, ..approval },
            Approval { reason: "other", ..approval },
            Approval { approver: "other", ..approval },
            Approval { reason: "a", approver: "bc", ..approval },
        ];
        for other in others {
            assert_ne!(other.digest(), approval.digest(), "{other:?}");
        }
    }
}
