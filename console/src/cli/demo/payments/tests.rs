//! The API over real HTTP: authorised, idempotent, and silent when it shall be.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::{ledger::Ledger, router};
use crate::cli::demo::{case::Sale, serve};

const TOKEN: &str = "t0ken";

struct Payments {
    _dir: tempfile::TempDir,
    ledger: Arc<Ledger>,
    base: String,
    http: Client,
}

async fn payments() -> Payments {
    crate::cli::demo::install_tls();
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(Ledger::create(&dir.path().join("payments.sqlite")).unwrap());
    for (id, answers) in [("tx-1", true), ("tx-2", false)] {
        let sale = Sale {
            id: id.to_owned(),
            customer_id: "cus-1".to_owned(),
            amount_minor: 4_200,
            currency: "EUR",
            region: "EU",
            account: "acc-1".to_owned(),
            status: "settled",
            eligible: true,
            answers,
        };
        ledger.sell(&sale).unwrap();
    }
    let base = serve(router(Arc::clone(&ledger), TOKEN)).await.unwrap();
    Payments { _dir: dir, ledger, base, http: Client::new() }
}

impl Payments {
    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let answer = self.http.get(format!("{}{path}", self.base)).bearer_auth(TOKEN).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    fn post(&self, path: &str, key: &str, body: &Value) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.base);
        self.http.post(url).bearer_auth(TOKEN).header("idempotency-key", key).json(body)
    }
}

fn order(transaction: &str) -> Value {
    json!({ "transaction_id": transaction, "amount_minor": 4_200, "currency": "EUR", "account": "acc-1" })
}

#[tokio::test]
async fn reads_have_the_shape_that_the_contract_requires() {
    let payments = payments().await;
    let (status, sale) = payments.get("/transactions/tx-1").await;
    assert_eq!(status, StatusCode::OK);
    let expected = json!({
        "id": "tx-1", "status": "settled", "amount_minor": 4_200, "currency": "EUR",
        "customer_id": "cus-1", "region": "EU", "account": "acc-1",
    });
    assert_eq!(sale, expected);
    let (_, check) = payments.get("/transactions/tx-1/eligibility").await;
    assert_eq!((&check["eligible"], &check["customer_id"]), (&json!(true), &json!("cus-1")));
    assert_eq!(payments.get("/transactions/tx-9").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_gets_in_without_the_token() {
    let payments = payments().await;
    let url = format!("{}/transactions/tx-1", payments.base);
    for token in ["", "t0ke", "t0ken2"] {
        let answer = payments.http.get(&url).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{token}");
    }
}

#[tokio::test]
async fn a_repeated_payment_and_its_reversal_happen_once() {
    let payments = payments().await;
    let first = payments.post("/payouts", "k1", &order("tx-1")).send().await.unwrap();
    assert_eq!(first.status(), StatusCode::CREATED);
    let paid: Value = first.json().await.unwrap();
    let again = payments.post("/payouts", "k1", &order("tx-1")).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::OK);
    assert_eq!(again.json::<Value>().await.unwrap(), paid);
    let other = payments.post("/payouts", "k1", &order("tx-2")).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::CONFLICT);
    let path = format!("/payouts/{}/reversal", paid["payout_id"].as_str().unwrap());
    // The first answer of all reversals is lost.
    let lost = payments.post(&path, "r1", &json!({})).timeout(Duration::from_millis(300)).send().await;
    assert!(lost.unwrap_err().is_timeout());
    for (key, expected) in [("r1", StatusCode::OK), ("r2", StatusCode::CONFLICT)] {
        let answer = payments.post(&path, key, &json!({})).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{key}");
    }
    let (payouts, reversals) = payments.ledger.entries().unwrap();
    assert_eq!((payouts.len(), reversals.len()), (1, 1));
}

#[tokio::test]
async fn two_reversals_are_refused_for_good_and_the_state_of_each_payout_is_told() {
    let payments = payments().await;
    for key in ["k1", "k2", "k3", "k4"] {
        payments.post("/payouts", key, &order("tx-1")).send().await.unwrap();
    }
    let unknown = payments.post("/payouts/po-00009/reversal", "r0", &json!({})).send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND, "and it is none of the first three");
    let lost = payments.post("/payouts/po-00001/reversal", "r1", &json!({}));
    assert!(lost.timeout(Duration::from_millis(300)).send().await.unwrap_err().is_timeout());
    for (payout, key, expected) in [
        ("po-00002", "r2", StatusCode::UNPROCESSABLE_ENTITY),
        ("po-00003", "r3", StatusCode::UNPROCESSABLE_ENTITY),
        ("po-00004", "r4", StatusCode::CREATED),
        ("po-00002", "r5", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = payments.post(&format!("/payouts/{payout}/reversal"), key, &json!({})).send().await;
        assert_eq!(answer.unwrap().status(), expected, "{payout}");
    }
    assert_eq!(payments.ledger.refused().unwrap(), ["po-00002", "po-00003"]);
    for (payout, status) in [("po-00001", "reversed"), ("po-00002", "paid"), ("po-00004", "reversed")] {
        assert_eq!(payments.get(&format!("/payouts/{payout}")).await.1["status"], status, "{payout}");
    }
    assert_eq!(payments.get("/payouts/po-00009").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_lost_answer_has_been_paid() {
    let payments = payments().await;
    let call = payments.post("/payouts", "k1", &order("tx-2")).timeout(Duration::from_millis(300));
    assert!(call.send().await.unwrap_err().is_timeout());
    assert_eq!(payments.ledger.entries().unwrap().0.len(), 1);
    let asked_again = payments.post("/payouts", "k1", &order("tx-2")).send().await.unwrap();
    assert_eq!(asked_again.status(), StatusCode::OK);
}
