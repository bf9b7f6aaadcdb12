//! Ed25519 signatures of approvers: verified here, made where the key is.
//!
//! `ring` is what TLS uses already: one implementation of cryptography in the process.

use remit_core::Digest;
use ring::signature::{ED25519, UnparsedPublicKey};

pub(crate) mod kept;

/// True when the signature (lower-case hexadecimal) over the digest is by the key (likewise).
#[must_use]
pub fn is_by(public: &str, signature: &str, over: Digest) -> bool {
    let (Ok(public), Ok(signature)) = (hex::decode(public), hex::decode(signature)) else { return false };
    UnparsedPublicKey::new(&ED25519, public).verify(over.as_bytes(), &signature).is_ok()
}

#[cfg(test)]
mod tests;
