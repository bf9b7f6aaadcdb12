//! Whether a run is worth what it costs: against what is at stake in it, and lately.
//!
//! A run earns its value once, by the first of its effects that succeeds: what comes after that is work whose
//! worth nobody has stated, so it counts as none. See docs/adr/0029.

use super::{Course, Ended};
use crate::{
    CanonicalJson, Money,
    terms::{CourseLimits, Pace, Share, Stake, Worth},
};

/// Why going on is not worth it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum NotWorth {
    /// More than its share of what is at stake would be spent.
    Share {
        /// The most that may be spent.
        most: Money,
        /// What is at stake.
        at_stake: Money,
    },
    /// The last calls earned too little for what they cost.
    Pace {
        /// What they cost.
        cost: Money,
        /// What they earned.
        earned: Money,
    },
    /// Nobody knows yet what is at stake.
    Unknown,
}

impl Course {
    /// Counts what a call cost and earned.
    pub(super) fn looked_ahead(&mut self, limits: &CourseLimits, call: Ended<'_>) {
        let Some(worth) = &limits.worth else { return };
        if let Stake::Reported { tool, pointer, unit } = &worth.at_stake
            && tool == call.tool
            && let Some(value) = call.result.and_then(|result| reported(result, pointer, *unit))
        {
            self.reported = Some(value);
        }
        let mut earned = Money::ZERO;
        if call.is_effect && call.result.is_some() && !self.earned {
            self.earned = true;
            earned = self.at_stake(&worth.at_stake).unwrap_or_default();
        }
        if let Some(pace) = worth.pace {
            self.paid.push_back((call.cost, earned));
            while u32::try_from(self.paid.len()).is_ok_and(|calls| calls > pace.window) {
                self.paid.pop_front();
            }
        }
    }

    /// Why a call is not worth it that would bring the run's spend to `spend`.
    pub(crate) fn not_worth(&self, worth: &Worth, spend: Money, must_know: bool) -> Option<NotWorth> {
        if let Some(share) = worth.at_most {
            match self.at_stake(&worth.at_stake) {
                Some(at_stake) => {
                    let most = share.of(at_stake);
                    if spend > most {
                        return Some(NotWorth::Share { most, at_stake });
                    }
                }
                // Whoever reads finds out; whoever does something at a cost must know.
                None if must_know => return Some(NotWorth::Unknown),
                None => {}
            }
        }
        worth.pace.and_then(|pace| self.too_slow(pace))
    }

    fn too_slow(&self, pace: Pace) -> Option<NotWorth> {
        if u32::try_from(self.paid.len()).is_ok_and(|calls| calls < pace.window) {
            return None;
        }
        let sum = |of: fn(&(Money, Money)) -> Money| {
            self.paid.iter().map(of).fold(Money::ZERO, Money::saturating_add)
        };
        let (cost, earned) = (sum(|paid| paid.0), sum(|paid| paid.1));
        (earned < pace.stop_below.of(cost)).then_some(NotWorth::Pace { cost, earned })
    }
}

/// The number at a place of a result, as money; what is no whole number of at least 0 is not known.
fn reported(result: &CanonicalJson, pointer: &str, unit: Money) -> Option<Money> {
    let value = result.value().pointer(pointer)?.as_u64()?;
    Some(Money::from_micros(value.checked_mul(unit.as_micros())?))
}

impl Share {
    /// This share of an amount, rounded down.
    pub(crate) fn of(self, amount: Money) -> Money {
        let product = u128::from(self.0).saturating_mul(u128::from(amount.as_micros()));
        let share = product.checked_div(1_000_000).unwrap_or(u128::MAX);
        Money::from_micros(u64::try_from(share).unwrap_or(u64::MAX))
    }
}
