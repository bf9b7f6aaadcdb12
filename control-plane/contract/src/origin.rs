//! Provenance of parameters: a value must be found where the contract says it may come from.

use std::{collections::BTreeMap, fmt};

use remit_core::{Ask, ItemName, Objection, Reason, ToolName};
use serde_json::Value;

use crate::{
    facts::{RunFacts, Seen},
    pointer::Pointer,
    policy::Type,
    value::{same, shown},
};

mod parts;
mod sight;

pub(crate) use parts::{EACH, Lost, type_at};
use parts::{Part, Places, all_parts, is_below, parts, places};
use sight::first_seen;

/// Shorter texts are found inside of others by chance.
const SHORTEST_PART: usize = 4;

/// Most parts that are told of one by one.
const MOST_TOLD: usize = 5;

/// Where a value may be at home: anywhere in one of these, or only in the named place of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// What the trusted caller declared when it started the run.
    Request(Option<Pointer>),
    /// An attested item that the action needs.
    Item(ItemName, Option<Pointer>),
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(None) => f.write_str("the request"),
            Self::Request(Some(place)) => write!(f, "`request:{}`", place.as_str()),
            Self::Item(item, None) => write!(f, "`{item}`"),
            Self::Item(item, Some(place)) => write!(f, "`{item}:{}`", place.as_str()),
        }
    }
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
    /// Into the parameters; `*` is every element of a list.
    pub(crate) path: Pointer,
    /// What the tool's schema says of the value there.
    pub(crate) of: Type,
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
        let Places { found, misshapen } = places(&rule.path, params);
        // Of another shape than the rule is about: nobody knows what the tool would take from it.
        refused.extend(misshapen.iter().map(|(at, value)| {
            let (path, shown) = (rule.path.as_str(), shown(Some(value)));
            format!(
                "`params:{at}` is {shown}, but `{path}` must come from {} (`origin:{path}`)",
                rule.homes()
            )
        }));
        let at_home = at_home(rule, (facts, needed), catalog);
        let mut foreign = Vec::new();
        for (at, value) in found {
            for part in parts(value, &rule.of) {
                if !at_home.iter().any(|home| part.is_said_by(home, rule.form)) {
                    foreign.push(Part { at: format!("{at}{}", part.at), ..part });
                }
            }
        }
        foreign.sort_by(|left, right| left.at.cmp(&right.at));
        // Only those that are told of are looked for.
        let says = foreign.iter().enumerate().map(|(index, part)| {
            if index < MOST_TOLD { rule.says(part, facts, catalog) } else { told(part) }
        });
        match &rule.otherwise {
            None => refused.extend(says),
            Some(ask) if !foreign.is_empty() => {
                held.extend(says);
                let seen: Vec<String> = foreign.iter().map(told).collect();
                let because = format!("{} ({})", ask.because, few(&seen, ", "));
                asks.push(Ask { because, ..ask.clone() });
            }
            Some(_) => {}
        }
    }
    let objection = |says: Vec<String>| {
        (!says.is_empty()).then(|| Objection::new(Reason::OriginUnknown, few(&says, "; ")))
    };
    Foreign { refused: objection(refused), held: objection(held), asks }
}

/// The first of them, and how many more there are.
fn few(all: &[String], between: &str) -> String {
    let first: Vec<&str> = all.iter().take(MOST_TOLD).map(String::as_str).collect();
    match all.len().saturating_sub(MOST_TOLD) {
        0 => first.join(between),
        more => format!("{}{between}and {more} more", first.join(between)),
    }
}

/// A part as it was given.
fn told(part: &Part<'_>) -> String {
    let verb = if part.is_name { "has the name" } else { "is" };
    let at = if part.is_name { part.at.rsplit_once('/').map_or("", |(at, _)| at) } else { &part.at };
    format!("`params:{at}` {verb} {}", shown(Some(&part.value)))
}

impl Rule {
    fn homes(&self) -> String {
        self.from.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
    }

    /// Where the value should be, and where it was seen first.
    fn says(&self, part: &Part<'_>, facts: &RunFacts, catalog: &Catalog) -> String {
        let first = match first_seen(self.form, &part.value, facts, catalog) {
            Some(first) => format!("it was seen first {first}"),
            None => "no fact of this run says it".to_owned(),
        };
        let rule = format!("origin:{}", self.path.as_str());
        format!("{}, which is not in {} (`{rule}`); {first}", told(part), self.homes())
    }
}

/// Everything that is at home by a rule.
fn at_home<'v>(
    rule: &Rule,
    (facts, needed): (&'v RunFacts, &[&'v Seen]),
    catalog: &Catalog,
) -> Vec<Part<'v>> {
    let mut found = Vec::new();
    for home in &rule.from {
        match home {
            Home::Request(place) => {
                found.extend(facts.request.iter().flat_map(|request| within(place.as_ref(), request)));
            }
            Home::Item(item, place) => {
                let seen = needed.iter().filter(|seen| seen.item == *item);
                let parts = seen.flat_map(|seen| within(place.as_ref(), &seen.value));
                found.extend(parts.filter(|part| !is_untrusted(&part.at, item, catalog)));
            }
        }
    }
    found
}

impl Part<'_> {
    /// The name of a member may be a name at home too; a value is never at home in a name.
    fn is_said_by(&self, home: &Part<'_>, form: Form) -> bool {
        (self.is_name || !home.is_name) && form.same(&self.value, &home.value)
    }
}

/// What stands at a place, or in all of it, part by part.
fn within<'v>(place: Option<&Pointer>, value: &'v Value) -> Vec<Part<'v>> {
    let Some(place) = place else { return all_parts(value) };
    let mut found = Vec::new();
    for (at, value) in places(place, value).found {
        found
            .extend(all_parts(value).into_iter().map(|part| Part { at: format!("{at}{}", part.at), ..part }));
    }
    found
}

fn is_untrusted(at: &str, item: &ItemName, catalog: &Catalog) -> bool {
    // What nobody has described is nobody's record.
    catalog.get(item).is_none_or(|source| source.untrusted.iter().any(|place| is_below(at, place)))
}

#[cfg(test)]
mod tests;
