//! What is accepted has one canonical form; what two readers could read differently is refused.

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[track_caller]
fn canonical(text: &str, expect: &str) {
    assert_eq!(CanonicalJson::parse(text).unwrap().0.as_str(), expect);
}

#[track_caller]
fn refused(text: &str, expect: &str) {
    let message = CanonicalJson::parse(text).unwrap_err().to_string();
    assert!(message.contains(expect), "{text} gave: {message}");
}

#[test]
fn forms() {
    canonical(r#"{"b":1,"a":[true,null,"x"]}"#, r#"{"a":[true,null,"x"],"b":1}"#);
    canonical(r#"{ "a" : 1.0, "c": 1e3, "d": -0.5 }"#, r#"{"a":1,"c":1000,"d":-0.5}"#);
    canonical(r#""\u00e9\n""#, "\"é\\n\"");
    canonical("9007199254740991", "9007199254740991");
}

#[test]
fn refusals() {
    refused(r#"{"a":1,"a":2}"#, "key `a` appears twice at line 1 column");
    refused(r#"{"a":{"b":1,"b":1}}"#, "key `b` appears twice");
    refused("9007199254740993", "send it as text");
    refused("-9007199254740993", "send it as text");
    refused("1e400", "number out of range");
    refused("[1,]", "trailing comma");
    refused("{} {}", "trailing characters");
    refused("", "EOF");
    refused(&format!("{}{}", "[".repeat(65), "]".repeat(65)), "nested deeper than 64 levels");
    canonical(
        &format!("{}{}", "[".repeat(64), "]".repeat(64)),
        &format!("{}{}", "[".repeat(64), "]".repeat(64)),
    );
}

/// Any JSON value, keys in any order.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e12..1e12_f64).prop_map(Value::from),
        "\\PC{0,4}|[\u{0}-\u{1f}\u{7f}\"\\\\]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let entries = prop::collection::vec(("[a-zA-Z_]{1,3}|\\PC{1,3}", inner.clone()), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            entries.prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    /// The short way for plain values writes what the canonicaliser writes.
    #[test]
    fn the_short_way_is_the_canonical_one(value in anything()) {
        let expect = serde_json_canonicalizer::to_string(&value).unwrap();
        let canonical = CanonicalJson::from_value(&value).unwrap();
        prop_assert_eq!(canonical.as_str(), &expect);
        let (parsed, _) = CanonicalJson::parse(&value.to_string()).unwrap();
        prop_assert_eq!(parsed.as_str(), &expect);
    }

    /// Canonical text is a fixed point and key order never matters.
    #[test]
    fn canonical_text_is_a_fixed_point(pairs in prop::collection::btree_map("[a-z\u{e9}]{1,4}", any::<i32>(), 0..6)) {
        let forward = serde_json::to_string(&pairs).unwrap();
        let reversed: Vec<String> = pairs.iter().rev()
            .map(|(key, value)| format!("{}: {value}", serde_json::to_string(key).unwrap())).collect();
        let (first, _) = CanonicalJson::parse(&forward).unwrap();
        let (second, _) = CanonicalJson::parse(&format!("{{{}}}", reversed.join(" , "))).unwrap();
        prop_assert_eq!(&first, &second);
        prop_assert_eq!(&CanonicalJson::parse(first.as_str()).unwrap().0, &first);
    }
}

#[test]
fn members_make_the_object_that_they_are() {
    let plain = [json!("a\u{202e}"), json!(5), json!({ "a": true, "z": [1, null] })];
    let not = [json!("a\u{202e}"), json!(5.0), json!({ "z": [1, null], "a": true })];
    let names = ["/a", "/b", "/c"];
    for (names, values) in [
        (names, &plain),
        (names, &not),
        (["/b", "/a", "/c"], &plain),
        (["/a", "/\u{ff5e}", "/\u{1f600}"], &plain),
    ] {
        let members: Vec<(&str, &Value)> = names.into_iter().zip(values).collect();
        let object = members.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone())).collect();
        let whole = CanonicalJson::from_value(&Value::Object(object)).unwrap();
        assert_eq!(CanonicalJson::from_members(&members).unwrap(), whole);
        assert_eq!(CanonicalJson::from_members(&members).unwrap().digest(), whole.digest());
    }
}
