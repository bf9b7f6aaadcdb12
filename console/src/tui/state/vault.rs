//! The records of the trace as they are on the wire: the newest as they came, older ones compressed in chunks, the oldest of
//! which leave.

use std::collections::VecDeque;

use prost::{decode_length_delimiter, encode_length_delimiter};
use remit_proto::v1::TraceRecord;

use crate::tui::batch::decoded;

/// Records of a chunk. A compressed one is unpacked at once to look at a row of it: about 0.2 ms.
const CHUNK: usize = 512;
/// Full chunks that are not compressed yet: rows on the screen are mostly these, and each is decoded by itself.
const RECENT: usize = 8;

/// Records by an absolute number, from `first` on without a gap.
#[derive(Clone, Debug, Default)]
pub struct Vault {
    /// Compressed, `CHUNK` records each.
    packed: VecDeque<Vec<u8>>,
    /// As they came, `CHUNK` records each but the last.
    recent: VecDeque<Chunk>,
    first: u64,
}

/// Records one after the other, each behind its length.
#[derive(Clone, Debug, Default)]
struct Chunk {
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
}

impl Chunk {
    fn push(&mut self, record: &[u8]) {
        // Into a vector that grows nothing can fail.
        let _ = encode_length_delimiter(record.len(), &mut self.bytes);
        self.bytes.extend_from_slice(record);
        self.ends.push(self.bytes.len());
    }

    fn read(&self, nth: usize) -> Option<TraceRecord> {
        let start = nth.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        let mut bytes = self.bytes.get(start..*self.ends.get(nth)?)?;
        next(&mut bytes)
    }
}

/// The record that these bytes begin with, and on to the one after it.
fn next(bytes: &mut &[u8]) -> Option<TraceRecord> {
    let length = decode_length_delimiter(&mut *bytes).ok()?;
    bytes.split_off(..length).map(decoded)
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
        let full = self.packed.len().saturating_add(self.recent.len().saturating_sub(1));
        let open = self.recent.back().map_or(0, |chunk| chunk.ends.len());
        full.saturating_mul(CHUNK).saturating_add(open)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One past the number of the newest record.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first.saturating_add(self.len() as u64)
    }

    /// Absolute number of the oldest record that is not compressed.
    #[must_use]
    pub fn recent(&self) -> u64 {
        self.first.saturating_add(self.packed.len().saturating_mul(CHUNK) as u64)
    }

    /// Takes in the next record, encoded. Beyond so many, the oldest chunk leaves; returns how many records did.
    pub fn push(&mut self, record: &[u8], most: usize) -> usize {
        if self.recent.back().is_none_or(|chunk| CHUNK <= chunk.ends.len()) {
            let next = self.pack_oldest();
            self.recent.push_back(next);
        }
        if let Some(open) = self.recent.back_mut() {
            open.push(record);
        }
        if most < self.len() && self.pop_oldest() {
            self.first = self.first.saturating_add(CHUNK as u64);
            return CHUNK;
        }
        0
    }

    /// Lets go of the oldest full chunk, if there is one.
    fn pop_oldest(&mut self) -> bool {
        self.packed.pop_front().is_some() || (1 < self.recent.len() && self.recent.pop_front().is_some())
    }

    /// Compresses the oldest of the recent chunks, if there are enough; its room is for the next.
    fn pack_oldest(&mut self) -> Chunk {
        if self.recent.len() <= RECENT {
            return Chunk::default();
        }
        let Some(mut oldest) = self.recent.pop_front() else { return Chunk::default() };
        self.packed.push_back(lz4_flex::compress_prepend_size(&oldest.bytes));
        oldest.bytes.clear();
        oldest.ends.clear();
        oldest
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
            let record = match chunk.checked_sub(self.packed.len()) {
                Some(recent) => self.recent.get(recent).and_then(|chunk| chunk.read(nth)),
                None => {
                    if unpacked.as_ref().is_none_or(|(known, _)| *known != chunk) {
                        unpacked = Some((chunk, self.unpack(chunk)));
                    }
                    unpacked.as_ref().and_then(|(_, records)| records.get(nth)).cloned()
                }
            };
            found.extend(record.map(|record| (number, record)));
        }
        found
    }

    fn unpack(&self, chunk: usize) -> Vec<TraceRecord> {
        // What was packed here is unpacked as it was.
        let packed = self.packed.get(chunk).and_then(|it| lz4_flex::decompress_size_prepended(it).ok());
        let bytes = packed.unwrap_or_default();
        let mut rest = bytes.as_slice();
        std::iter::from_fn(|| next(&mut rest)).take(CHUNK).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message as _;
    use remit_proto::v1::TraceRecord;

    use super::{CHUNK, Vault};
    use crate::tui::fixture::record;

    proptest! {
        /// Whatever is in it is what was put in, by its number, and never more than it may hold and a chunk.
        #[test]
        fn it_gives_back_what_it_took(
            count in 0_u64..9_000,
            most in 1_usize..8_000,
            asked in prop::collection::btree_set(0_u64..9_500, 0..40),
        ) {
            let mut vault = Vault::default();
            let mut left = 0_u64;
            for seq in 0..count {
                left = left.saturating_add(vault.push(&record(seq, "asks").encode_to_vec(), most) as u64);
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
        vault.push(&record(1, "a").encode_to_vec(), 10);
        vault.restart(7);
        assert!(vault.is_empty());
        vault.push(&TraceRecord { seq: 9, ..TraceRecord::default() }.encode_to_vec(), 10);
        assert_eq!(vault.read([6, 7, 8].into_iter()).len(), 1);
    }
}
