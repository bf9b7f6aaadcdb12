//! Who is calling: bearer tokens, of which only the SHA-256 is known here.
//!
//! A token is `remit_<credential id>_<secret>`; the secret has 256 random bits, so that a plain digest
//! protects it.

use remit_core::{
    CredentialId, Digest, Person, Reach, Refusal, RunId, ServiceName, event::Holder, state::State,
};
use subtle::ConstantTimeEq as _;

/// What a token begins with; secret scanners know such prefixes.
const PREFIX: &str = "remit_";

/// A service that is authenticated, and what its token opens.
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    pub(crate) name: ServiceName,
    pub(crate) reach: Reach,
}

/// An authenticated caller.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// A service.
    Service(Principal),
    /// A person.
    Operator(Person),
}

impl Principal {
    /// Asks whether its token is for this run, too.
    pub(crate) fn covers(&self, run: RunId) -> Result<(), Refusal> {
        let covered = self.reach.covers(run);
        if covered.is_err() {
            tracing::warn!(caller = %self.name, %run, "a token that acts in one run was used in another");
        }
        covered
    }
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("no token was sent")]
    Missing,
    #[error("the token is not one of this control plane")]
    Unknown,
    #[error("the token was revoked")]
    Revoked,
}

/// A new token: its text, shown once, and what is kept.
pub(crate) struct Minted {
    pub(crate) credential: CredentialId,
    pub(crate) token: String,
    pub(crate) hash: Digest,
}

/// Draws a new token.
pub(crate) fn mint() -> Minted {
    let credential = CredentialId::new(crate::ids::draw());
    let secret = hex::encode(rand::random::<[u8; 32]>());
    let hash = Digest::of(secret.as_bytes());
    Minted { credential, token: format!("{PREFIX}{credential}_{secret}"), hash }
}

/// Finds the caller that a token stands for.
pub(crate) fn authenticate(control: &State, token: Option<&str>) -> Result<Caller, Error> {
    let token = token.ok_or(Error::Missing)?;
    let (id, secret) =
        token.strip_prefix(PREFIX).and_then(|rest| rest.rsplit_once('_')).ok_or(Error::Unknown)?;
    let id: CredentialId = id.parse().map_err(|_| Error::Unknown)?;
    let credential = control.credentials.get(&id).ok_or(Error::Unknown)?;
    let presented = Digest::of(secret.as_bytes());
    if !bool::from(presented.as_bytes().ct_eq(credential.hash.as_bytes())) {
        return Err(Error::Unknown);
    }
    if credential.revoked.is_some() {
        return Err(Error::Revoked);
    }
    Ok(match &credential.holder {
        Holder::Service { name, reach } => Caller::Service(Principal { name: name.clone(), reach: *reach }),
        Holder::Operator { person } => Caller::Operator(person.clone()),
    })
}

/// The token of an `authorization: Bearer …` header.
pub(crate) fn bearer(header: Option<&str>) -> Option<&str> {
    let (scheme, token) = header?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests;
