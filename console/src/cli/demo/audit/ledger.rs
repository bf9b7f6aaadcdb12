//! The ledger against the journal: every payout has exactly one admitted action, every undone one its reversal.
//!
//! They meet in the idempotency key, which is the action's id: the control plane sends it, the payments
//! company keeps it.

use std::collections::BTreeMap;

use remit_core::ActionId;
use serde_json::json;

use super::history::{Deed, Fate, History};
use crate::cli::demo::payments::ledger::{Payout, Reversal};

#[cfg(test)]
mod tests;

const PAY: &str = "payout.create";
const REVERSE: &str = "payout.reverse";

/// Something on which ledger and journal do not agree.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Mismatch {
    /// Money went out that nobody admitted.
    #[error("payout {payout} has no admitted action (its key is {key})")]
    NotAdmitted { payout: String, key: String },
    /// Money went out although the journal says that nothing happened.
    #[error("payout {payout} was made, and its action {action} failed")]
    Failed { payout: String, action: ActionId },
    /// An action paid more than once.
    #[error("action {action} was paid {times} times")]
    PaidAgain { action: ActionId, times: usize },
    /// Something else was paid than what was admitted.
    #[error("payout {payout} is not what action {action} was admitted for")]
    Altered { payout: String, action: ActionId },
    /// The journal says that money went out, the ledger does not.
    #[error("action {action} succeeded, and nothing was paid")]
    NotPaid { action: ActionId },
    /// The result in the journal names another payout.
    #[error("action {action} names another payout than {payout}")]
    OtherPayout { action: ActionId, payout: String },
    /// The journal says that it was undone, the ledger does not.
    #[error("action {action} was undone, and payout {payout} was not reversed")]
    NotReversed { action: ActionId, payout: String },
    /// Money came back that nobody ordered back.
    #[error("payout {payout} was reversed without an action that undoes it (the key is {key})")]
    ReversedByNobody { payout: String, key: String },
    /// Two refunds for one sale are out at the same time.
    #[error("sale {sale} was refunded {times} times")]
    RefundedAgain { sale: String, times: usize },
}

/// Everything on which they do not agree; nothing when all is well.
pub(crate) fn compare(history: &History, payouts: &[Payout], reversals: &[Reversal]) -> Vec<Mismatch> {
    let mut found = Vec::new();
    for payout in payouts {
        found.extend(paid(history, payout));
    }
    let reversed: BTreeMap<&str, &Reversal> =
        reversals.iter().map(|reversal| (reversal.payout_id.as_str(), reversal)).collect();
    for (action, deed) in history.deeds.iter().filter(|(_, deed)| deed.tool.as_str() == PAY) {
        let key = action.to_string();
        let own: Vec<&Payout> = payouts.iter().filter(|payout| payout.key == key).collect();
        if own.len() > 1 {
            found.push(Mismatch::PaidAgain { action: *action, times: own.len() });
        }
        found.extend(own.first().map_or_else(
            || missing(*action, deed),
            |payout| settled(history, *action, payout, reversed.contains_key(payout.payout_id.as_str())),
        ));
    }
    for reversal in reversals {
        found.extend(ordered(history, payouts, reversal));
    }
    found.extend(refunded_again(payouts, &reversed));
    found
}

/// What is wrong with a payout, seen from the ledger.
fn paid(history: &History, payout: &Payout) -> Option<Mismatch> {
    let name = || payout.payout_id.clone();
    let admitted = payout.key.parse::<ActionId>().ok().and_then(|action| {
        let deed = history.deeds.get(&action)?;
        (deed.tool.as_str() == PAY && deed.fate != Fate::NotAdmitted).then_some((action, deed))
    });
    let Some((action, deed)) = admitted else {
        return Some(Mismatch::NotAdmitted { payout: name(), key: payout.key.clone() });
    };
    let ordered = json!({
        "transaction_id": payout.order.transaction_id,
        "amount_minor": payout.order.amount_minor,
        "currency": payout.order.currency,
        "account": payout.order.account,
    });
    if deed.params != ordered {
        return Some(Mismatch::Altered { payout: name(), action });
    }
    (deed.fate == Fate::Failed).then(|| Mismatch::Failed { payout: name(), action })
}

/// What is wrong with an action that paid nothing. One in doubt may or may not have paid.
fn missing(action: ActionId, deed: &Deed) -> Option<Mismatch> {
    matches!(deed.fate, Fate::Succeeded(_)).then_some(Mismatch::NotPaid { action })
}

/// What is wrong with an action that paid, seen from the journal.
fn settled(history: &History, action: ActionId, payout: &Payout, reversed: bool) -> Option<Mismatch> {
    let name = || payout.payout_id.clone();
    if let Some(Deed { fate: Fate::Succeeded(result), .. }) = history.deeds.get(&action)
        && result.get("payout_id") != Some(&json!(payout.payout_id))
    {
        return Some(Mismatch::OtherPayout { action, payout: name() });
    }
    let undone = history.undone.contains_key(&action);
    (undone && !reversed).then(|| Mismatch::NotReversed { action, payout: name() })
}

/// What is wrong with a reversal. One whose compensation is in doubt may have happened.
fn ordered(history: &History, payouts: &[Payout], reversal: &Reversal) -> Option<Mismatch> {
    let by = reversal.key.parse::<ActionId>().ok().and_then(|action| history.deeds.get(&action));
    let target = by.filter(|deed| {
        deed.tool.as_str() == REVERSE && !matches!(deed.fate, Fate::NotAdmitted | Fate::Failed)
    });
    let target = target.and_then(|deed| deed.undoes).map(|target| target.to_string());
    let payout = payouts.iter().find(|payout| payout.payout_id == reversal.payout_id);
    let meant = target.is_some() && target.as_deref() == payout.map(|payout| payout.key.as_str());
    (!meant)
        .then(|| Mismatch::ReversedByNobody { payout: reversal.payout_id.clone(), key: reversal.key.clone() })
}

fn refunded_again(payouts: &[Payout], reversed: &BTreeMap<&str, &Reversal>) -> Vec<Mismatch> {
    let mut out: BTreeMap<&str, usize> = BTreeMap::new();
    for payout in payouts.iter().filter(|payout| !reversed.contains_key(payout.payout_id.as_str())) {
        let times = out.entry(payout.order.transaction_id.as_str()).or_default();
        *times = times.saturating_add(1);
    }
    out.into_iter()
        .filter(|(_, times)| *times > 1)
        .map(|(sale, times)| Mismatch::RefundedAgain { sale: sale.to_owned(), times })
        .collect()
}
