//! Money: whole micro-units of one currency per domain, never a float.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in millionths of the domain's currency unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(u64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many millionths of the unit.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Millionths of the unit.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The sum, or `None` past the largest amount.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The sum, at most the largest amount: where an overflow must read as "too much".
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, at least nothing.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// True for nothing.
    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Money {
    /// Units with at least two decimals: `0.25`, `0.000200`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (units, rest) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if rest % 10_000 == 0 {
            write!(f, "{units}.{:02}", rest / 10_000)
        } else {
            write!(f, "{units}.{rest:06}")
        }
    }
}
