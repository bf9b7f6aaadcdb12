//! Waiting, resuming, and which failures leave an outcome open.

use std::time::Duration;

use prost::Message as _;
use remit_proto::v1::TraceBatch;
use tonic::Status;

use super::backoff::Backoff;
use super::streams::Progress;
use super::{is_uncertain, sentence};
use crate::tui::batch::{Batch, Place};
use crate::tui::fixture::record;

#[test]
fn waits_double_up_to_half_a_minute_and_start_over() {
    let mut backoff = Backoff::default();
    let waits: Vec<_> = (0..9).map(|_| backoff.next(1.0).1.as_millis()).collect();
    assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    backoff.reset();
    assert_eq!(backoff.next(0.0), (1, Duration::from_millis(50)), "never a busy loop");
}

fn batch(seqs: &[u64], lost: u64) -> Batch {
    TraceBatch { records: seqs.iter().map(|seq| record(*seq, "x")).collect(), lost, hidden: 0 }.into()
}

#[track_caller]
fn take(progress: &mut Progress, seqs: &[u64], lost: u64, is_filtered: bool) -> (Vec<u64>, u64) {
    let mut batch = batch(seqs, lost);
    progress.take(&mut batch, is_filtered);
    (batch.records.iter().map(|it| Place::decode(it.as_ref()).unwrap().seq).collect(), batch.lost)
}

#[test]
fn a_reconnect_neither_repeats_nor_hides_records() {
    let mut progress = Progress::default();
    assert_eq!(take(&mut progress, &[7, 8, 9], 0, false), (vec![7, 8, 9], 0));
    assert_eq!(take(&mut progress, &[8, 9, 10], 0, false), (vec![10], 0), "the backlog overlaps");
    assert_eq!(take(&mut progress, &[14], 0, false), (vec![14], 3), "a jump is a loss");
    assert_eq!(take(&mut progress, &[17], 2, false), (vec![17], 2), "counted once");
    assert_eq!(take(&mut progress, &[40], 0, true), (vec![40], 0), "a filter jumps by itself");
}

#[test]
fn a_lost_answer_is_unknown_and_a_refusal_is_not() {
    for status in [Status::unavailable("gone"), Status::deadline_exceeded("late"), Status::internal("?")] {
        assert!(is_uncertain(&status), "{status}");
    }
    for status in [Status::failed_precondition("decided"), Status::permission_denied("not your group")] {
        assert!(!is_uncertain(&status), "{status}");
    }
    assert_eq!(sentence(&Status::failed_precondition("already decided")), "already decided");
    assert!(!sentence(&Status::unavailable("")).is_empty());
}
