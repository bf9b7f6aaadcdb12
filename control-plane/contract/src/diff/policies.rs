//! Changes of the policy clause: rules by id, added, removed, moved or rewritten.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use cedar_policy::{Effect, Policy, PolicySet};
use remit_core::Clause;
use serde_json::{Map, Value};

use super::{Change, Direction, condition, rank};

pub(super) fn compare(before: &PolicySet, after: &PolicySet) -> Vec<Change> {
    let (before, after) = (by_id(before), by_id(after));
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut changes = Vec::new();
    for id in ids {
        match (before.get(id), after.get(id)) {
            (Some(old), Some(new)) => both(id, old, new, &mut changes),
            (None, Some(new)) => changes.push(one(id, (None, Some(shown(new))), presence(new))),
            (Some(old), None) => changes.push(one(id, (Some(shown(old)), None), presence(old).reversed())),
            (None, None) => {}
        }
    }
    changes
}

fn by_id(set: &PolicySet) -> BTreeMap<String, &Policy> {
    let id = |policy: &Policy| policy.annotation("id").map_or_else(|| policy.id().to_string(), str::to_owned);
    set.policies().map(|policy| (id(policy), policy)).collect()
}

fn one(id: &str, (before, after): (Option<String>, Option<String>), direction: Direction) -> Change {
    Change {
        clause: Some(Clause::Policy),
        at: format!("policy › {id}"),
        what: format!("policy {id}"),
        before,
        after,
        direction,
    }
}

/// A rule that is there and was not: one more permit, or one more forbid.
fn presence(policy: &Policy) -> Direction {
    if policy.effect() == Effect::Permit { Direction::Widened } else { Direction::Narrowed }
}

/// The whole rule on one line, as it is written: without comments, which on one line would seem to swallow what
/// follows them, and with every text in quotes to the letter.
fn shown(policy: &Policy) -> String {
    let written = policy.to_string();
    let (mut line, mut in_text) = (String::with_capacity(written.len()), false);
    let mut letters = written.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => in_text = !in_text,
            '\\' if in_text => {
                line.push(letter);
                line.extend(letters.next());
                continue;
            }
            '/' if !in_text && letters.peek() == Some(&'/') => {
                letters.by_ref().find(|next| *next == '\n');
                push_blank(&mut line);
                continue;
            }
            blank if !in_text && blank.is_whitespace() => {
                push_blank(&mut line);
                continue;
            }
            _ => {}
        }
        line.push(letter);
    }
    line.truncate(line.trim_end().len());
    line
}

fn push_blank(line: &mut String) {
    if !line.is_empty() && !line.ends_with(' ') {
        line.push(' ');
    }
}

fn both(id: &str, old: &Policy, new: &Policy, changes: &mut Vec<Change>) {
    annotations(id, old, new, changes);
    let (before, after) = (body(old), body(new));
    if before == after {
        return;
    }
    changes.push(match threshold(&before, &after) {
        Some(shift) => {
            // Where a forbid is true less often, or a permit more often, more goes.
            let direction = match (new.effect(), shift.truth) {
                (Effect::Permit, Ordering::Greater) | (Effect::Forbid, Ordering::Less) => Direction::Widened,
                (Effect::Permit | Effect::Forbid, Ordering::Less | Ordering::Greater) => Direction::Narrowed,
                (Effect::Permit | Effect::Forbid, Ordering::Equal) => Direction::Changed,
            };
            Change {
                what: format!("policy {id}: limit of {}", shift.subject),
                ..one(id, (Some(shift.before), Some(shift.after)), direction)
            }
        }
        None => one(id, (Some(shown(old)), Some(shown(new))), Direction::Changed),
    });
}

/// Everything but the annotations, in a form that knows no comments and spacing.
fn body(policy: &Policy) -> Map<String, Value> {
    let mut json = match policy.to_json() {
        Ok(Value::Object(json)) => json,
        // Then the text itself is compared.
        Ok(_) | Err(_) => Map::from_iter([("text".to_owned(), policy.to_string().into())]),
    };
    json.remove("annotations");
    json
}

/// The one number by which two rules differ that have the same head and one `when` each.
fn threshold(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<condition::Shift> {
    let rest = |rule: &Map<String, Value>| {
        let mut rest = rule.clone();
        rest.remove("conditions");
        rest
    };
    if rest(before) != rest(after) {
        return None;
    }
    condition::shift(when(before)?, when(after)?)
}

fn when(rule: &Map<String, Value>) -> Option<&Value> {
    let [only] = rule.get("conditions")?.as_array()?.as_slice() else { return None };
    if only.get("kind")?.as_str()? == "when" { only.get("body") } else { None }
}

/// A forbid that people may lift is wider than one that nobody lifts; more people who must agree is less.
fn annotations(id: &str, old: &Policy, new: &Policy, changes: &mut Vec<Change>) {
    let keys: BTreeSet<&str> = old.annotations().chain(new.annotations()).map(|(key, _)| key).collect();
    for key in keys.into_iter().filter(|key| *key != "id") {
        let (before, after) = (old.annotation(key), new.annotation(key));
        if before == after {
            continue;
        }
        let direction = match (key, before, after) {
            ("outcome", None, Some(_)) => Direction::Widened,
            ("outcome", Some(_), None) => Direction::Narrowed,
            ("quorum" | "within", Some(before), Some(after)) => {
                let more = if key == "quorum" { Direction::Narrowed } else { Direction::Widened };
                match rank::order(before, after) {
                    Some(Ordering::Less) => more,
                    Some(Ordering::Greater) => more.reversed(),
                    Some(Ordering::Equal) | None => Direction::Changed,
                }
            }
            _ => Direction::Changed,
        };
        let sides = (before.map(str::to_owned), after.map(str::to_owned));
        changes.push(Change { what: format!("policy {id}: @{key}"), ..one(id, sides, direction) });
    }
}
