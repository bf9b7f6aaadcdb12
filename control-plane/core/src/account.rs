//! What a service or a domain has used in each hour and day: held, spent and called.
//!
//! Everything is counted, also where no contract sets a limit: a limit that comes at noon finds the morning. A hold
//! stays in the windows in which it was taken until it is settled or given back, however long that takes.

use std::collections::BTreeMap;

use crate::{
    Money, Timestamp,
    window::{Per, Window},
};

/// How long a window is remembered after its end, in milliseconds; with a hold in it, longer.
pub const REMEMBERED_MS: u64 = 48 * 60 * 60 * 1_000;

/// What was used in one window.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Account {
    /// Reserved and not settled.
    pub held: Money,
    /// Settled.
    pub spent: Money,
    /// Admitted and held actions.
    pub calls: u32,
}

impl Account {
    /// Held and spent.
    pub const fn used(&self) -> Money {
        self.held.saturating_add(self.spent)
    }
}

/// The windows of one service or domain.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Accounts(BTreeMap<Window, Account>);

impl Accounts {
    /// What was used in the hour or day of a moment.
    pub fn at(&self, per: Per, at: Timestamp) -> Account {
        self.0.get(&Window::of(per, at)).copied().unwrap_or_default()
    }

    /// Every window that is remembered, hours before days, oldest first.
    pub fn windows(&self) -> impl DoubleEndedIterator<Item = (&Window, &Account)> {
        self.0.iter()
    }

    /// Counts a reservation, in the windows of its moment.
    pub fn reserve(&mut self, at: Timestamp, amount: Money, calls: u32) {
        self.each(at, |account| {
            account.held = account.held.saturating_add(amount);
            account.calls = account.calls.saturating_add(calls);
        });
    }

    /// Turns a hold of that moment into spend and frees the rest.
    pub fn settle(&mut self, at: Timestamp, hold: Money, actual: Money) {
        if hold.is_zero() && actual.is_zero() {
            return;
        }
        self.each(at, |account| {
            account.held = account.held.saturating_sub(hold);
            account.spent = account.spent.saturating_add(actual);
        });
    }

    fn each(&mut self, at: Timestamp, mut change: impl FnMut(&mut Account)) {
        for per in Per::ALL {
            let window = Window::of(per, at);
            if !self.0.contains_key(&window) {
                self.forget(at);
            }
            change(self.0.entry(window).or_default());
        }
    }

    /// Lets windows go that ended long ago and in which nothing is held: no decision and no hold refers to them.
    fn forget(&mut self, now: Timestamp) {
        self.0
            .retain(|window, account| !account.held.is_zero() || now < window.ends().plus_ms(REMEMBERED_MS));
    }
}
