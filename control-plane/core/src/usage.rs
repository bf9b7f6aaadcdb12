//! What a metered call uses: money and tokens. The tokens of a run are reserved and settled as its money is.

use serde::{Deserialize, Serialize};

use crate::Money;

/// What one call uses, or uses at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Money.
    pub cost: Money,
    /// Tokens of a model, those that go in and those that come out.
    pub tokens: u64,
}

/// The tokens of one run.
///
/// Invariant: what is reserved was covered, so `held + spent` passes the limit only by what a provider reports
/// beyond what it was allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tokens {
    held: u64,
    spent: u64,
}

impl Tokens {
    /// Reserved and not settled.
    pub const fn held(&self) -> u64 {
        self.held
    }

    /// Settled.
    pub const fn spent(&self) -> u64 {
        self.spent
    }

    /// What of a limit can still be reserved.
    pub const fn left(&self, limit: u64) -> u64 {
        limit.saturating_sub(self.held.saturating_add(self.spent))
    }

    pub(crate) const fn reserve(&mut self, tokens: u64) {
        self.held = self.held.saturating_add(tokens);
    }

    /// Turns a hold into what was used, and frees the rest.
    pub const fn settle(&mut self, hold: u64, used: u64) {
        self.held = self.held.saturating_sub(hold);
        self.spent = self.spent.saturating_add(used);
    }
}
