//! Triggers: rules that ask a person about a value, without a condition. An unusual one, a new one, a missing one.

use remit_core::{Ask, CanonicalJson, Digest, ItemName, Novelty, ToolName};
use serde_json::Value;

use crate::{
    pointer::Pointer,
    value::{same, shown},
};

/// What a rule watches.
#[derive(Debug)]
pub(crate) enum Trigger {
    /// Parameters, by name, whose usual values the contract declares.
    Usual(Vec<(String, Usual)>),
    /// A place in the parameters whose value an effect must have succeeded with in so many milliseconds.
    FirstSeen { value: Pointer, within_ms: u64 },
    /// What may be absent, but not without a person.
    Missing(Vec<Optional>),
}

/// What may be absent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Optional {
    /// A parameter, or a place in it.
    Parameter(Pointer),
    /// A fact of a choice, or a place in a fact.
    Fact(ItemName, Option<Pointer>),
}

impl Trigger {
    /// Where it looks in a fact.
    pub(crate) fn places_of(&self, item: &ItemName) -> Vec<Pointer> {
        let Self::Missing(optional) = self else { return Vec::new() };
        let places = optional.iter().filter_map(|it| match it {
            Optional::Fact(of, place) if of == item => place.clone(),
            Optional::Fact(..) | Optional::Parameter(_) => None,
        });
        places.collect()
    }
}

/// What is usual for a value.
#[derive(Debug)]
pub(crate) enum Usual {
    /// Whole numbers from the one to the other, both included.
    Range { least: Option<i64>, most: Option<i64> },
    /// One of these.
    OneOf(Vec<Value>),
}

/// The triggers of one action, with whom they ask.
pub(crate) type Triggers = Vec<(Trigger, Ask)>;

/// What the triggers of an action say: those that fired, and the values that the service may not know. `fact` finds
/// what the run has seen of an item.
pub(crate) fn look<'v>(
    triggers: &Triggers,
    (tool, params): (&ToolName, &Value),
    fact: impl Fn(&ItemName) -> Option<&'v Value>,
) -> (Vec<Ask>, Vec<Novelty>) {
    let (mut asks, mut novelties) = (Vec::new(), Vec::new());
    for (trigger, ask) in triggers {
        match trigger {
            Trigger::Usual(usual) => asks.extend(saw(ask, unusual(usual, params))),
            Trigger::Missing(optional) => {
                let missing = optional.iter().filter(|it| it.is_missing(params, &fact));
                asks.extend(saw(ask, missing.map(|it| format!("{it} is missing"))));
            }
            Trigger::FirstSeen { value, within_ms } => {
                novelties.push(novelty(ask, (tool, params), value, *within_ms));
            }
        }
    }
    (asks, novelties)
}

/// The ask with what was seen behind the contract's words; `None` when there was nothing to see.
fn saw(ask: &Ask, seen: impl IntoIterator<Item = String>) -> Option<Ask> {
    let seen: Vec<String> = seen.into_iter().collect();
    let because = format!("{} ({})", ask.because, seen.join(", "));
    (!seen.is_empty()).then(|| Ask { because, ..ask.clone() })
}

/// An absent parameter is not unusual; a rule about missing ones speaks of it.
fn unusual(usual: &[(String, Usual)], params: &Value) -> Vec<String> {
    let found = usual.iter().filter_map(|(name, usual)| {
        let value = params.get(name).filter(|value| !value.is_null())?;
        (!usual.has(value)).then(|| format!("{name} is {}, usual is {usual}", shown(Some(value))))
    });
    found.collect()
}

fn novelty(ask: &Ask, (tool, params): (&ToolName, &Value), place: &Pointer, within_ms: u64) -> Novelty {
    let value = place.find(params);
    let text = CanonicalJson::from_value(value.unwrap_or(&Value::Null));
    let text = text.map_or_else(|_| String::new(), |text| text.as_str().to_owned());
    let parts = [b"remit/familiar/v1".as_slice(), tool.as_str().as_bytes(), place.as_str().as_bytes()];
    let seen = format!("params:{} is {}, new within {}", place.as_str(), shown(value), time(within_ms));
    let ask = Ask { because: format!("{} ({seen})", ask.because), ..ask.clone() };
    Novelty { ask, value: Digest::of_parts(&[parts.as_slice(), &[text.as_bytes()]].concat()), within_ms }
}

/// Milliseconds in the largest unit that holds them whole.
fn time(ms: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let whole = UNITS.iter().find(|(unit, _)| ms.is_multiple_of(*unit));
    whole.map_or_else(
        || format!("{ms}ms"),
        |(unit, name)| format!("{}{name}", ms.checked_div(*unit).unwrap_or(0)),
    )
}

impl Optional {
    fn is_missing<'v>(&self, params: &Value, fact: impl Fn(&ItemName) -> Option<&'v Value>) -> bool {
        match self {
            Self::Parameter(place) => place.find(params).is_none(),
            Self::Fact(item, None) => fact(item).is_none(),
            Self::Fact(item, Some(place)) => fact(item).and_then(|value| place.find(value)).is_none(),
        }
    }
}

impl std::fmt::Display for Optional {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Parameter(place) => write!(f, "params:{}", place.as_str()),
            Self::Fact(item, None) => write!(f, "{item}"),
            Self::Fact(item, Some(place)) => write!(f, "{item}:{}", place.as_str()),
        }
    }
}

impl Usual {
    /// A value of another kind than what is usual is not usual.
    fn has(&self, value: &Value) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|usual| same(usual, value)),
            Self::Range { least, most } => value.as_i64().is_some_and(|number| {
                least.is_none_or(|least| least <= number) && most.is_none_or(|most| number <= most)
            }),
        }
    }
}

impl std::fmt::Display for Usual {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OneOf(values) => {
                let values: Vec<_> = values.iter().map(|value| shown(Some(value))).collect();
                f.write_str(&values.join(" or "))
            }
            Self::Range { least, most } => {
                let end = |end: &Option<i64>| end.map(|end| end.to_string()).unwrap_or_default();
                write!(f, "{}..{}", end(least), end(most))
            }
        }
    }
}

#[cfg(test)]
mod tests;
