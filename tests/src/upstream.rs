//! The tool servers of a test: one real HTTP server on loopback, with moods.
//!
//! A sale needs no seeding: its id says what it is, `REGION-AMOUNT-NAME`, for instance `US-500-a1`.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path as Segment, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{delete, get, post},
};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::ledger::Ledger;

/// How the servers answer, from now on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mood {
    /// As they should.
    Honest,
    /// They do what they are told and answer 200 with this text.
    Says(String),
    /// They do what they are told and answer with this status.
    Status(u16),
    /// They do what they are told, and answer only when the mood changes.
    Silent,
    /// As they should, but an order to pay is carried out and not answered until the mood changes.
    Mute,
    /// They pay nothing, and answer only when the mood changes.
    Deaf,
    /// As they should, but for transactions: those are not to be had.
    Blind,
}

/// How the reversal of one payout is met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reversing {
    /// Refused for good.
    Refused,
    /// Carried out, and the first answer never comes.
    Unanswered,
    /// Answered as carried out; whoever looks the first time still sees it paid.
    Late,
}

/// One order to pay, as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// The idempotency key.
    pub key: String,
    /// The very bytes.
    pub body: String,
    /// From when on it must not take effect any more.
    pub deadline: String,
}

/// Running tool servers; they end with the value.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    ledger: Ledger,
    mood: watch::Sender<Mood>,
    payouts: watch::Sender<usize>,
    /// Every order to pay, carried out or not.
    arrivals: watch::Sender<Vec<Arrival>>,
    /// How often a transaction was looked at.
    looks: watch::Sender<usize>,
    /// What every transaction says by now, over what its id says.
    corrections: watch::Sender<Map<String, Value>>,
    /// How reversals are met that are not met as they should, by payout.
    reversing: Mutex<BTreeMap<String, Reversing>>,
}

