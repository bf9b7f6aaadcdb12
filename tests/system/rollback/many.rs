//! A hundred effects undone by one plan over two power cuts, in short what the bench `undo` does with ten thousand.

use remit_tests::undoing::{Asked, play};

use crate::REMITD;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_parked_is_what_was_refused_whenever_the_power_is_cut() {
    let found = play(REMITD, Asked { runs: 20, steps: 5, refuse: 10, crashes: 2, seed: 7 }).await;
    assert_eq!((found.effects, found.undone, found.parked, found.refused), (100, 90, 10, 10));
}
