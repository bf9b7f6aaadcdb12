//! Reading a whole chain and checking every link of it on the way.

use crate::{
    Error, Flaw, Record,
    chain::Head,
    store::{Query, Reader},
};
use remit_core::DomainName;

/// Rows fetched at a time: each page is a short read of its own, so that a long verification does not
/// keep SQLite's write-ahead log from being reset.
const PAGE_ROWS: usize = 512;

/// A chain that holds from its first event to its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many events it has.
    pub events: u64,
    /// The hash of the last one; of an empty chain, its genesis.
    pub head: [u8; 32],
}

/// Walks the chain of a domain and hands over each event once everything up to it has been checked.
///
/// `committed` is where the chain must at least reach, as far as this process knows.
pub(crate) fn walk(
    reader: &Reader,
    domain: &DomainName,
    committed: Option<Head>,
    mut each: impl FnMut(&Record),
) -> Result<Verified, Error> {
    let mut head = Head::genesis(domain);
    let mut seq = i64::MIN;
    loop {
        let rows = reader.rows(domain, Query::After { seq, limit: PAGE_ROWS })?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            seq = row.seq;
            let place = head.seq.saturating_add(1);
            head = head.follow(domain, &row).map_err(|flaw| Error::Corrupt {
                domain: domain.clone(),
                seq: place,
                flaw,
            })?;
            each(&row.into_record(domain)?);
        }
    }
    if committed.is_some_and(|committed| head.seq < committed.seq) {
        return Err(Error::Corrupt {
            domain: domain.clone(),
            seq: head.seq.saturating_add(1),
            flaw: Flaw::CutOff,
        });
    }
    Ok(Verified { events: head.seq, head: head.hash })
}

#[cfg(test)]
mod tests;
