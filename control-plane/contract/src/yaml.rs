//! YAML as a tree that remembers places: the strict subset that two readers read alike.
//!
//! Anchors, aliases, tags, directives, duplicate keys and further documents are refused. Scalars keep
//! their text, so that an amount of money never passes through a float; what an unquoted scalar is
//! follows the YAML 1.2 core schema, in which `no` and `y` are text.

use std::collections::HashSet;

use granit_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Number, Value};

use crate::{
    problem::{Place, Problems},
    read::each,
};

/// Deepest nesting of lists, and of mappings.
const MAX_NESTING: usize = 48;

/// One value of the document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
}

impl Node {
    /// The value behind a key, when this is a mapping that has it.
    pub(crate) fn key(&self, key: &str) -> Option<&Self> {
        let Kind::Map(entries) = &self.kind else { return None };
        entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The value that a JSON pointer leads to, or the nearest around it.
    pub(crate) fn at(&self, pointer: &str) -> &Self {
        pointer
            .split('/')
            .skip(1)
            .try_fold(self, |node, segment| {
                let name = segment.replace("~1", "/").replace("~0", "~");
                let next = match &node.kind {
                    Kind::Scalar { .. } => None,
                    Kind::List(items) => name.parse::<usize>().ok().and_then(|index| items.get(index)),
                    Kind::Map(entries) => {
                        entries.iter().find(|entry| entry.key == name).map(|entry| &entry.value)
                    }
                };
                next.ok_or(node)
            })
            .unwrap_or_else(|nearest| nearest)
    }
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Scalar { text: String, quoted: bool },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) value: Node,
}

/// A collection that is still open.
enum Open {
    List { place: Place, items: Vec<Node> },
    Map { place: Place, entries: Vec<Entry>, seen: HashSet<String>, key: Option<Key> },
}

/// A key that waits for its value.
enum Key {
    Kept(String, Place),
    /// It was refused, and its value goes with it.
    Refused,
}

/// Parses one document; `None` when it is no YAML, and then a problem is noted. What is YAML and not accepted is
/// noted and left out, so that the rest can be read.
pub(crate) fn parse(text: &str, problems: &Problems) -> Option<Node> {
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_comments: false,
        flow_nesting_limit: MAX_NESTING,
        block_nesting_limit: MAX_NESTING,
    };
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = match next {
            Ok(next) => next,
            Err(error) => {
                return problems.note(
                    place(error.marker().line(), error.marker().col()),
                    format!("this is not YAML: {}", error.info()),
                    "correct the indentation, quotes or brackets here or just above",
                );
            }
        };
        if let Some(node) = step(event, span, &mut open, problems)? {
            if root.is_some() {
                return problems.note(
                    node.place,
                    "a second document begins here",
                    "keep one contract in the file and remove what begins with `---`",
                );
            }
            root = Some(node);
        }
    }
    root.or_else(|| {
        problems.note(
            Place { line: 1, column: 1, width: 0 },
            "the file is empty",
            "begin with its form: `contract: remit/v1`, or `domain: remit/v1` for a domain's file",
        )
    })
}

/// Takes one event in. `Some(Some(root))` when it completed the document.
fn step(event: Event<'_>, span: Span, open: &mut Vec<Open>, problems: &Problems) -> Option<Option<Node>> {
    let mut here = place(span.start.line(), span.start.col());
    if span.end.line() == span.start.line() {
        here.width = span.end.col().saturating_sub(span.start.col());
    }
    let node = match event {
        Event::Scalar(text, style, anchor, tag) => {
            plain(anchor, tag.is_some(), here, problems);
            let quoted = !matches!(style, ScalarStyle::Plain);
            Node { place: here, kind: Kind::Scalar { text: text.into_owned(), quoted } }
        }
        Event::SequenceStart(_, anchor, tag) => {
            plain(anchor, tag.is_some(), here, problems);
            open.push(Open::List { place: here, items: Vec::new() });
            return Some(None);
        }
        Event::MappingStart(_, anchor, tag) => {
            plain(anchor, tag.is_some(), here, problems);
            open.push(Open::Map { place: here, entries: Vec::new(), seen: HashSet::new(), key: None });
            return Some(None);
        }
        Event::SequenceEnd | Event::MappingEnd => match open.pop() {
            Some(Open::List { place, items }) => Node { place, kind: Kind::List(items) },
            Some(Open::Map { place, entries, .. }) => Node { place, kind: Kind::Map(entries) },
            None => {
                return problems.note(here, "a list or mapping ends that never began", "check the brackets");
            }
        },
        Event::Alias(_) | Event::UnresolvedAlias(_) | Event::Anchor(..) => {
            let remedy = "write the value out, so that each clause can be read alone";
            problems.note_only(here, "aliases are not accepted", remedy);
            Node { place: here, kind: Kind::Scalar { text: String::new(), quoted: true } }
        }
        Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {
            return Some(None);
        }
        // Comments, which the parser may know when another crate turns them on.
        _ => return Some(None),
    };
    Some(attach(node, open, problems))
}

