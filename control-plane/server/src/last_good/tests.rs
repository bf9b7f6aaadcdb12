//! What is kept and what makes room.

use remit_core::{ActionId, CanonicalJson, Timestamp};
use uuid::Uuid;

use super::*;

fn good(number: usize, text: &str) -> LastGood {
    LastGood {
        action: ActionId::new(Uuid::from_u128(u128::try_from(number).unwrap())),
        observed_at: Timestamp::from_micros(0),
        result: CanonicalJson::from_value(&text.into()).unwrap(),
    }
}

fn key(number: usize) -> Key {
    (Digest::of(b"contract"), "look".into(), Digest::of(&number.to_be_bytes()))
}

#[test]
fn the_oldest_make_room() {
    let goods = LastGoods::default();
    for number in 0..=MOST {
        goods.keep(key(number), good(number, "x"));
    }
    assert_eq!(goods.get(&key(0)), None);
    assert_eq!(goods.get(&key(1)), Some(good(1, "x")));
    // One that is read over and over is one, and the newest.
    for number in 0..MOST {
        goods.keep(key(7), good(number, "y"));
    }
    assert_eq!(goods.get(&key(7)), Some(good(MOST - 1, "y")));
    assert_eq!(goods.get(&key(MOST)), None);
}

#[test]
fn much_text_makes_room_sooner() {
    let goods = LastGoods::default();
    let long = "x".repeat(MOST_BYTES / 4);
    for number in 0..6 {
        goods.keep(key(number), good(number, &long));
    }
    let kept: Vec<usize> = (0..6).filter(|number| goods.get(&key(*number)).is_some()).collect();
    assert_eq!(kept, [3, 4, 5]);
    assert!(goods.0.lock().bytes <= MOST_BYTES);
}
