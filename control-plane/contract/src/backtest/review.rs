//! A backtest as an approver reviews it: what was refused and would be admitted, in words and as a digest.

use remit_core::{Digest, Money, Terms, Timestamp, escalation::EscalationStatus, review::Review};

use super::{Backtested, Flip};
use crate::value::{cut, one_line};

/// Most flips that are told one by one; the digest is of all.
const MOST_TOLD: usize = 200;

/// Longest parameters of a call, and longest finding, in characters; the digest has all of them.
const MOST_SHOWN: usize = 400;

impl Backtested {
    /// What must be reviewed before the version decides: the flips that admit what was refused, and what could
    /// not be decided again. The same record since the same moment gives the same review.
    pub fn review(&self, terms: &Terms, since: Timestamp) -> Review {
        let grave: Vec<&Flip> = self.flips.iter().filter(|flip| flip.admits_what_was_refused()).collect();
        let count = grave.len().saturating_add(self.undecided.len());
        Review {
            since,
            grave: u32::try_from(count).unwrap_or(u32::MAX),
            flips: self.digest_of(&grave),
            shown: self.words(&grave, terms, since),
        }
    }

    fn digest_of(&self, grave: &[&Flip]) -> Digest {
        let mut each: Vec<Digest> = grave.iter().map(|flip| flip.digest()).collect();
        each.extend(
            self.undecided
                .iter()
                .map(|(action, why)| Digest::of_parts(&[b"undecided", action.as_bytes(), why.as_bytes()])),
        );
        each.sort();
        let each: Vec<&[u8]> = each.iter().map(|digest| digest.as_bytes().as_slice()).collect();
        Digest::of_parts(&each)
    }

    fn words(&self, grave: &[&Flip], terms: &Terms, since: Timestamp) -> String {
        let mut lines = vec![format!("the record since {since}, decided again under this version")];
        if grave.is_empty() {
            lines.push("nothing that was refused would be admitted".to_owned());
        } else {
            let price = grave.iter().fold(Money::ZERO, |sum, flip| sum.saturating_add(flip.price));
            lines.push(format!(
                "{} that were refused would be admitted, price {price} {}",
                grave.len(),
                terms.currency
            ));
        }
        lines.extend(grave.iter().take(MOST_TOLD).map(|flip| flip.words()));
        if let Some(more) = grave.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
            lines.push(format!("and {more} more: `remit contract backtest` lists them"));
        }
        let undecided = self.undecided.iter().take(MOST_TOLD);
        lines.extend(undecided.map(|(action, why)| format!("not decided again: {action}: {why}")));
        if let Some(more) = self.undecided.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
            lines.push(format!("and {more} more that were not decided again"));
        }
        lines.iter().map(|line| format!("{}\n", one_line(line))).collect()
    }
}

impl Flip {
    fn digest(&self) -> Digest {
        Digest::of_parts(&[
            b"flip",
            self.action.as_bytes(),
            self.tool.as_str().as_bytes(),
            self.params.digest().as_bytes(),
            self.before.outcome.as_str().as_bytes(),
            self.before.reason.code().as_bytes(),
            self.answer.map_or("", EscalationStatus::as_str).as_bytes(),
            self.after.outcome.as_str().as_bytes(),
        ])
    }

    fn words(&self) -> String {
        let Self { at, action, tool, params, before, after, .. } = self;
        let asked = self.answer.map(|answer| format!(", and {answer}")).unwrap_or_default();
        format!(
            "{} → {}: {tool} {} at {at}, {action}; it was {} by {} ({}){asked}: {}",
            before.outcome,
            after.outcome,
            cut(params.as_str(), MOST_SHOWN),
            before.outcome,
            before.clause,
            before.reason,
            cut(&before.detail, MOST_SHOWN)
        )
    }
}
