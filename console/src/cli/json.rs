//! JSON that is safe to print: what a terminal would obey or hide is written as `\uXXXX`.

use serde_json::Value;

#[cfg(test)]
mod tests;

/// Several indented lines.
#[must_use]
pub fn pretty(value: &Value) -> String {
    visible(&format!("{value:#}"))
}

/// One line.
#[must_use]
pub fn line(value: &Value) -> String {
    visible(&value.to_string())
}

/// Escapes what serde_json leaves as it is although a terminal interprets or hides it.
///
/// Such a character can only stand inside a JSON string, so an escape never changes what is said.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Delete and C1 controls, bidirectional controls, invisible letters, joiners, variation selectors and tags.
pub(super) fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}
