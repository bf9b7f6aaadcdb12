//! What may go goes, oldest first, whatever stays open between.

use super::*;

#[test]
fn open_cards_do_not_keep_the_others() {
    let mut order: VecDeque<u32> = (0..100).collect();
    let gone = surplus(&mut order, 50, |id| id % 2 == 1);
    assert_eq!(gone.len(), 50);
    assert!(gone.iter().all(|id| id % 2 == 1), "{gone:?}");
    assert!(order.iter().all(|id| id % 2 == 0), "{order:?}");
}

#[test]
fn a_wall_of_open_cards_costs_a_bounded_look() {
    let mut order: VecDeque<usize> = (0..1_000).collect();
    assert!(surplus(&mut order, 10, |id| *id >= IN_VAIN).is_empty());
    assert_eq!(order.len(), 1_000);
    assert_eq!(surplus(&mut order, 10, |id| *id >= IN_VAIN).len(), 1_000 - IN_VAIN);
}

#[test]
fn what_is_kept_is_the_newest() {
    let mut order: VecDeque<u32> = (0..10).collect();
    assert_eq!(surplus(&mut order, 4, |_| true), [0, 1, 2, 3, 4, 5]);
    assert!(surplus(&mut order, 4, |_| true).is_empty());
}
