//! A key pays once, a payout comes back once, and what is refused leaves nothing.

use super::{Entry, Error, Ledger, Order};
use crate::cli::demo::case::Sale;

fn ledger() -> (tempfile::TempDir, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(&dir.path().join("payments.sqlite")).unwrap();
    ledger.sell(&sale("tx-1")).unwrap();
    ledger.sell(&sale("tx-2")).unwrap();
    (dir, ledger)
}

fn sale(id: &str) -> Sale {
    Sale {
        id: id.to_owned(),
        customer_id: "cus-1".to_owned(),
        amount_minor: 4_200,
        currency: "EUR",
        region: "EU",
        account: "acc-1".to_owned(),
        status: "settled",
        eligible: true,
        answers: true,
    }
}

fn order(transaction: &str, amount_minor: i64) -> Order {
    Order {
        transaction_id: transaction.to_owned(),
        amount_minor,
        currency: "EUR".to_owned(),
        account: "acc-1".to_owned(),
    }
}

#[test]
fn the_same_key_pays_once() {
    let (_dir, ledger) = ledger();
    let Entry::New(first) = ledger.pay("k1", &order("tx-1", 100)).unwrap() else { panic!("not new") };
    assert_eq!(ledger.pay("k1", &order("tx-1", 100)).unwrap(), Entry::Known(first));
    assert!(matches!(ledger.pay("k1", &order("tx-1", 101)), Err(Error::Conflict(_))));
    assert!(matches!(ledger.pay("k2", &order("tx-9", 100)), Err(Error::Unknown(_))));
    assert_eq!(ledger.entries().unwrap().0.len(), 1);
}

#[test]
fn a_payout_is_reversed_at_most_once() {
    let (_dir, ledger) = ledger();
    ledger.pay("k1", &order("tx-1", 100)).unwrap();
    ledger.pay("k2", &order("tx-2", 100)).unwrap();
    assert!(matches!(ledger.reverse("r1", "po-00001").unwrap(), Entry::New(_)));
    assert!(matches!(ledger.reverse("r1", "po-00001").unwrap(), Entry::Known(_)));
    assert!(matches!(ledger.reverse("r2", "po-00001"), Err(Error::Conflict(_))));
    assert!(matches!(ledger.reverse("r1", "po-00002"), Err(Error::Conflict(_))));
    for unknown in ["po-00009", "po-1", "1", ""] {
        assert!(matches!(ledger.reverse("r3", unknown), Err(Error::Unknown(_))), "{unknown}");
    }
    let (payouts, reversals) = ledger.entries().unwrap();
    assert_eq!((payouts.len(), reversals.len()), (2, 1));
}

#[test]
fn a_sale_stays_as_it_was_made() {
    let (_dir, ledger) = ledger();
    ledger.sell(&Sale { amount_minor: 1, ..sale("tx-1") }).unwrap();
    assert_eq!(ledger.sale("tx-1").unwrap().unwrap().amount_minor, 4_200);
    assert_eq!(ledger.sale("tx-3").unwrap(), None);
}
