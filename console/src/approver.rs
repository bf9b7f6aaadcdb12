//! How an approval gets its signature: over the document that was drawn, with the key file of this person.

use std::path::Path;

use remit_core::{Digest, endorsement::Approval};
use remit_proto::v1::{DecideRequest, WhoAmIResponse};

use crate::{
    cli::{failure::Failure, signer, signer::Signer},
    context::Context,
};

/// The key of the person at this machine, or why there is none.
#[derive(Debug)]
pub struct Approver(Result<Signer, Failure>);

impl Approver {
    /// The key that a context names, else the default one.
    #[must_use]
    pub fn of(context: &Context) -> Self {
        Self::with(context.key.as_deref())
    }

    /// The key in this file, else the default one.
    #[must_use]
    pub fn with(key: Option<&Path>) -> Self {
        Self(signer::path(key).and_then(|path| Signer::load(&path)))
    }

    /// The name of the key; nothing where there is none.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.as_ref().map(|signer| signer.name().to_string()).unwrap_or_default()
    }

    /// Signs an approval whose `shown` is the digest of what was drawn, where this person has registered a key. A denial
    /// and a person without a key sign nothing.
    ///
    /// # Errors
    /// When the registered key is not on this machine.
    pub fn endorse(&self, request: &mut DecideRequest, who: &WhoAmIResponse) -> Result<(), Failure> {
        if !request.approve || who.key.is_empty() {
            return Ok(());
        }
        let signer = match &self.0 {
            Ok(signer) if signer.name().to_string() == who.key => signer,
            Ok(_) | Err(_) => {
                return Err(Failure::no(format!(
                    "the key that `{}` has registered is not on this machine: {}",
                    who.operator, who.key
                ))
                .hint("approve where the key file is, or name it with `key` in the context file or `--key FILE`"));
            }
        };
        let digest = |what: &str, text: &str| -> Result<Digest, Failure> {
            text.parse().map_err(|_| Failure::malformed(what))
        };
        let approval = Approval {
            plane: digest("identity", &who.plane)?,
            escalation: request.escalation.parse().map_err(|_| Failure::malformed("escalation"))?,
            question: digest("digest", &request.digest)?,
            shown: digest("display document", &request.shown)?,
            opaque: request.not_inspectable,
            reason: &request.reason,
            approver: &who.operator,
        };
        request.signature = signer.sign(approval.digest());
        Ok(())
    }
}
