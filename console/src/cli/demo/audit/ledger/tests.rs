//! Each way in which ledger and journal can differ is found, and nothing else.

use remit_core::{ActionId, RunId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Mismatch, compare};
use crate::cli::demo::{
    audit::history::{Deed, Fate, History},
    payments::ledger::{Order, Payout, Reversal},
};

fn action(number: u128) -> ActionId {
    ActionId::new(Uuid::from_u128(number))
}

fn params(number: u128) -> Value {
    json!({
        "transaction_id": format!("tx-{number}"), "amount_minor": 100, "currency": "EUR", "account": "acc-1",
    })
}

fn paying(number: u128, fate: Fate) -> (ActionId, Deed) {
    let run = RunId::new(Uuid::from_u128(1));
    (action(number), Deed::new(run, "payout.create", params(number), fate, None))
}

fn reversing(number: u128, target: u128, fate: Fate) -> (ActionId, Deed) {
    let run = RunId::new(Uuid::from_u128(1));
    (action(number), Deed::new(run, "payout.reverse", json!({}), fate, Some(action(target))))
}

fn done(number: u128) -> Fate {
    Fate::Succeeded(json!({ "payout_id": format!("po-{number}") }))
}

fn payout(number: u128) -> Payout {
    Payout {
        payout_id: format!("po-{number}"),
        key: action(number).to_string(),
        order: Order {
            transaction_id: format!("tx-{number}"),
            amount_minor: 100,
            currency: "EUR".to_owned(),
            account: "acc-1".to_owned(),
        },
    }
}

fn reversal(payout: u128, by: u128) -> Reversal {
    Reversal { payout_id: format!("po-{payout}"), key: action(by).to_string() }
}

fn history(deeds: impl IntoIterator<Item = (ActionId, Deed)>) -> History {
    let mut history = History::default();
    for (action, deed) in deeds {
        if let (Some(target), Fate::Succeeded(_)) = (deed.undoes, &deed.fate) {
            history.undone.insert(target, action);
        }
        history.deeds.insert(action, deed);
    }
    history
}

#[test]
fn what_agrees_is_not_reported() {
    let history = history([
        paying(1, done(1)),
        paying(2, Fate::InDoubt),
        paying(3, Fate::InDoubt),
        paying(4, Fate::NotAdmitted),
        paying(5, Fate::Failed),
        paying(6, done(6)),
        reversing(7, 6, Fate::Succeeded(json!({}))),
        paying(8, done(8)),
        reversing(9, 8, Fate::InDoubt),
    ]);
    let payouts = [payout(1), payout(2), payout(6), payout(8)];
    let reversals = [reversal(6, 7), reversal(8, 9)];
    assert_eq!(compare(&history, &payouts, &reversals), []);
}

#[test]
fn a_payout_needs_an_admitted_action_with_the_same_parameters() {
    let nobody = Mismatch::NotAdmitted { payout: "po-1".to_owned(), key: action(1).to_string() };
    for held in [history([]), history([paying(1, Fate::NotAdmitted)])] {
        assert_eq!(compare(&held, &[payout(1)], &[]), std::slice::from_ref(&nobody));
    }
    let failed = Mismatch::Failed { payout: "po-1".to_owned(), action: action(1) };
    assert_eq!(compare(&history([paying(1, Fate::Failed)]), &[payout(1)], &[]), [failed]);
    let mut more = payout(1);
    more.order.amount_minor = 101;
    let altered = Mismatch::Altered { payout: "po-1".to_owned(), action: action(1) };
    assert_eq!(compare(&history([paying(1, done(1))]), &[more], &[]), [altered]);
    let mut keyless = payout(1);
    keyless.key = "by-hand".to_owned();
    let by_hand = Mismatch::NotAdmitted { payout: "po-1".to_owned(), key: "by-hand".to_owned() };
    assert_eq!(compare(&history([]), &[keyless], &[]), [by_hand]);
}

#[test]
fn a_success_needs_exactly_one_payout() {
    let paid = history([paying(1, done(1))]);
    assert_eq!(compare(&paid, &[], &[]), [Mismatch::NotPaid { action: action(1) }]);
    let twice = [payout(1), Payout { payout_id: "po-2".to_owned(), ..payout(1) }];
    let found = compare(&history([paying(1, Fate::InDoubt)]), &twice, &[]);
    let expected = [
        Mismatch::PaidAgain { action: action(1), times: 2 },
        Mismatch::RefundedAgain { sale: "tx-1".to_owned(), times: 2 },
    ];
    assert_eq!(found, expected);
    let other = history([paying(1, done(7))]);
    let named = Mismatch::OtherPayout { action: action(1), payout: "po-1".to_owned() };
    assert_eq!(compare(&other, &[payout(1)], &[]), [named]);
}

#[test]
fn what_is_undone_is_reversed_and_nothing_else() {
    let undone = history([paying(1, done(1)), reversing(2, 1, Fate::Succeeded(json!({})))]);
    let missing = Mismatch::NotReversed { action: action(1), payout: "po-1".to_owned() };
    assert_eq!(compare(&undone, &[payout(1)], &[]), [missing]);
    let nobody =
        |by: u128| Mismatch::ReversedByNobody { payout: "po-1".to_owned(), key: action(by).to_string() };
    let kept = history([paying(1, done(1)), paying(3, Fate::NotAdmitted)]);
    assert_eq!(compare(&kept, &[payout(1)], &[reversal(1, 2)]), [nobody(2)]);
    let other = history([paying(1, done(1)), paying(3, done(3)), reversing(4, 3, Fate::InDoubt)]);
    assert_eq!(compare(&other, &[payout(1), payout(3)], &[reversal(1, 4)]), [nobody(4)]);
}
