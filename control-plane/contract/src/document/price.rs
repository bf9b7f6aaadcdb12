//! `cost.prices`: what a call costs at most, and where its result says what it has cost.

use remit_core::Money;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use crate::{
    pointer::{Pointer, Source},
    problem::Problems,
    read::{
        Fields,
        scalar::{money, text},
    },
    value::decimal,
    yaml::{Kind, Node},
};

/// The price of one tool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Price {
    /// What is reserved for a call, and charged where nothing else is known.
    pub(crate) most: Money,
    /// Where a result says the cost, in units of the currency.
    pub(crate) reported: Option<Pointer>,
}

impl Price {
    /// An amount, or `{ most: …, reported: result:/… }`.
    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        if !matches!(node.kind, Kind::Map(_)) {
            return money(node, "the price", problems).map(|most| Self { most, reported: None });
        }
        let fields = Fields::of(node, "the price", problems)?;
        let most = fields.need("most").and_then(|node| money(node, "the price at most", problems));
        let reported = fields.need("reported").and_then(|node| read_reported(node, problems));
        fields.end();
        Some(Self { most: most?, reported: Some(reported?) })
    }
}

fn read_reported(node: &Node, problems: &Problems) -> Option<Pointer> {
    let written = text(node, "reported", problems)?;
    match Source::read(&written, node.place, problems)? {
        Source::Result(pointer) => Some(pointer),
        Source::Params(_) | Source::Item(..) => problems.note(
            node.place,
            format!("`{written}` is no part of the result"),
            "write `result:/…`: only the tool itself says what a call has cost",
        ),
    }
}

/// What a result reports, in units of the currency as a number or a text; what is finer than a millionth is rounded
/// up. `None` where there is no amount: then the ceiling is charged. More than any call can cost is the most that
/// one can, which is far above every ceiling.
pub(crate) fn reported(result: &Value, at: &Pointer) -> Option<Money> {
    let (found, most) = (at.find(result)?, remit_core::budget::MOST_OF_A_CALL);
    let Some(amount) = decimal(found) else {
        return is_beyond_all(found).then_some(most);
    };
    if amount.is_sign_negative() && !amount.is_zero() {
        return None;
    }
    let micros = amount
        .checked_mul(Decimal::from(1_000_000))
        .map(|micros| micros.round_dp_with_strategy(0, RoundingStrategy::AwayFromZero));
    let micros = micros.and_then(|micros| u64::try_from(micros).ok());
    Some(micros.map_or(most, |micros| Money::from_micros(micros).min(most)))
}

/// True for a number that is larger than any that is reckoned with exactly.
fn is_beyond_all(found: &Value) -> bool {
    let number = match found {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.is_some_and(|number| number > 1e15)
}

#[cfg(test)]
mod tests;
