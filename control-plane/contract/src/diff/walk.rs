//! The walk over two documents at once: mappings by key, rules by id, other lists as sets, scalars by rank.

use std::{cmp::Ordering, collections::BTreeSet};

use remit_core::Clause;

use super::{
    Change, Direction, condition, rank,
    rules::{self, Meaning},
};
use crate::yaml::{Entry, Kind, Node};

pub(super) fn walk(before: &Node, after: &Node) -> Vec<Change> {
    let mut walk = Walk { path: Vec::new(), action: None, changes: Vec::new() };
    walk.both(before, after);
    walk.changes
}

struct Walk {
    path: Vec<String>,
    /// The action of the rule that is being looked at.
    action: Option<String>,
    changes: Vec<Change>,
}

impl Walk {
    fn meaning(&self) -> Meaning {
        rules::rule(&self.path).map_or(Meaning::Open, |(_, _, meaning)| *meaning)
    }

    fn note(&mut self, before: Option<String>, after: Option<String>, direction: Direction) {
        let what = rules::words(rules::rule(&self.path), &self.path);
        self.note_as(what, before, after, direction);
    }

    fn note_as(&mut self, what: String, before: Option<String>, after: Option<String>, direction: Direction) {
        let clause = self.path.first().and_then(|key| Clause::ALL.into_iter().find(|it| it.as_str() == key));
        self.changes.push(Change { clause, at: self.path.join(" › "), what, before, after, direction });
    }

    fn both(&mut self, before: &Node, after: &Node) {
        match (&before.kind, &after.kind) {
            (Kind::Map(old), Kind::Map(new)) => self.maps(old, new),
            (Kind::List(old), Kind::List(new)) => self.lists(old, new),
            (Kind::Scalar { text: old, .. }, Kind::Scalar { text: new, .. }) => self.scalars(old, new),
            _ => self.kinds(before, after),
        }
    }

    fn maps(&mut self, old: &[Entry], new: &[Entry]) {
        let keys: BTreeSet<&str> = old.iter().chain(new).map(|entry| entry.key.as_str()).collect();
        for key in keys {
            let of = |entries: &'_ [Entry]| {
                entries.iter().find(|entry| entry.key == key).map(|it| it.value.clone())
            };
            let (before, after) = (of(old), of(new));
            self.below(key, before.as_ref(), after.as_ref());
        }
    }

    fn below(&mut self, key: &str, before: Option<&Node>, after: Option<&Node>) {
        self.path.push(key.to_owned());
        match (before, after) {
            (Some(before), Some(after)) => {
                self.action = after.key("action").map(shown).or_else(|| self.action.take());
                self.both(before, after);
            }
            (None, Some(after)) => self.presence(after, true),
            (Some(before), None) => self.presence(before, false),
            (None, None) => {}
        }
        self.path.pop();
    }

    /// A value that only one side has. What no rule speaks about is looked into.
    fn presence(&mut self, node: &Node, added: bool) {
        let known = rules::rule(&self.path).is_some();
        let empty = match &node.kind {
            Kind::Map(entries) if !known && !entries.is_empty() => Kind::Map(Vec::new()),
            Kind::List(items) if !items.is_empty() && (!known || self.meaning() == Meaning::Need) => {
                Kind::List(Vec::new())
            }
            Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => {
                let direction = self.meaning().of_presence();
                let shown = Some(shown(node));
                return if added {
                    self.note(None, shown, direction);
                } else {
                    self.note(shown, None, direction.reversed());
                };
            }
        };
        let empty = Node { place: node.place, kind: empty };
        if added { self.both(&empty, node) } else { self.both(node, &empty) }
    }

    fn lists(&mut self, old: &[Node], new: &[Node]) {
        if let (Some(old), Some(new)) = (by_id(old), by_id(new)) {
            return self.maps(&old, &new);
        }
        let (old, new): (BTreeSet<String>, BTreeSet<String>) =
            (old.iter().map(shown).collect(), new.iter().map(shown).collect());
        let more = self.meaning().of_more();
        for gone in old.difference(&new) {
            self.note(Some(gone.clone()), None, more.reversed());
        }
        for come in new.difference(&old) {
            self.note(None, Some(come.clone()), more);
        }
    }

    fn scalars(&mut self, old: &str, new: &str) {
        if old == new || self.threshold(old, new) {
            return;
        }
        let more = self.meaning().of_more();
        let direction = match rank::order(old, new) {
            Some(Ordering::Less) => more,
            Some(Ordering::Greater) => more.reversed(),
            Some(Ordering::Equal) => return,
            None => Direction::Changed,
        };
        self.note(Some(old.to_owned()), Some(new.to_owned()), direction);
    }

    /// A condition of a rule that asks a person, when only a number in it moved.
    fn threshold(&mut self, old: &str, new: &str) -> bool {
        let [scope, escalate, rule, when] = self.path.as_slice() else { return false };
        if (scope.as_str(), escalate.as_str(), when.as_str()) != ("scope", "escalate", "when") {
            return false;
        }
        let shift = condition::parse(old).zip(condition::parse(new));
        let Some(shift) = shift.and_then(|(old, new)| condition::shift(&old, &new)) else { return false };
        let direction = match shift.truth {
            Ordering::Less => Direction::Widened,
            Ordering::Greater => Direction::Narrowed,
            Ordering::Equal => return true,
        };
        let action = self.action.as_ref().unwrap_or(rule);
        let what = match shift.subject.rsplit('.').next() {
            Some(name) if !name.ends_with("_minor") => format!("{action}: limit of {name} without a person"),
            Some(_) | None => format!("{action}: limit without a person"),
        };
        self.note_as(what, Some(shift.before), Some(shift.after), direction);
        true
    }

    /// `all` where the other side lists some.
    fn kinds(&mut self, before: &Node, after: &Node) {
        let all = |node: &Node| matches!(&node.kind, Kind::Scalar { text, .. } if text == "all");
        let direction = match (self.meaning(), all(before), all(after)) {
            (Meaning::Grant, false, true) => Direction::Widened,
            (Meaning::Grant, true, false) => Direction::Narrowed,
            _ => Direction::Changed,
        };
        self.note(Some(shown(before)), Some(shown(after)), direction);
    }
}

/// The entries of a list whose items all have an id of their own, by it.
fn by_id(items: &[Node]) -> Option<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    for item in items {
        let Kind::Scalar { text, .. } = &item.key("id")?.kind else { return None };
        if entries.iter().any(|entry| entry.key == *text) {
            return None;
        }
        entries.push(Entry { key: text.clone(), place: item.place, value: item.clone() });
    }
    Some(entries)
}

/// A value on one line.
fn shown(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar { text, .. } => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|entry| format!("{}: {}", entry.key, shown(&entry.value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
