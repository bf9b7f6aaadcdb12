//! Older records of the trace, packed: chunks that are compressed once they are full, the oldest of which leave.

use std::collections::VecDeque;

use prost::Message as _;
use remit_proto::v1::TraceRecord;

/// Records of a chunk. One is unpacked at once to look at a row of it: about 0.2 ms.
const CHUNK: usize = 512;

/// Records by an absolute number, from `first` on without a gap.
#[derive(Clone, Debug, Default)]
pub struct Vault {
    /// Compressed, `CHUNK` records each.
    chunks: VecDeque<Vec<u8>>,
    /// The one that is being filled, as it is.
    open: Vec<u8>,
    open_records: usize,
    first: u64,
}

impl Vault {
    /// Absolute number of the oldest record.
    #[must_use]
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.len().saturating_mul(CHUNK).saturating_add(self.open_records)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in the next record. Beyond so many, the oldest chunk leaves; returns how many records did.
    pub fn push(&mut self, record: &TraceRecord, most: usize) -> usize {
        // Into a vector that grows nothing can fail.
        let _ = record.encode_length_delimited(&mut self.open);
        self.open_records = self.open_records.saturating_add(1);
        if CHUNK <= self.open_records {
            self.chunks.push_back(lz4_flex::compress_prepend_size(&self.open));
            self.open.clear();
            self.open_records = 0;
        }
        if most < self.len() && self.chunks.pop_front().is_some() {
            self.first = self.first.saturating_add(CHUNK as u64);
            return CHUNK;
        }
        0
    }

    /// Forgets all; the next record has this number.
    pub fn restart(&mut self, first: u64) {
        *self = Self { first, ..Self::default() };
    }

    /// The records with these numbers, which ascend. A chunk that several are in is unpacked once.
    #[must_use]
    pub fn read(&self, numbers: impl Iterator<Item = u64>) -> Vec<(u64, TraceRecord)> {
        let mut unpacked: Option<(usize, Vec<TraceRecord>)> = None;
        let mut found = Vec::new();
        for number in numbers {
            let Some(at) = number.checked_sub(self.first).and_then(|at| usize::try_from(at).ok()) else {
                continue;
            };
            let (chunk, nth) = (at / CHUNK, at % CHUNK);
            if unpacked.as_ref().is_none_or(|(known, _)| *known != chunk) {
                unpacked = Some((chunk, self.unpack(chunk)));
            }
            let record = unpacked.as_ref().and_then(|(_, records)| records.get(nth));
            found.extend(record.map(|record| (number, record.clone())));
        }
        found
    }

    fn unpack(&self, chunk: usize) -> Vec<TraceRecord> {
        let bytes = match self.chunks.get(chunk) {
            // What was packed here is unpacked as it was.
            Some(packed) => lz4_flex::decompress_size_prepended(packed).unwrap_or_default(),
            None if chunk == self.chunks.len() => self.open.clone(),
            None => Vec::new(),
        };
        let mut rest = bytes.as_slice();
        let next = || (!rest.is_empty()).then(|| TraceRecord::decode_length_delimited(&mut rest).ok())?;
        std::iter::from_fn(next).take(CHUNK).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use remit_proto::v1::TraceRecord;

    use super::{CHUNK, Vault};
    use crate::tui::fixture::record;

    proptest! {
        /// Whatever is in it is what was put in, by its number, and never more than it may hold and a chunk.
        #[test]
        fn it_gives_back_what_it_took(
            count in 0_u64..4_000,
            most in 1_usize..3_000,
            asked in prop::collection::btree_set(0_u64..4_500, 0..40),
        ) {
            let mut vault = Vault::default();
            let mut left = 0_u64;
            for seq in 0..count {
                left = left.saturating_add(vault.push(&record(seq, "asks"), most) as u64);
                prop_assert!(vault.len() <= most.max(CHUNK));
            }
            prop_assert_eq!((vault.first(), vault.len() as u64), (left, count.saturating_sub(left)));
            let found: Vec<(u64, u64)> =
                vault.read(asked.iter().copied()).into_iter().map(|(number, it)| (number, it.seq)).collect();
            let wanted: Vec<(u64, u64)> =
                asked.iter().filter(|number| (left..count).contains(number)).map(|it| (*it, *it)).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn it_begins_anew_where_it_is_told() {
        let mut vault = Vault::default();
        vault.push(&record(1, "a"), 10);
        vault.restart(7);
        assert!(vault.is_empty());
        vault.push(&TraceRecord { seq: 9, ..TraceRecord::default() }, 10);
        assert_eq!(vault.read([6, 7, 8].into_iter()).len(), 1);
    }
}
