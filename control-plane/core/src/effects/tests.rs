//! An effect has one holder until that one lets go; in which order things came makes no difference.

use uuid::Uuid;

use super::Effects;
use crate::{ActionId, Digest};

fn action(number: u128) -> ActionId {
    ActionId::new(Uuid::from_u128(number))
}

#[test]
fn each_effect_has_its_holder_until_that_one_lets_go() {
    let mut effects = Effects::default();
    let names: Vec<Digest> = (0_u32..2_000).map(|name| Digest::of(&name.to_be_bytes())).collect();
    for (number, name) in (1..).zip(&names) {
        effects.hold(*name, action(number));
    }
    for (number, name) in (1..).zip(&names) {
        assert_eq!(effects.get(name), Some(action(number)));
        effects.free(name, action(0));
        assert_eq!(effects.get(name), Some(action(number)), "of another");
        effects.free(name, action(number));
        assert_eq!(effects.get(name), None);
    }
    assert!(effects.is_empty());
}

#[test]
fn the_latest_holder_counts_and_order_does_not() {
    let (first, second) = (Digest::of(b"first"), Digest::of(b"second"));
    let (mut one, mut other) = (Effects::default(), Effects::default());
    one.hold(first, action(1));
    one.hold(second, action(2));
    one.hold(first, action(3));
    other.hold(second, action(2));
    other.hold(first, action(3));
    assert_eq!(one, other);
    assert_eq!(one.get(&first), Some(action(3)));
}
