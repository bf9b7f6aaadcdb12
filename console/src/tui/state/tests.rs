//! Trust in the link, the trace's memory, and steps of a cursor.

use remit_filter::{Filter, Saved};
use remit_proto::v1::TraceBatch;

use super::link::{Down, Link, LinkState, Stream};
use super::rows::Step;
use super::trace::{CAPACITY, Trace};
use crate::tui::fixture::record;

fn down(attempt: u32) -> Down {
    Down { reason: "refused".to_owned(), attempt, retry_tick_ms: 0 }
}

#[test]
fn age_decides_how_far_to_trust() {
    let mut link = Link::default();
    link.heard_tick_ms = Some(0);
    let table = [
        (0, LinkState::Live),
        (1_999, LinkState::Live),
        (2_000, LinkState::Lagging),
        (9_999, LinkState::Lagging),
        (10_000, LinkState::Stale),
        (29_999, LinkState::Stale),
        (30_000, LinkState::Offline),
    ];
    for (tick, state) in table {
        assert_eq!(link.state(tick), state, "after {tick} ms");
    }
    assert_eq!(Link::default().state(9), LinkState::Connecting);
}

#[test]
fn breaks_count_too() {
    let mut link = Link::default();
    link.down(Stream::State, down(1));
    assert_eq!(link.state(0), LinkState::Offline, "refused before anything was heard");
    link.heard_tick_ms = Some(0);
    assert_eq!(link.state(500), LinkState::Live, "the picture is still young");
    link.down(Stream::State, down(2));
    assert_eq!(link.state(2_500), LinkState::Offline, "refused again, and late");
    link.up(Stream::State);
    link.down(Stream::Decisions, down(1));
    assert_eq!(link.state(500), LinkState::Lagging, "one of three streams is down");
    assert_eq!(link.broken(), Some(&down(1)));
}

fn push(trace: &mut Trace, seqs: std::ops::Range<u64>) {
    let records = seqs.map(|seq| record(seq, if seq % 2 == 0 { "Even" } else { "odd" })).collect();
    trace.extend(TraceBatch { records, lost: 0, hidden: 0 }.into());
}

#[test]
fn the_trace_is_bounded_and_says_so() {
    let mut trace = Trace::default();
    let sent = CAPACITY as u64 + 10;
    push(&mut trace, 0..sent);
    // Packed ones leave some at a time.
    assert_eq!((trace.held() as u64, trace.rows()), (sent - trace.evicted, trace.held()));
    assert!(trace.held() <= CAPACITY && CAPACITY - 1_000 < trace.held(), "{}", trace.held());
    assert_eq!(trace.row(0).map(|(_, record)| record.seq), Some(trace.evicted));
    let rows: Vec<u64> = trace.window(CAPACITY / 2, 48).iter().map(|(_, record)| record.seq).collect();
    let first = trace.evicted + CAPACITY as u64 / 2;
    assert_eq!(rows, (first..first + 48).collect::<Vec<_>>());
    let last = trace.window(trace.rows() - 2, 48);
    assert_eq!(last.iter().map(|(_, record)| record.seq).collect::<Vec<_>>(), [sent - 2, sent - 1]);
}

#[test]
fn a_filter_ignores_case_and_counts_what_it_hides() {
    let mut trace = Trace::default();
    push(&mut trace, 0..10);
    trace.set_filter(Filter::read("eVEN", &Saved::new(), 0).unwrap());
    assert_eq!((trace.rows(), trace.hidden_here()), (5, 5));
    push(&mut trace, 10..12);
    assert_eq!((trace.rows(), trace.hidden_here()), (6, 6));
}

#[test]
fn without_a_filter_all_that_is_held_is_shown_again_also_what_is_packed() {
    let mut trace = Trace::default();
    push(&mut trace, 0..20_000);
    trace.set_filter(Filter::read("even", &Saved::new(), 0).unwrap());
    assert!((1..10_000).contains(&trace.rows()), "packed ones are the server's to search: {}", trace.rows());
    trace.set_filter(Filter::default());
    assert_eq!((trace.rows(), trace.row(0).map(|(_, it)| it.seq)), (20_000, Some(0)));
}

#[test]
fn frozen_means_that_nothing_moves() {
    let mut trace = Trace::default();
    push(&mut trace, 0..4);
    trace.frozen = Some(trace.end());
    push(&mut trace, 4..9);
    assert_eq!((trace.rows(), trace.newer()), (4, 5));
}

#[test]
fn steps_stay_within_the_rows() {
    let table = [
        (Step::On(5), 8, 9),
        (Step::Back(5), 3, 0),
        (Step::First, 4, 0),
        (Step::Last, 4, 9),
        (Step::On(1), 2, 3),
    ];
    for (step, from, to) in table {
        assert_eq!(step.from(from, 10), to, "{step:?}");
    }
    assert_eq!(Step::On(1).from(0, 0), 0, "no rows at all");
}
