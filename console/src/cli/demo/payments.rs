//! The payments API of the demo: transactions, eligibility, payouts and reversals over HTTP.
//!
//! It is naive on purpose: it pays what it is told to pay, once a key. That only the right things reach
//! it is the control plane's work, and its ledger is the witness. Taking money back goes as it goes in earnest: the first
//! reversal is done and its answer is lost, the next two are refused.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use parking_lot::Mutex;
use serde_json::{Value, json};

use ledger::{Entry, Error, Ledger, Order, Payout};

pub(crate) mod ledger;
#[cfg(test)]
mod tests;

/// How long an answer is kept back that shall be lost; longer than any tool's timeout.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a payment takes, so that some are always on their way.
const PAYING: Duration = Duration::from_millis(250);
/// The version that the rule engine names.
const POLICY_VERSION: &str = "refunds-2026-11";

struct Api {
    ledger: Arc<Ledger>,
    bearer: String,
    /// Payouts that were asked back, in the order in which they were asked for first.
    asked_back: Mutex<Vec<String>>,
}

/// How the reversal of a payout is met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Meeting {
    /// It is done, and the first answer never comes.
    Lost,
    /// The money is with the customer already.
    Refused,
    /// As it should be.
    Honest,
}

impl Api {
    fn meeting(&self, id: &str) -> Meeting {
        let mut asked = self.asked_back.lock();
        let position = asked.iter().position(|known| known == id).unwrap_or_else(|| {
            asked.push(id.to_owned());
            asked.len().saturating_sub(1)
        });
        match position {
            0 => Meeting::Lost,
            1 | 2 => Meeting::Refused,
            _ => Meeting::Honest,
        }
    }
}

/// The API over a ledger; every call must bring the bearer token.
pub(crate) fn router(ledger: Arc<Ledger>, token: &str) -> Router {
    let bearer = format!("Bearer {token}");
    let api = Arc::new(Api { ledger, bearer, asked_back: Mutex::default() });
    Router::new()
        .route("/transactions/{id}", get(transaction))
        .route("/transactions/{id}/eligibility", get(eligibility))
        .route("/payouts", post(pay))
        .route("/payouts/{id}", get(payout))
        .route("/payouts/{id}/reversal", post(reverse))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&api), authorize))
        .with_state(api)
}

async fn authorize(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).map(header::HeaderValue::as_bytes);
    if shown == Some(api.bearer.as_bytes()) {
        next.run(request).await
    } else {
        refuse(StatusCode::UNAUTHORIZED, "a bearer token is needed")
    }
}

async fn transaction(State(api): State<Arc<Api>>, Path(id): Path<String>) -> Response {
    let found = blocking(&api, move |ledger| ledger.sale(&id)).await;
    match found {
        Ok(Some(sale)) => Json(json!({
            "id": sale.id,
            "status": sale.status,
            "amount_minor": sale.amount_minor,
            "currency": sale.currency,
            "customer_id": sale.customer_id,
            "region": sale.region,
            "account": sale.account,
        }))
        .into_response(),
        Ok(None) => refuse(StatusCode::NOT_FOUND, "no such transaction"),
        Err(error) => answer(&error),
    }
}

async fn eligibility(State(api): State<Arc<Api>>, Path(id): Path<String>) -> Response {
    let found = blocking(&api, move |ledger| ledger.sale(&id)).await;
    match found {
        Ok(Some(sale)) => Json(json!({
            "transaction_id": sale.id,
            "customer_id": sale.customer_id,
            "eligible": sale.eligible,
            "policy_version": POLICY_VERSION,
        }))
        .into_response(),
        Ok(None) => refuse(StatusCode::NOT_FOUND, "no such transaction"),
        Err(error) => answer(&error),
    }
}

