//! The statements of a policy file: one that is no Cedar does not hide the others.

use std::{ops::Range, str::FromStr as _};

use cedar_policy::PolicySet;

/// The text with white space in the place of every statement that cannot be parsed alone; all others stand where
/// they stood.
pub(super) fn intact(text: &str) -> String {
    let mut intact = String::with_capacity(text.len());
    for statement in statements(text) {
        let Some(source) = text.get(statement) else { continue };
        if PolicySet::from_str(source).is_ok() {
            intact.push_str(source);
        } else {
            intact.extend(source.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        }
    }
    intact
}

/// Each ends behind its semicolon, which is none inside of a string or a comment.
fn statements(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start) = (Vec::new(), 0);
    let mut within = Within::Code;
    for (at, byte) in text.bytes().enumerate() {
        within = match (within, byte) {
            (Within::Code, b'"') => Within::Text,
            (Within::Code, b'/') => Within::Slash,
            (Within::Slash, b'/') => Within::Comment,
            (Within::Code | Within::Slash, b';') => {
                let end = at.saturating_add(1);
                found.push(start..end);
                start = end;
                Within::Code
            }
            (Within::Text, b'\\') => Within::Escape,
            (Within::Text, b'"') | (Within::Comment, b'\n') | (Within::Slash, _) => Within::Code,
            (Within::Escape, _) => Within::Text,
            (Within::Code | Within::Text | Within::Comment, _) => within,
        };
    }
    found.push(start..text.len());
    found
}

/// What the scan is inside of.
#[derive(Clone, Copy)]
enum Within {
    Code,
    Slash,
    Comment,
    Text,
    Escape,
}

#[cfg(test)]
mod tests {
    use super::intact;

    #[test]
    fn what_cannot_be_parsed_is_blank() {
        let good = "@id(\"a;b\") permit (principal, action, resource);";
        let other = " // ; \"\nforbid (principal, action, resource) when { \"\\\";\" == \"/\" };";
        for bad in [
            "premit (principal);",
            "@id(\"ü\") permit (principal, action, resource;",
            "é;",
            "\";\";",
            "permit;",
        ] {
            let text = format!("{good}{bad}{other}");
            assert_eq!(intact(&text), format!("{good}{}{other}", " ".repeat(bad.len())));
        }
        // What never ends takes the rest with it.
        assert_eq!(intact(&format!("{good}\"{other}")).trim_end(), good);
        assert_eq!(intact("premit\n(principal);\n"), "      \n            \n");
    }
}
