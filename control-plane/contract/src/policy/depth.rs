//! How deep a policy may go: Cedar follows nesting and chains with its stack, which a file must not exhaust.

/// Deepest nesting of brackets; Cedar's parser takes some hundred.
const MAX_NESTING: usize = 32;

/// Most operators, attributes and alternatives in one policy; a chain of a thousand is too long for Cedar.
const MAX_LINKS: usize = 256;

/// What to do about it.
pub(super) const REMEDY: &str = "split it into several policies: people read them, too";

/// Where the text goes too deep, in bytes; `None` when it does not.
pub(super) fn exceeded(text: &str) -> Option<usize> {
    let (mut nesting, mut links) = (0_usize, 0_usize);
    let mut chars = text.char_indices().peekable();
    let mut word = String::new();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                // To the closing quote; a backslash takes the next one with it.
                while let Some((_, c)) = chars.next() {
                    match c {
                        '\\' => drop(chars.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '/' if chars.peek().is_some_and(|(_, next)| *next == '/') => {
                while chars.next_if(|(_, c)| *c != '\n').is_some() {}
            }
            '(' | '[' | '{' => nesting = nesting.saturating_add(1),
            ')' | ']' | '}' => nesting = nesting.saturating_sub(1),
            ';' if nesting == 0 => links = 0,
            '.' | '+' | '-' | '*' | '&' | '|' | '!' => links = links.saturating_add(1),
            _ => {}
        }
        if c.is_alphanumeric() {
            word.push(c);
        } else {
            links = links.saturating_add(usize::from(word == "if"));
            word.clear();
        }
        if nesting > MAX_NESTING || links > MAX_LINKS {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests;