async fn pay(State(api): State<Arc<Api>>, headers: HeaderMap, Json(order): Json<Order>) -> Response {
    let Some(key) = idempotency_key(&headers) else {
        return refuse(StatusCode::BAD_REQUEST, "the header Idempotency-Key is needed");
    };
    let about = order.transaction_id.clone();
    let paid = blocking(&api, move |ledger| ledger.pay(&key, &order)).await;
    let sale = blocking(&api, move |ledger| ledger.sale(&about)).await;
    match paid {
        Ok(entry) => {
            if matches!(entry, Entry::New(_)) && matches!(&sale, Ok(Some(sale)) if !sale.answers) {
                tokio::time::sleep(SILENCE).await;
            }
            tokio::time::sleep(PAYING).await;
            written(entry.map(|payout| shown(&payout)))
        }
        Err(error) => answer(&error),
    }
}

async fn reverse(State(api): State<Arc<Api>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let Some(key) = idempotency_key(&headers) else {
        return refuse(StatusCode::BAD_REQUEST, "the header Idempotency-Key is needed");
    };
    let meeting = match blocking(&api, {
        let id = id.clone();
        move |ledger| ledger.is_reversed(&id)
    })
    .await
    {
        // What there is not is refused by the ledger, and counts for nothing.
        Ok(None) => Meeting::Honest,
        Ok(Some(_)) => api.meeting(&id),
        Err(error) => return answer(&error),
    };
    if meeting == Meeting::Refused {
        return match blocking(&api, move |ledger| ledger.refuse(&id)).await {
            Ok(()) => refuse(StatusCode::UNPROCESSABLE_ENTITY, "it was withdrawn already"),
            Err(error) => answer(&error),
        };
    }
    match blocking(&api, move |ledger| ledger.reverse(&key, &id)).await {
        Ok(entry) => {
            if meeting == Meeting::Lost && matches!(entry, Entry::New(_)) {
                tokio::time::sleep(SILENCE).await;
            }
            written(entry.map(|reversal| json!({ "payout_id": reversal.payout_id, "status": "reversed" })))
        }
        Err(error) => answer(&error),
    }
}

/// How a payout stands.
async fn payout(State(api): State<Arc<Api>>, Path(id): Path<String>) -> Response {
    let found = blocking(&api, {
        let id = id.clone();
        move |ledger| ledger.is_reversed(&id)
    })
    .await;
    let status = |reversed: bool| if reversed { "reversed" } else { "paid" };
    match found {
        Ok(Some(reversed)) => Json(json!({ "payout_id": id, "status": status(reversed) })).into_response(),
        Ok(None) => refuse(StatusCode::NOT_FOUND, "no such payout"),
        Err(error) => answer(&error),
    }
}

fn shown(payout: &Payout) -> Value {
    json!({
        "payout_id": payout.payout_id,
        "transaction_id": payout.order.transaction_id,
        "amount_minor": payout.order.amount_minor,
        "currency": payout.order.currency,
        "status": "paid",
    })
}

/// SQLite waits for the disk, so it works beside the requests.
async fn blocking<T: Send + 'static>(
    api: &Arc<Api>,
    work: impl FnOnce(&Ledger) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let ledger = Arc::clone(&api.ledger);
    tokio::task::spawn_blocking(move || work(&ledger)).await.unwrap_or(Err(Error::Interrupted))
}

fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    headers.get("idempotency-key")?.to_str().ok().filter(|key| !key.is_empty()).map(str::to_owned)
}

fn written(entry: Entry<Value>) -> Response {
    match entry {
        Entry::New(value) => (StatusCode::CREATED, Json(value)).into_response(),
        Entry::Known(value) => Json(value).into_response(),
    }
}

fn answer(error: &Error) -> Response {
    let status = match error {
        Error::Unknown(_) => StatusCode::NOT_FOUND,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::Database(_) | Error::Interrupted => StatusCode::INTERNAL_SERVER_ERROR,
    };
    refuse(status, &error.to_string())
}

/// The body of every refusal, here and at the desk.
pub(crate) fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}
