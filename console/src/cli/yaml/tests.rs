//! What is written is read again as the same, whatever the texts try.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{document, is_unsafe};

#[test]
fn an_answer_as_people_read_it() {
    let value =
        json!({ "actions": [{ "cost_micros": 250_000, "id": "act_1", "reason": null, "rules": [] }] });
    let expected = "actions:\n- cost_micros: 250000\n  id: act_1\n  reason: null\n  rules: []\n";
    assert_eq!(document(&value).unwrap(), expected);
}

#[test]
fn what_steers_or_hides_is_escaped() {
    let value = json!({ "x": "a\u{1b}[2J\u{9b}2J\u{202e}b\u{200b}c\u{7f}\u{feff}\u{e0041}" });
    let text = document(&value).unwrap();
    assert!(!text.contains(is_unsafe) && !text.contains('\u{1b}'), "{text:?}");
    assert!(text.contains("\\U000e0041") && text.contains("\\u202e"), "{text}");
    assert_eq!(serde_saphyr::from_str::<Value>(&text).unwrap(), value);
}

/// Texts that YAML has a second meaning for, and any others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "yes",
            "null",
            "1e3",
            "0x1f",
            "2026-11-27",
            "- a",
            "a: b",
            "#",
            "~",
            "",
            "|",
            "<<"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
        "[a-z \\n\\t:#'\"-]{0,120}",
    ]
}

proptest! {
    #[test]
    fn reads_as_it_was_written(one in text(), two in text(), key in "[a-z_]{1,8}", number in any::<i64>()) {
        let value = json!({ "rows": [{ &key: one, "n": number, "deep": { "x": [two, true, null] } }] });
        let text = document(&value).unwrap();
        prop_assert!(!text.contains(is_unsafe), "{:?}", text);
        prop_assert_eq!(serde_saphyr::from_str::<Value>(&text).unwrap(), value, "{}", text);
    }
}
