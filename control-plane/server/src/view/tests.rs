//! Waiting for an end: woken by it, and leaving nothing behind by giving up.

use futures::FutureExt as _;
use remit_core::event::Settlement;

use super::sample::{action, activated, decided, handed_over, record, settled, started, view};
use crate::contracts::Contracts;

#[test]
fn who_gave_up_waiting_leaves_nothing() {
    let (view, _) = view(vec![activated(), started(), decided(2, "{}", false)]);
    for _ in 0..100 {
        assert!(view.ended(action(2)).now_or_never().is_none(), "it has not ended");
    }
    assert_eq!(view.read(|inner| inner.ends.get(&action(2)).map(Vec::len)), Some(1));
}

#[test]
fn the_end_wakes_who_waits() {
    let (view, _) = view(vec![activated(), started(), decided(2, "{}", false), handed_over(2)]);
    let mut wait = Box::pin(view.ended(action(2)));
    assert!(wait.as_mut().now_or_never().is_none());
    let end = settled(2, Settlement::Failed { note: "refused".to_owned() });
    view.absorb(&[record(5, end)], &Contracts::default());
    assert!(wait.now_or_never().is_some());
    assert!(view.ended(action(2)).now_or_never().is_some(), "an end that has come is there at once");
    assert!(view.ended(action(9)).now_or_never().is_some(), "nobody waits for what is not here");
}
