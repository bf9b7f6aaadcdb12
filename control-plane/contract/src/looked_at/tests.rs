//! What moves a fact, what does not, and what is told of it.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::problem::{Place, Problems};

fn at(pointers: &[&str]) -> LookedAt {
    let problems = Problems::of("test");
    let read = |text: &&str| Pointer::read(text, Place::default(), &problems).unwrap();
    LookedAt::new(pointers.iter().map(read).collect(), None)
}

fn whole(value: &Value) -> Digest {
    CanonicalJson::from_value(value).unwrap().digest()
}

/// What is told, one a line.
fn told(looked_at: &LookedAt, was: &Value, is: &Value) -> Vec<String> {
    let moved = looked_at.moved(&"sale".into(), was, is);
    moved.iter().map(|it| format!("{}:{} {} -> {}", it.item, it.pointer, it.was, it.is)).collect()
}

#[test]
fn what_moves_a_fact() {
    let was =
        json!({ "amount": 500, "account": { "iban": "DE1", "a/b": 1 }, "seen_at": "10:00", "tags": [1] });
    let table: [(&[&str], Value, &[&str]); 9] = [
        (&["/amount"], json!({ "amount": 500.0, "seen_at": "10:05" }), &[]),
        (&["/amount"], json!({ "amount": 400 }), &["sale:/amount 500 -> 400"]),
        (&["/amount"], json!({}), &["sale:/amount 500 -> "]),
        (&["/amount"], json!({ "amount": null }), &["sale:/amount 500 -> "]),
        (&["/region"], json!({ "region": "EU" }), &["sale:/region  -> \"EU\""]),
        (&["/account/iban"], json!({ "account": { "iban": "DE1", "a/b": 2 } }), &[]),
        (&["/account"], json!({ "account": { "iban": "DE1", "a/b": 2 } }), &["sale:/account/a~1b 1 -> 2"]),
        (
            &["/account", "/account/iban"],
            json!({ "account": { "iban": "X", "a/b": 1 } }),
            &["sale:/account/iban \"DE1\" -> \"X\""],
        ),
        (&["/tags"], json!({ "tags": [1, 2] }), &["sale:/tags [1] -> [1,2]"]),
    ];
    for (pointers, is, expect) in table {
        let looked_at = at(pointers);
        assert_eq!(told(&looked_at, &was, &is), expect, "{pointers:?} {is}");
        let stands = looked_at.digest(&was, whole(&was)) == looked_at.digest(&is, whole(&is));
        assert_eq!(stands, expect.is_empty(), "{pointers:?} {is}");
    }
}

#[test]
fn what_a_policy_takes_whole_moves_with_every_change() {
    let (was, is) = (json!({ "a": 1, "seen_at": "10:00" }), json!({ "a": 1, "seen_at": "10:05" }));
    let all = LookedAt::new(Vec::new(), Some(&Keys::All));
    assert_eq!(told(&all, &was, &is), ["sale:/seen_at \"10:00\" -> \"10:05\""]);
    assert_ne!(all.digest(&was, whole(&was)), all.digest(&is, whole(&is)));
    let named = LookedAt::new(Vec::new(), Some(&Keys::Named(["a".to_owned()].into())));
    assert_eq!(named.digest(&was, whole(&was)), named.digest(&is, whole(&is)));
}

#[test]
fn long_values_and_many_of_them_are_cut() {
    let many =
        |text: &str| Value::Object((0..100).map(|key| (key.to_string(), json!(text.repeat(500)))).collect());
    let moved = LookedAt::All.moved(&"sale".into(), &many("x"), &many("y"));
    assert_eq!(moved.len(), 20);
    assert!(moved.iter().all(|it| it.is.chars().count() == 201), "{moved:?}");
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[ab/~]{1,2}", inner, 0..3)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// People are told something exactly when the digest says that a fact has moved.
    #[test]
    fn told_and_digest_agree(was in json_value(), is in json_value(), places in prop::collection::vec("(/[ab]{1,2}){1,2}", 0..4)) {
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        for looked_at in [at(&places), LookedAt::All] {
            let moved = looked_at.digest(&was, whole(&was)) != looked_at.digest(&is, whole(&is));
            prop_assert_eq!(moved, !told(&looked_at, &was, &is).is_empty());
        }
    }
}
