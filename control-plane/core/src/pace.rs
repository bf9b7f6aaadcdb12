//! How fast money goes, and when it will be gone: reckoned from the hours that are remembered. Nothing decides by it.

use crate::{
    Money, Timestamp,
    account::Accounts,
    window::{Per, Window},
};

/// Shortest time that a pace is taken from, in milliseconds: one call in a new hour is no pace.
const SHORTEST_MS: u64 = 60_000;

/// What was spent, in how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Settled in that time.
    pub spent: Money,
    /// How long it was, in milliseconds; at least one.
    pub in_ms: u64,
}

impl Pace {
    /// Of the hours since a moment, each as a whole: from the full hour before it, or from the first hour in which
    /// anything was used, until now.
    pub fn since(accounts: &Accounts, since: Timestamp, now: Timestamp) -> Self {
        let first = Window::of(Per::Hour, since).starts;
        let hours =
            accounts.windows().filter(|(window, _)| window.per == Per::Hour && window.starts >= first);
        let (mut spent, mut begins) = (Money::ZERO, None);
        for (window, account) in hours {
            spent = spent.saturating_add(account.spent);
            begins.get_or_insert(window.starts);
        }
        Self::of(spent, begins.unwrap_or(first), now)
    }

    /// Of what was spent from a moment until now.
    pub fn of(spent: Money, since: Timestamp, now: Timestamp) -> Self {
        Self { spent, in_ms: now.since_ms(since).max(SHORTEST_MS) }
    }

    /// In an hour.
    pub fn an_hour(&self) -> Money {
        let an_hour = scaled(self.spent.as_micros(), Per::Hour.ms(), self.in_ms);
        Money::from_micros(an_hour.unwrap_or(u64::MAX))
    }

    /// When so much more will be spent at this pace; `None` when nothing is being spent.
    pub fn gone(&self, left: Money, now: Timestamp) -> Option<Timestamp> {
        if left.is_zero() {
            return Some(now);
        }
        let ms = scaled(left.as_micros(), self.in_ms, self.spent.as_micros())?;
        Some(now.plus_ms(ms))
    }
}

/// `value × by ÷ of`; `None` for a division by nothing, or past the largest number.
fn scaled(value: u64, by: u64, of: u64) -> Option<u64> {
    let product = u128::from(value).checked_mul(u128::from(by))?;
    u64::try_from(product.checked_div(u128::from(of))?).ok()
}

#[cfg(test)]
mod tests;
