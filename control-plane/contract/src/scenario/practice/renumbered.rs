//! A number that is another one each time, wherever it stands: a question that comes again must not be known by it.

use serde_json::{Map, Value};

/// Digits that are replaced by as many others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Renumbered {
    from: String,
    to: String,
}

/// Below so many digits a number is not told from an amount.
const TELLING: usize = 4;

impl Renumbered {
    /// Replaces the last group of two digits or more in a name, by digits that come of a number; nothing where the name
    /// has no such group.
    pub(super) fn of(name: &Value, number: u64) -> Option<Self> {
        let from = groups(name.as_str()?).into_iter().rev().find(|group| 2 <= group.len())?.to_owned();
        let width = from.len();
        let most = 10_u64.checked_pow(u32::try_from(width).ok()?).unwrap_or(u64::MAX);
        let to = format!("{:0width$}", number.checked_rem(most)?);
        Some(Self { from, to })
    }

    /// The value with the digits replaced in every text of it, and in numbers that are this very number.
    pub(super) fn in_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.in_text(text)),
            Value::Array(items) => items.iter().map(|item| self.in_value(item)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.clone(), self.in_value(value)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Value::Number(number) => {
                let parsed = |digits: &str| digits.parse::<u64>().ok();
                let is_it = TELLING <= self.from.len() && number.as_u64() == parsed(&self.from);
                parsed(&self.to).filter(|_| is_it).map_or_else(|| value.clone(), Value::from)
            }
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    /// The text likewise: whole groups of digits alone.
    pub(super) fn in_text(&self, text: &str) -> String {
        let mut left = text;
        let mut made = String::with_capacity(text.len());
        for group in groups(text) {
            let Some((before, after)) = left.split_once(group) else { break };
            made.push_str(before);
            made.push_str(if group == self.from { &self.to } else { group });
            left = after;
        }
        made.push_str(left);
        made
    }
}

/// The groups of digits of a text, in their order.
fn groups(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect()
}
