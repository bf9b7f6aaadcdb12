//! A stored row as a store gives it back: raw, because nothing in it is trusted yet.

use crate::{Error, Flaw, Record, Stored, chain::Head, codec};
use remit_core::{DomainName, Timestamp};

/// The columns of one event, before they are checked.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) kind: Vec<u8>,
    pub(crate) run: Option<Vec<u8>>,
    pub(crate) action: Option<Vec<u8>>,
    pub(crate) hash: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

impl Row {
    /// The head that the chain has after this row, as far as the row itself tells.
    pub(crate) fn head(&self) -> Option<Head> {
        let hash = <[u8; 32]>::try_from(self.hash.as_slice()).ok()?;
        Some(Head { seq: u64::try_from(self.seq).ok()?, hash })
    }

    /// The record that the row holds, if its columns agree with its body.
    ///
    /// Whether it stands where it must is the chain's question ([`crate::chain::Head::follow`]).
    pub(crate) fn into_record(self, domain: &DomainName) -> Result<Record, Error> {
        self.into_stored(domain).map(|stored| stored.record)
    }

    /// As [`Row::into_record`], with the stored text.
    pub(crate) fn into_stored(self, domain: &DomainName) -> Result<Stored, Error> {
        let corrupt = |seq, flaw| Error::Corrupt { domain: domain.clone(), seq, flaw };
        let seq = u64::try_from(self.seq).map_err(|_| corrupt(0, Flaw::Missing { found: self.seq }))?;
        let hash = <[u8; 32]>::try_from(self.hash.as_slice()).map_err(|_| corrupt(seq, Flaw::Hash))?;
        let body = String::from_utf8(self.body).map_err(|_| corrupt(seq, Flaw::Text))?;
        let event = codec::decode(&body).map_err(|cause| Error::Unreadable {
            domain: domain.clone(),
            seq,
            cause: cause.to_string().into(),
        })?;
        let run = event.run();
        let action = event.action();
        let same = |id: Option<&[u8; 16]>, column: Option<&[u8]>| id.map(<[u8; 16]>::as_slice) == column;
        if event.kind().as_bytes() != self.kind {
            return Err(corrupt(seq, Flaw::Column("kind")));
        }
        if !same(run.as_ref().map(|id| id.as_bytes()), self.run.as_deref()) {
            return Err(corrupt(seq, Flaw::Column("run")));
        }
        if !same(action.as_ref().map(|id| id.as_bytes()), self.action.as_deref()) {
            return Err(corrupt(seq, Flaw::Column("action")));
        }
        let at = Timestamp::from_micros(self.at);
        Ok(Stored { record: Record { domain: domain.clone(), seq, at, hash, event }, body })
    }
}
