//! Provenance of parameters: a value must be found where the contract says it may come from.

use std::collections::BTreeMap;

use remit_core::{Ask, ItemName, Objection, Reason, ToolName};
use serde_json::Value;

use crate::{
    facts::{RunFacts, Seen},
    pointer::Pointer,
    value::{same, shown},
};

/// Shorter texts are found inside of others by chance.
const SHORTEST_PART: usize = 4;

/// Where a value may be at home.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// What the trusted caller declared when it started the run.
    Request,
    /// An attested item that the action needs.
    Item(ItemName),
}

/// How two texts are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Byte for byte.
    Exact,
    /// Without white space, in upper case.
    Iban,
    /// Without white space around it, in lower case.
    Email,
}

impl Form {
    pub(crate) const ALL: [Self; 3] = [Self::Exact, Self::Iban, Self::Email];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Iban => "iban",
            Self::Email => "email",
        }
    }

    fn of(self, text: &str) -> String {
        match self {
            Self::Exact => text.to_owned(),
            Self::Iban => text.split_whitespace().collect::<String>().to_uppercase(),
            Self::Email => text.trim().to_lowercase(),
        }
    }

    fn same(self, left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::String(left), Value::String(right)) => self.of(left) == self.of(right),
            _ => same(left, right),
        }
    }

    /// True when a longer text says the value.
    fn is_said_by(self, value: &Value, text: &Value) -> bool {
        match (value, text) {
            (Value::String(value), Value::String(text)) => {
                let value = self.of(value);
                value.chars().count() >= SHORTEST_PART && self.of(text).contains(&value)
            }
            _ => false,
        }
    }
}

/// The rule for one parameter, compiled.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) pointer: Pointer,
    pub(crate) from: Vec<Home>,
    pub(crate) form: Form,
    pub(crate) otherwise: Option<Ask>,
}

/// Where an item comes from, and which of its places hold text of strangers.
#[derive(Clone, Debug)]
pub(crate) struct ItemSource {
    pub(crate) tool: ToolName,
    pub(crate) untrusted: Vec<Pointer>,
}

/// Every item of the contract.
pub(crate) type Catalog = BTreeMap<ItemName, ItemSource>;

/// Parameters that come from elsewhere: those that are refused, and those that people are asked about.
#[derive(Debug, Default)]
pub(crate) struct Foreign {
    pub(crate) refused: Option<Objection>,
    pub(crate) held: Option<Objection>,
    pub(crate) asks: Vec<Ask>,
}

/// Checks all rules of an action. `needed` are the facts that were found for it.
pub(crate) fn check(
    rules: &[Rule],
    params: &Value,
    (facts, needed): (&RunFacts, &[&Seen]),
    catalog: &Catalog,
) -> Foreign {
    let (mut refused, mut held, mut asks) = (Vec::new(), Vec::new(), Vec::new());
    for rule in rules {
        // What is not given comes from nowhere; each part of a larger value must be at home.
        let Some(value) = rule.pointer.find(params) else { continue };
        for (inside, part) in leaves(value) {
            if rule.from.iter().any(|home| is_at(home, rule.form, part, (facts, needed), catalog)) {
                continue;
            }
            let says = rule.says(&inside, part, facts, catalog);
            match &rule.otherwise {
                None => refused.push(says),
                Some(ask) => {
                    held.push(says);
                    if !asks.contains(ask) {
                        asks.push(ask.clone());
                    }
                }
            }
        }
    }
    let objection = |says: Vec<String>| {
        (!says.is_empty()).then(|| Objection::new(Reason::OriginUnknown, says.join("; ")))
    };
    Foreign { refused: objection(refused), held: objection(held), asks }
}

impl Rule {
    /// Where the value should be, and where it was seen first.
    fn says(&self, inside: &str, value: &Value, facts: &RunFacts, catalog: &Catalog) -> String {
        let homes: Vec<String> = self
            .from
            .iter()
            .map(|home| match home {
                Home::Request => "the request".to_owned(),
                Home::Item(item) => format!("`{item}`"),
            })
            .collect();
        let first = match first_seen(self.form, value, facts, catalog) {
            Some(first) => format!("it was seen first {first}"),
            None => "no fact of this run says it".to_owned(),
        };
        format!(
            "`params:{}{inside}` is {}, which is not in {}; {first}",
            self.pointer.as_str(),
            shown(Some(value)),
            homes.join(" or ")
        )
    }
}

fn is_at(
    home: &Home,
    form: Form,
    value: &Value,
    (facts, needed): (&RunFacts, &[&Seen]),
    catalog: &Catalog,
) -> bool {
    match home {
        Home::Request => facts
            .request
            .as_deref()
            .is_some_and(|it| leaves(it).iter().any(|(_, leaf)| form.same(value, leaf))),
        Home::Item(item) => needed.iter().filter(|seen| seen.item == *item).any(|seen| {
            leaves(&seen.value)
                .iter()
                .any(|(at, leaf)| form.same(value, leaf) && !is_untrusted(at, item, catalog))
        }),
    }
}

/// The first place of the run where a fact says the value, alone or within a longer text.
fn first_seen(form: Form, value: &Value, facts: &RunFacts, catalog: &Catalog) -> Option<String> {
    let mut seen: Vec<&Seen> = facts.seen.iter().collect();
    seen.sort_by_key(|seen| seen.observed_at);
    seen.iter().find_map(|seen| {
        let says = |leaf: &Value| form.same(value, leaf) || form.is_said_by(value, leaf);
        let (at, _) = leaves(&seen.value).into_iter().find(|(_, leaf)| says(leaf))?;
        let tool = catalog.get(&seen.item).map_or("", |source| source.tool.as_str());
        let untrusted = if is_untrusted(&at, &seen.item, catalog) { ", a text of strangers" } else { "" };
        Some(format!("in `{}:{at}`{untrusted} (`{tool}`, {})", seen.item, seen.action))
    })
}

fn is_untrusted(at: &str, item: &ItemName, catalog: &Catalog) -> bool {
    let below = |pointer: &Pointer| {
        at.strip_prefix(pointer.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // What nobody has described is nobody's record.
    catalog.get(item).is_none_or(|source| source.untrusted.iter().any(below))
}

/// Every scalar in a value with its pointer; nulls say nothing.
fn leaves(value: &Value) -> Vec<(String, &Value)> {
    let (mut found, mut open) = (Vec::new(), vec![(String::new(), value)]);
    while let Some((at, value)) = open.pop() {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)));
            }
            Value::Object(fields) => {
                open.extend(
                    fields
                        .iter()
                        .map(|(key, field)| (format!("{at}{}", Pointer::to_key(key).as_str()), field)),
                );
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push((at, value)),
        }
    }
    found
}

#[cfg(test)]
mod tests;
