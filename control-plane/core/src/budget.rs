//! A run's budget: reserve the ceiling before acting, settle the actual after, release the rest.
//!
//! Invariant: `held + spent <= limit`, in every state, for any interleaving. The cost of undoing an
//! effect is reserved together with the effect, so that an undo never fails for lack of money.

use crate::Money;

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

    /// Reserves. The decision has asked [`Self::covers`]; what does not fit is not reserved.
    pub fn reserve(&mut self, amount: Money) {
        if self.covers(amount) {
            self.held = self.held.saturating_add(amount);
        }
    }

    /// Turns a hold into spend and frees the rest. What was charged beyond the hold is taken from what is
    /// left, as far as that goes. Returns what was spent.
    pub fn settle(&mut self, hold: Money, actual: Money) -> Money {
        self.held = self.held.saturating_sub(hold);
        let spent = actual.min(self.left());
        self.spent = self.spent.saturating_add(spent);
        spent
    }
}
