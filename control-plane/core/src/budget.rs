//! A run's budget: reserve the ceiling before acting, settle the actual after, release the rest.
//!
//! A decision reserves only what [`Budget::covers`]. So `held + spent <= limit`, but for what a tool reported beyond
//! its ceiling (it is charged in full and never hidden) and for what people had the control plane read again. The
//! cost of undoing an effect is reserved together with the effect, so that an undo never fails for lack of money.

use crate::Money;

/// Most that one call can cost, a billion units: a larger report is garbage, and so would be the sums.
pub const MOST_OF_A_CALL: Money = Money::from_micros(1_000_000_000_000_000);

/// Money of one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    limit: Money,
    held: Money,
    spent: Money,
}

impl Budget {
    /// A budget of which nothing is used.
    pub const fn new(limit: Money) -> Self {
        Self { limit, held: Money::ZERO, spent: Money::ZERO }
    }

    /// The most that may be held and spent.
    pub const fn limit(&self) -> Money {
        self.limit
    }

    /// Reserved and not settled.
    pub const fn held(&self) -> Money {
        self.held
    }

    /// Settled.
    pub const fn spent(&self) -> Money {
        self.spent
    }

    /// What can still be reserved.
    pub const fn left(&self) -> Money {
        self.limit.saturating_sub(self.held.saturating_add(self.spent))
    }

    /// True when the amount can be reserved.
    pub fn covers(&self, amount: Money) -> bool {
        amount <= self.left()
    }

    /// Reserves. Whether it fits was decided before: what was reserved is a fact.
    pub const fn reserve(&mut self, amount: Money) {
        self.held = self.held.saturating_add(amount);
    }

    /// Turns a hold into spend, in full, and frees the rest.
    pub const fn settle(&mut self, hold: Money, actual: Money) {
        self.held = self.held.saturating_sub(hold);
        self.spent = self.spent.saturating_add(actual);
    }
}