/// Puts a finished value into the innermost open collection, or gives it back when there is none.
fn attach(node: Node, open: &mut [Open], problems: &Problems) -> Option<Node> {
    match open.last_mut() {
        None => return Some(node),
        Some(Open::List { items, .. }) => items.push(node),
        Some(Open::Map { entries, seen, key, .. }) => match key.take() {
            Some(Key::Kept(key, place)) => entries.push(Entry { key, place, value: node }),
            Some(Key::Refused) => {}
            None => *key = Some(key_of(node, seen, problems).unwrap_or(Key::Refused)),
        },
    }
    None
}

/// The value as a key: text that no other key of the mapping is.
fn key_of(node: Node, seen: &mut HashSet<String>, problems: &Problems) -> Option<Key> {
    let Kind::Scalar { text, .. } = node.kind else {
        return problems.note(node.place, "a key must be text", "write `key: value`");
    };
    if !seen.insert(text.clone()) {
        return problems.note(
            node.place,
            format!("key `{text}` appears twice"),
            "keep one of them; readers disagree about which one counts",
        );
    }
    Some(Key::Kept(text, node.place))
}

/// Refuses anchors and tags.
fn plain(anchor: usize, tagged: bool, here: Place, problems: &Problems) {
    if anchor != 0 {
        problems.note::<()>(here, "anchors are not accepted", "write the value out where it is needed");
    }
    if tagged {
        problems.note::<()>(here, "tags are not accepted", "remove the word that begins with `!`");
    }
}

fn place(line: usize, column_from_0: usize) -> Place {
    Place { line: line.max(1), column: column_from_0.saturating_add(1), width: 0 }
}

/// What an unquoted scalar is in the YAML 1.2 core schema.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Number(Number),
    /// A number that JSON has no word for: infinities, not-a-number, other bases.
    NoJsonNumber,
    Text,
}

/// Resolves a scalar.
pub(crate) fn resolve(text: &str, quoted: bool) -> Scalar {
    if quoted {
        return Scalar::Text;
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "-.inf" | ".nan" | ".NaN" | ".NAN" => {
            return Scalar::NoJsonNumber;
        }
        _ => {}
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.starts_with("0x") || digits.starts_with("0o") {
        return Scalar::NoJsonNumber;
    }
    let numeric = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.contains(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if !numeric {
        return Scalar::Text;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Scalar::Number(whole.into());
    }
    match text.parse::<f64>() {
        Ok(number) => Number::from_f64(number).map_or(Scalar::NoJsonNumber, Scalar::Number),
        Err(_) => Scalar::Text,
    }
}

/// The value as JSON: for schemas, which are JSON inside the document.
pub(crate) fn to_json(node: &Node, problems: &Problems) -> Option<Value> {
    Some(match &node.kind {
        Kind::Scalar { text, quoted } => match resolve(text, *quoted) {
            Scalar::Null => Value::Null,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Number(value) => Value::Number(value),
            Scalar::Text => Value::String(text.clone()),
            Scalar::NoJsonNumber => {
                return problems.note(
                    node.place,
                    format!("`{text}` is a number that JSON cannot write"),
                    "write a decimal number, or put it in quotes",
                );
            }
        },
        Kind::List(items) => Value::Array(each(items, |item| to_json(item, problems))?),
        Kind::Map(entries) => Value::Object(each::<_, _, Map<_, _>>(entries, |entry| {
            Some((entry.key.clone(), to_json(&entry.value, problems)?))
        })?),
    })
}

#[cfg(test)]
mod tests;
