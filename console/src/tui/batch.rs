//! A batch of the trace in which each record is the bytes that came: only what is looked at is decoded.
//!
//! On the wire it is `remit.v1.TraceBatch`, where a message inside a message and a run of bytes are the same.

use prost::Message;
use prost::bytes::Bytes;
use remit_proto::v1::TraceRecord;

/// Records of the trace, and what is not among them.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Batch {
    /// One record each, encoded.
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub records: Vec<Bytes>,
    /// Lost before these, because the reader was too slow.
    #[prost(uint64, tag = "2")]
    pub lost: u64,
    /// Hidden by the filter since the last batch.
    #[prost(uint64, tag = "3")]
    pub hidden: u64,
}

/// Where a record stands in the journals: the first two fields of `remit.v1.TraceRecord`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Place {
    /// Whose journal.
    #[prost(string, tag = "1")]
    pub domain: String,
    /// The position in it.
    #[prost(uint64, tag = "2")]
    pub seq: u64,
}

/// The record in these bytes. What cannot be read is a record all the same, and says so.
#[must_use]
pub fn decoded(bytes: &[u8]) -> TraceRecord {
    TraceRecord::decode(bytes).unwrap_or_else(|error| TraceRecord {
        kind: "unreadable".to_owned(),
        text: format!("this record came damaged: {error}"),
        ..TraceRecord::default()
    })
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use remit_proto::v1::{TraceBatch, TraceRecord};

    use super::{Batch, Place, decoded};
    use crate::tui::fixture::record;

    impl From<TraceBatch> for Batch {
        fn from(it: TraceBatch) -> Self {
            let records = it.records.iter().map(|record| record.encode_to_vec().into()).collect();
            Self { records, lost: it.lost, hidden: it.hidden }
        }
    }

    #[test]
    fn it_is_the_same_on_the_wire_as_what_the_protocol_says() {
        let sent = TraceBatch { records: vec![record(7, "asks"), record(8, "")], lost: 3, hidden: 5 };
        let batch = Batch::decode(sent.encode_to_vec().as_slice()).unwrap();
        let records: Vec<TraceRecord> = batch.records.iter().map(|it| decoded(it)).collect();
        assert_eq!(TraceBatch { records, lost: batch.lost, hidden: batch.hidden }, sent);
        let places: Vec<Place> = batch.records.iter().map(|it| Place::decode(it.as_ref()).unwrap()).collect();
        let wanted: Vec<Place> =
            sent.records.iter().map(|it| Place { domain: it.domain.clone(), seq: it.seq }).collect();
        assert_eq!(places, wanted);
        assert_eq!(TraceBatch::decode(batch.encode_to_vec().as_slice()).unwrap(), sent);
    }

    #[test]
    fn a_damaged_record_is_a_row_that_says_so() {
        let mut bytes = record(7, "asks").encode_to_vec();
        bytes.truncate(bytes.len().saturating_sub(1));
        let row = decoded(&bytes);
        assert_eq!((row.kind.as_str(), row.text.contains("damaged")), ("unreadable", true));
    }
}
