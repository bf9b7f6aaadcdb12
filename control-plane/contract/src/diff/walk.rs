//! The walk over two documents at once: mappings by key, rules by id, other lists as sets, scalars by rank.

use std::{cmp::Ordering, collections::BTreeSet};

use remit_core::Clause;

use super::{
    Change, Direction, condition, rank,
    rules::{self, Meaning},
};
use crate::{
    value::is_invisible,
    yaml::{Entry, Kind, Node, Scalar, resolve},
};

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
            (Kind::Scalar { text: old, quoted: old_quoted }, Kind::Scalar { text: new, quoted }) => {
                self.scalars((old, *old_quoted), (new, *quoted));
            }
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
        let all = |items: &[Node]| items.iter().map(within).collect::<Vec<String>>();
        let (was, is) = (all(old), all(new));
        let (old, new): (BTreeSet<&String>, BTreeSet<&String>) = (was.iter().collect(), is.iter().collect());
        let more = self.meaning().of_more();
        for gone in old.difference(&new) {
            self.note(Some((*gone).clone()), None, more.reversed());
        }
        for come in new.difference(&old) {
            self.note(None, Some((*come).clone()), more);
        }
        // Where no rule says that it is a set, its order may mean something.
        if old == new && was != is && self.meaning() == Meaning::Open {
            let list = |items: &[String]| Some(format!("[{}]", items.join(", ")));
            self.note(list(&was), list(&is), Direction::Changed);
        }
    }

    /// Two values are the same when they are the same text of the same type. Of others, those count as the same
    /// that a rule compares as amounts, such as `30m` and `1800s`.
    fn scalars(&mut self, (old, old_quoted): (&str, bool), (new, quoted): (&str, bool)) {
        let (was, is) = (resolve(old, old_quoted), resolve(new, quoted));
        let is_word = matches!(was, Scalar::Null | Scalar::Bool(_));
        if (was == is && (old == new || is_word)) || (old != new && self.threshold(old, new)) {
            return;
        }
        let more = self.meaning().of_more();
        let order = self.are_amounts(&was, &is).then(|| rank::order(old, new)).flatten();
        let direction = match order {
            Some(Ordering::Less) => more,
            Some(Ordering::Greater) => more.reversed(),
            Some(Ordering::Equal) if self.meaning() != Meaning::Open && !old_quoted && !quoted => return,
            Some(Ordering::Equal) | None => Direction::Changed,
        };
        self.note(Some(scalar(old, old_quoted)), Some(scalar(new, quoted)), direction);
    }

    /// True for values of one type that may have an order; below an input schema, which is JSON, text has none.
    fn are_amounts(&self, was: &Scalar, is: &Scalar) -> bool {
        let in_schema = rules::is_in_schema(&self.path);
        match (was, is) {
            (Scalar::Number(_), Scalar::Number(_)) | (Scalar::Bool(_), Scalar::Bool(_)) => true,
            (Scalar::Text, Scalar::Text) => !in_schema,
            (
                Scalar::Null | Scalar::Bool(_) | Scalar::Number(_) | Scalar::NoJsonNumber | Scalar::Text,
                Scalar::Null | Scalar::Bool(_) | Scalar::Number(_) | Scalar::NoJsonNumber | Scalar::Text,
            ) => false,
        }
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
        Kind::Scalar { text, quoted } => scalar(text, *quoted),
        Kind::List(items) => format!("[{}]", items.iter().map(within).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|entry| format!("{}: {}", entry.key, within(&entry.value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A value in a list or a mapping on one line: text that could pass for several values is in quotes.
fn within(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar { text, .. } if text.contains([',', '[', ']', '{', '}']) || text.contains(": ") => {
            format!("{text:?}")
        }
        Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => shown(node),
    }
}

/// A scalar as it reads; in quotes, with escapes, where it would else pass for another one: text that looks like
/// a number, text with ends that nobody sees, text on several lines.
fn scalar(text: &str, quoted: bool) -> String {
    let looks_typed = quoted && resolve(text, false) != Scalar::Text;
    let looks_other = text.trim() != text || text.starts_with('"') || text.chars().any(is_invisible);
    if resolve(text, quoted) == Scalar::Null {
        return "null".to_owned();
    }
    if looks_typed || looks_other { format!("{text:?}") } else { text.to_owned() }
}
