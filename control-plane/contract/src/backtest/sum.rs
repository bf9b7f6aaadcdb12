//! What the calls of flips add up to: one parameter, exactly, apart by the currency that each call names.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::Flip;
use crate::{CompiledContract, value::decimal};

/// How the name of a parameter ends that is money in minor units: the one thing by which a contract names money
/// in its parameters.
const MINOR: &str = "_minor";

/// The parameter beside it that says in which currency.
const CURRENCY: &str = "currency";

/// What one parameter adds up to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sum {
    /// The parameter, as a JSON pointer.
    pub pointer: String,
    /// The currency that these calls name; empty where they name none.
    pub currency: String,
    /// The exact sum as a decimal number; `None` when it is larger than can be added up.
    pub total: Option<String>,
    /// How many calls have it as a number.
    pub calls: usize,
}

/// What the flips add up to: the parameter that is named, or else for each tool the one whose name ends in
/// `_minor`, if the draft declares exactly one.
pub fn sums(draft: &CompiledContract, flips: &[Flip], pointer: Option<&str>) -> Vec<Sum> {
    let mut found: BTreeMap<(String, String), (Option<Decimal>, usize)> = BTreeMap::new();
    for flip in flips {
        let Some(pointer) = pointer.map(str::to_owned).or_else(|| money(draft, flip)) else { continue };
        let params = flip.params.value();
        let Some(number) = params.pointer(&pointer).and_then(decimal) else { continue };
        let currency = params.get(CURRENCY).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (total, calls) = found.entry((pointer, currency)).or_insert((Some(Decimal::ZERO), 0));
        *total = total.and_then(|total| total.checked_add(number));
        *calls = calls.saturating_add(1);
    }
    let sums = found.into_iter();
    sums.map(|((pointer, currency), (total, calls))| Sum {
        pointer,
        currency,
        total: total.map(|total| total.normalize().to_string()),
        calls,
    })
    .collect()
}

fn money(draft: &CompiledContract, flip: &Flip) -> Option<String> {
    let declared = draft.tool(&flip.tool)?.input.get("properties")?.as_object()?;
    let mut names = declared.keys().filter(|name| name.ends_with(MINOR));
    match (names.next(), names.next()) {
        (Some(only), None) => Some(format!("/{}", only.replace('~', "~0").replace('/', "~1"))),
        (None | Some(_), _) => None,
    }
}
