//! What is accepted has one canonical form; what two readers could read differently is refused.

use proptest::prelude::*;

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

proptest! {
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