impl Upstream {
    /// Serves payments and desk on a free port, with a ledger in `dir`.
    pub async fn start(dir: &Path) -> Self {
        let shared = Arc::new(Shared {
            ledger: Ledger::create(&dir.join("ledger.sqlite")),
            mood: watch::Sender::new(Mood::Honest),
            payouts: watch::Sender::new(0),
            arrivals: watch::Sender::default(),
            looks: watch::Sender::new(0),
            corrections: watch::Sender::default(),
            reversing: Mutex::default(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = routes(Arc::clone(&shared));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared, server }
    }

    /// `http://HOST:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The witness.
    pub fn ledger(&self) -> &Ledger {
        &self.shared.ledger
    }

    /// Changes how they answer.
    pub fn turn(&self, mood: Mood) {
        self.shared.mood.send_replace(mood);
    }

    /// From now on, every transaction says this of one of its fields.
    pub fn correct(&self, field: &str, value: impl Into<Value>) {
        self.shared.corrections.send_modify(|known| drop(known.insert(field.to_owned(), value.into())));
    }

    /// From now on, the reversal of this payout is met so.
    pub fn meets(&self, payout: &str, reversing: Reversing) {
        self.shared.reversing.lock().insert(payout.to_owned(), reversing);
    }

    /// From now on, reversals are met as they should be.
    pub fn meets_all(&self) {
        self.shared.reversing.lock().clear();
    }

    /// How often transactions were looked at so far.
    pub fn looks(&self) -> usize {
        *self.shared.looks.borrow()
    }

    /// Waits until transactions were looked at this often, answered or not.
    pub async fn looked(&self, count: usize) {
        self.shared.looks.subscribe().wait_for(|looks| count <= *looks).await.unwrap();
    }

    /// Waits until this many orders to pay have come, and returns all of them.
    pub async fn ordered(&self, count: usize) -> Vec<Arrival> {
        let mut arrivals = self.shared.arrivals.subscribe();
        arrivals.wait_for(|known| count <= known.len()).await.unwrap().clone()
    }

    /// Waits until this many payouts were made, answered or not.
    pub async fn paid(&self, count: usize) {
        self.shared.payouts.subscribe().wait_for(|made| count <= *made).await.unwrap();
    }

    /// Takes the servers down: from now on nothing listens there.
    pub async fn go_down(&mut self) {
        self.server.abort();
        // Cancelled is what was asked for.
        drop((&mut self.server).await);
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/transactions/{id}", get(transaction))
        .route("/transactions/{id}/eligibility", get(eligibility))
        .route("/tickets/{id}", get(ticket))
        .route("/payouts", post(pay))
        .route("/payouts/of/{sale}", get(find))
        .route("/payouts/{id}", get(payout))
        .route("/payouts/{id}/reversal", post(reverse))
        .route("/customers/{customer}/notes", post(note))
        .route("/customers/{customer}/notes/{note}", delete(unnote))
        .route("/customers/{customer}/replies", post(reply))
        .with_state(shared)
}

impl Shared {
    /// The answer, as the mood wants it.
    async fn answer(&self, honest: Value) -> Response {
        let mut moods = self.mood.subscribe();
        let mood = moods.wait_for(|mood| !matches!(mood, Mood::Silent | Mood::Deaf)).await.unwrap().clone();
        match mood {
            Mood::Honest | Mood::Mute | Mood::Silent | Mood::Deaf | Mood::Blind => {
                Json(honest).into_response()
            }
            Mood::Says(text) => text.into_response(),
            Mood::Status(code) => (StatusCode::from_u16(code).unwrap(), "out of order").into_response(),
        }
    }
}

async fn transaction(State(shared): State<Arc<Shared>>, Segment(id): Segment<String>) -> Response {
    let mut parts = id.split('-');
    let (region, amount) =
        (parts.next().unwrap(), parts.next().and_then(|amount| amount.parse::<i64>().ok()));
    shared.looks.send_modify(|looks| *looks += 1);
    if *shared.mood.borrow() == Mood::Blind {
        return (StatusCode::SERVICE_UNAVAILABLE, "out of order").into_response();
    }
    let mut sale = json!({
        "id": id, "status": "settled", "amount_minor": amount, "currency": "USD", "region": region,
        "customer_id": format!("cust-{id}"), "account": account(&id),
    });
    sale.as_object_mut().unwrap().extend(shared.corrections.borrow().clone());
    shared.answer(sale).await
}

async fn eligibility(State(shared): State<Arc<Shared>>, Segment(id): Segment<String>) -> Response {
    let customer = format!("cust-{id}");
    let rule =
        json!({ "transaction_id": id, "customer_id": customer, "eligible": true, "policy_version": "r1" });
    shared.answer(rule).await
}

async fn ticket(State(shared): State<Arc<Shared>>, Segment(id): Segment<String>) -> Response {
    let text = "I want my money back.";
    shared.answer(json!({ "id": id, "customer_id": format!("cust-{id}"), "text": text })).await
}

async fn pay(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let order: Value = serde_json::from_slice(&body).unwrap();
    let (sale, amount) = (order["transaction_id"].as_str().unwrap(), order["amount_minor"].as_i64().unwrap());
    let text = std::str::from_utf8(&body).unwrap();
    let deadline = headers.get("x-effect-deadline").map_or("", |it| it.to_str().unwrap()).to_owned();
    let arrival = Arrival { key: key(&headers).to_owned(), body: text.to_owned(), deadline };
    shared.arrivals.send_modify(|known| known.push(arrival));
    if *shared.mood.borrow() == Mood::Deaf {
        return shared.answer(json!({})).await;
    }
    let payout = shared.ledger.pay(key(&headers), sale, amount, text);
    shared.payouts.send_modify(|made| *made += 1);
    shared.mood.subscribe().wait_for(|mood| *mood != Mood::Mute).await.unwrap();
    let paid = json!({
        "payout_id": payout, "transaction_id": sale, "amount_minor": amount, "currency": order["currency"],
        "status": "paid",
    });
    shared.answer(paid).await
}

/// What was paid for a sale, if anything.
async fn find(State(shared): State<Arc<Shared>>, Segment(sale): Segment<String>) -> Response {
    let paid = shared.ledger.payouts().into_iter().find(|payout| payout.transaction == sale);
    let found = paid.map_or(json!({}), |paid| json!({ "payout_id": paid.id, "transaction_id": sale }));
    shared.answer(found).await
}

/// One payout, paid or reversed.
async fn payout(State(shared): State<Arc<Shared>>, Segment(id): Segment<String>) -> Response {
    let late = shared.reversing.lock().remove(&id) == Some(Reversing::Late);
    let reversed = !late && shared.ledger.reversals().iter().any(|(payout, _)| *payout == id);
    let status = if reversed { "reversed" } else { "paid" };
    shared.answer(json!({ "payout_id": id, "status": status })).await
}

async fn reverse(
    State(shared): State<Arc<Shared>>,
    Segment(payout): Segment<String>,
    headers: HeaderMap,
) -> Response {
    let meets = shared.reversing.lock().get(&payout).copied();
    if meets == Some(Reversing::Refused) {
        return (StatusCode::UNPROCESSABLE_ENTITY, "it was paid out at the counter").into_response();
    }
    shared.ledger.reverse(key(&headers), &payout);
    if meets == Some(Reversing::Unanswered) {
        shared.reversing.lock().remove(&payout);
        std::future::pending::<()>().await;
    }
    shared.answer(json!({ "payout_id": payout, "status": "reversed" })).await
}

async fn note(State(shared): State<Arc<Shared>>, Segment(customer): Segment<String>) -> Response {
    shared.answer(json!({ "note_id": "note-1", "customer_id": customer })).await
}

async fn unnote(
    State(shared): State<Arc<Shared>>,
    Segment((_, note)): Segment<(String, String)>,
) -> Response {
    shared.answer(json!({ "note_id": note, "status": "deleted" })).await
}

async fn reply(State(shared): State<Arc<Shared>>, Segment(customer): Segment<String>) -> Response {
    shared.answer(json!({ "reply_id": "reply-1", "customer_id": customer, "status": "sent" })).await
}

fn key(headers: &HeaderMap) -> &str {
    headers.get("idempotency-key").map_or("", |key| key.to_str().unwrap())
}

/// The account of a sale.
pub fn account(sale: &str) -> String {
    format!("acct-{sale}")
}
