//! The hash chain: which bytes are hashed, so that anybody can verify a journal in any language.
//!
//! ```text
//! genesis  = SHA-256( "remit journal v1" ‖ 0x00 ‖ domain )
//! hash(n)  = SHA-256( hash(n-1) ‖ seq ‖ length ‖ domain ‖ at ‖ body )       hash(0) = genesis
//!
//! hash(n-1)  32 bytes
//! seq        8 bytes, unsigned, big-endian: n, the first event is 1
//! length     4 bytes, unsigned, big-endian: how many bytes `domain` has
//! domain     UTF-8
//! at         8 bytes, signed, big-endian: microseconds since 1970-01-01T00:00:00Z
//! body       the stored UTF-8 JSON, byte for byte; it is last and so needs no length
//! ```
//!
//! `kind`, `run` and `action` stand in columns of their own only to be found; they repeat what the
//! body says, and verification compares them with it.
//!
//! A chain shows change, insertion, reordering and loss in the middle. It cannot show that its *end*
//! was cut off, nor a chain that was recomputed from some point on: for that, compare the head with one
//! that was kept elsewhere (a signed checkpoint, an export, a ticket).

use sha2::{Digest as _, Sha256};

use crate::{Flaw, row::Row};
use remit_core::DomainName;

/// Where a chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) seq: u64,
    pub(crate) hash: [u8; 32],
}

impl Head {
    /// Where the chain of a domain without events ends.
    pub(crate) fn genesis(domain: &DomainName) -> Self {
        let mut sha = Sha256::new();
        sha.update(b"remit journal v1\0");
        sha.update(domain.as_str());
        Self { seq: 0, hash: sha.finalize().into() }
    }

    /// The head after one more event.
    pub(crate) fn next(self, domain: &DomainName, at_micros: i64, body: &[u8]) -> Self {
        let seq = self.seq.saturating_add(1);
        // A domain name of 4 GiB cannot be stored, so the saturated length is never hashed.
        let length = u32::try_from(domain.as_str().len()).unwrap_or(u32::MAX);
        let mut sha = Sha256::new();
        sha.update(self.hash);
        sha.update(seq.to_be_bytes());
        sha.update(length.to_be_bytes());
        sha.update(domain.as_str());
        sha.update(at_micros.to_be_bytes());
        sha.update(body);
        Self { seq, hash: sha.finalize().into() }
    }

    /// The head after a stored row, if that row is what must come next.
    pub(crate) fn follow(self, domain: &DomainName, row: &Row) -> Result<Self, Flaw> {
        let next = self.next(domain, row.at, &row.body);
        if next.seq.cast_signed() != row.seq {
            return Err(Flaw::Missing { found: row.seq });
        }
        if row.hash != next.hash {
            return Err(Flaw::Hash);
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests;
