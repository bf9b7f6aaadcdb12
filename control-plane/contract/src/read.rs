//! Reads mappings key by key: what is missing, what is unknown, what is not supported yet.

use std::cell::RefCell;

use crate::{
    problem::{Place, Problems, listed, nearest},
    yaml::{Entry, Kind, Node},
};

mod partly;
pub(crate) mod scalar;

pub(crate) use partly::Partly;

/// A mapping with a fixed set of keys. Every key that is asked for becomes a known one; `end` reports the rest.
pub(crate) struct Fields<'a> {
    title: &'a str,
    place: Place,
    entries: &'a [Entry],
    known: RefCell<Vec<&'static str>>,
    later: RefCell<Vec<&'static str>>,
    problems: &'a Problems,
}

impl<'a> Fields<'a> {
    /// The node as a mapping called `title`.
    pub(crate) fn of(node: &'a Node, title: &'a str, problems: &'a Problems) -> Option<Self> {
        let entries = entries(node, title, problems)?;
        Some(Self {
            title,
            place: node.place,
            entries,
            known: RefCell::default(),
            later: RefCell::default(),
            problems,
        })
    }

    /// A key that may be absent.
    pub(crate) fn get(&self, key: &'static str) -> Option<&'a Node> {
        self.known.borrow_mut().push(key);
        self.peek(key)
    }

    /// A key without making it a known one.
    pub(crate) fn peek(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The keys as they are written.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }

    /// A key that must be there.
    pub(crate) fn need(&self, key: &'static str) -> Option<&'a Node> {
        self.get(key).or_else(|| {
            self.problems.note(self.place, format!("{} lacks `{key}`", self.title), format!("add `{key}: …`"))
        })
    }

    /// Keys that the document form has but this version does not enforce: refused, never dropped.
    pub(crate) fn later(&self, keys: &'static [&'static str]) {
        for entry in self.entries {
            if keys.contains(&entry.key.as_str()) {
                self.problems.note::<()>(
                    entry.place,
                    format!("`{}` is not supported yet", entry.key),
                    "remove it: what would not be enforced is not accepted",
                );
            }
        }
        self.later.borrow_mut().extend(keys);
    }

    /// Reports the keys that nobody asked for.
    pub(crate) fn end(self) {
        let (known, later) = (self.known.into_inner(), self.later.into_inner());
        let all = || known.iter().chain(&later).copied();
        for entry in self.entries {
            if all().any(|key| key == entry.key) {
                continue;
            }
            let remedy = match nearest(&entry.key, all()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("accepted here: {}", listed(known.iter().copied())),
            };
            self.problems.note::<()>(
                entry.place,
                format!("unknown key `{}` in {}", entry.key, self.title),
                remedy,
            );
        }
    }
}

/// The entries of a mapping whose keys are names.
pub(crate) fn entries<'a>(node: &'a Node, title: &str, problems: &Problems) -> Option<&'a [Entry]> {
    match &node.kind {
        Kind::Map(entries) => Some(entries),
        Kind::List(_) => problems.note(
            node.place,
            format!("{title} is a list, expected a mapping"),
            "write `key: value`, one a line",
        ),
        Kind::Scalar { .. } => problems.note(
            node.place,
            format!("{title} is a single value, expected a mapping"),
            "write `key: value`, one a line, indented below it",
        ),
    }
}

/// What was read of each, once all were looked at: one that is wrong does not hide the next. `None` when one is.
pub(crate) fn each<N, T, C: FromIterator<T>>(
    nodes: impl IntoIterator<Item = N>,
    read: impl FnMut(N) -> Option<T>,
) -> Option<C> {
    let read: Vec<Option<T>> = nodes.into_iter().map(read).collect();
    read.into_iter().collect()
}

/// The items of a list.
pub(crate) fn items<'a>(node: &'a Node, title: &str, problems: &Problems) -> Option<&'a [Node]> {
    match &node.kind {
        Kind::List(items) => Some(items),
        Kind::Map(_) | Kind::Scalar { .. } => problems.note(
            node.place,
            format!("{title} is not a list"),
            "write `[one, two]`, or `- one` a line",
        ),
    }
}
