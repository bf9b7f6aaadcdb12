//! What a terminal would obey or hide is escaped, and nothing else changes.

use serde_json::{Value, json};

use super::{line, pretty};

#[test]
fn what_steers_or_hides_is_escaped() {
    let value = json!({ "x": "a\u{1b}[2J\u{9b}2J\u{202e}b\u{200b}c\u{7f}\u{feff}\u{e0041}" });
    assert_eq!(line(&value), "{\"x\":\"a\\u001b[2J\\u009b2J\\u202eb\\u200bc\\u007f\\ufeff\\udb40\\udc41\"}");
}

#[test]
fn letters_stay_and_the_meaning_never_changes() {
    let value = json!({ "ключ": ["ä", "日本", "שלום", "\u{202e}", "\u{e0041}", 0.1, null] });
    assert!(line(&value).contains("ключ"));
    for text in [line(&value), pretty(&value)] {
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
