//! What the policies of an action can see: an attribute that none of them names is not shown to Cedar.
//!
//! Making Cedar values of parameters and evidence costs more than judging them, and policies name few of
//! them. A record that is used as a whole, compared for instance, is shown whole: no verdict depends on
//! what is left out.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::Policy;
use serde_json::Value;

/// Which attributes of a record are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keys {
    /// The record is used as a whole.
    All,
    /// These.
    Named(BTreeSet<String>),
}

impl Default for Keys {
    fn default() -> Self {
        Self::Named(BTreeSet::new())
    }
}

impl Keys {
    /// True when the attribute is shown.
    pub(crate) fn shows(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(keys) => keys.contains(key),
        }
    }

    fn name(&mut self, key: &str) {
        match self {
            Self::All => {}
            Self::Named(keys) => {
                keys.insert(key.to_owned());
            }
        }
    }
}

/// What a set of policies can see of the context.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sight {
    params: Keys,
    items: BTreeMap<String, Keys>,
    /// All evidence is used as a whole.
    every_item: bool,
    /// The run, or the face, is looked at.
    around: bool,
}

impl Sight {
    pub(crate) fn of<'a>(policies: impl Iterator<Item = &'a Policy>) -> Self {
        let mut sight = Self::default();
        for policy in policies {
            match policy.to_json() {
                Ok(json) => json.get("conditions").into_iter().for_each(|it| sight.look(it)),
                Err(_) => sight.note(&[], false),
            }
        }
        sight
    }

    /// The parameters that are shown.
    pub(crate) const fn params(&self) -> &Keys {
        &self.params
    }

    /// What of an item of evidence is shown; `None` when the item is not.
    pub(crate) fn item(&self, name: &str) -> Option<&Keys> {
        if self.every_item { Some(&Keys::All) } else { self.items.get(name) }
    }

    /// True when the run or the face is looked at.
    pub(crate) const fn around(&self) -> bool {
        self.around
    }

    /// Looks at an expression in Cedar's JSON form.
    fn look(&mut self, expression: &Value) {
        if let Some((path, tested)) = path(expression) {
            return self.note(&path, tested);
        }
        match expression {
            Value::Object(parts) => parts.values().for_each(|part| self.look(part)),
            Value::Array(parts) => parts.iter().for_each(|part| self.look(part)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Notes an attribute of the context that is read or, when `tested`, only asked for with `has`.
    fn note(&mut self, path: &[&str], tested: bool) {
        match *path {
            [] => {
                self.params = Keys::All;
                self.every_item = true;
                self.around = true;
            }
            ["run" | "channel", ..] => self.around = true,
            ["params"] if !tested => self.params = Keys::All,
            ["params", key, ..] => self.params.name(key),
            ["evidence"] if !tested => self.every_item = true,
            ["evidence", item] if !tested => {
                self.items.insert(item.to_owned(), Keys::All);
            }
            ["evidence", item, ref inside @ ..] => {
                let keys = self.items.entry(item.to_owned()).or_default();
                inside.iter().take(1).for_each(|key| keys.name(key));
            }
            // The records are always there, and there is nothing else to see.
            [_, ..] => {}
        }
    }
}

/// The paths below the context that a condition asks for with `has`, in Cedar's JSON form.
pub(super) fn tested(expression: &Value) -> Vec<Vec<&str>> {
    if let Some((path, true)) = path(expression) {
        return vec![path];
    }
    match expression {
        Value::Object(parts) => parts.values().flat_map(tested).collect(),
        Value::Array(parts) => parts.iter().flat_map(tested).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Every path below the context that a condition reads or asks for, in Cedar's JSON form.
pub(super) fn paths(expression: &Value) -> Vec<Vec<&str>> {
    if let Some((path, _)) = path(expression) {
        return vec![path];
    }
    match expression {
        Value::Object(parts) => parts.values().flat_map(paths).collect(),
        Value::Array(parts) => parts.iter().flat_map(paths).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// The attributes from the context to a value, for `context`, `context.a.b` and `context.a has b`; and
/// whether it is the last form.
pub(super) fn path(expression: &Value) -> Option<(Vec<&str>, bool)> {
    let (word, inside) = expression.as_object()?.iter().next()?;
    let left = || path(inside.get("left")?).filter(|(_, tested)| !tested).map(|(path, _)| path);
    match word.as_str() {
        "Var" => (inside == "context").then(|| (Vec::new(), false)),
        "." => {
            let mut path = left()?;
            path.push(inside.get("attr")?.as_str()?);
            Some((path, false))
        }
        "has" => {
            let mut path = left()?;
            match inside.get("attr")? {
                Value::String(attr) => path.push(attr),
                Value::Array(attrs) => {
                    for attr in attrs {
                        path.push(attr.as_str()?);
                    }
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
            }
            Some((path, true))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
