//! Which of two written values is more: numbers, durations, rates, dates, steps of the ladder, truth values.

use std::cmp::Ordering;

use remit_core::Level;
use rust_decimal::Decimal;

use crate::read::scalar::duration_ms;

/// The order of two values; `None` when they are not of one kind that has an order.
pub(super) fn order(before: &str, after: &str) -> Option<Ordering> {
    if let (Some(before), Some(after)) = (level(before), level(after)) {
        return Some(before.cmp(&after));
    }
    if let (Ok(before), Ok(after)) = (before.parse::<i64>(), after.parse::<i64>()) {
        return Some(before.cmp(&after));
    }
    if let (Some(before), Some(after)) = (decimal(before), decimal(after)) {
        return Some(before.cmp(&after));
    }
    if let (Ok(before), Ok(after)) = (before.parse::<f64>(), after.parse::<f64>()) {
        // Two that a float cannot tell apart may still be two.
        return before.partial_cmp(&after).filter(|order| order.is_ne());
    }
    if let (Some(before), Some(after)) = (duration_ms(before), duration_ms(after)) {
        return Some(before.cmp(&after));
    }
    if let (Some((count, per)), Some((other, other_per))) = (rate(before), rate(after)) {
        return Some(count.checked_mul(other_per)?.cmp(&other.checked_mul(per)?));
    }
    if let (Ok(before), Ok(after)) = (before.parse::<jiff::civil::Date>(), after.parse::<jiff::civil::Date>())
    {
        return Some(before.cmp(&after));
    }
    if let (Ok(before), Ok(after)) = (before.parse::<bool>(), after.parse::<bool>()) {
        return Some(before.cmp(&after));
    }
    None
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

fn level(text: &str) -> Option<Level> {
    [Level::None, Level::Read, Level::Draft, Level::Recommend, Level::Execute]
        .into_iter()
        .find(|level| level.as_str() == text)
}

/// `50/s` as millionths in a number of milliseconds.
fn rate(text: &str) -> Option<(u128, u128)> {
    let (count, per) = text.split_once('/')?;
    let per = match per {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" | "day" => 86_400_000,
        _ => return None,
    };
    let (units, decimals) = count.split_once('.').unwrap_or((count, "0"));
    if decimals.trim_end_matches('0').len() > 6 {
        return None;
    }
    let decimals = format!("{decimals:0<6}");
    let micros = units.parse::<u128>().ok()?.checked_mul(1_000_000)?;
    Some((micros.checked_add(decimals.get(..6)?.parse().ok()?)?, per))
}
