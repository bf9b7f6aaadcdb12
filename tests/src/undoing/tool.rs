//! The tool: takes orders and cancels them, each once a key; refuses some cancellations; and keeps a log of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use parking_lot::Mutex;
use serde_json::json;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// How long a cancellation takes, so that power cuts meet some on their way.
const WORK: Duration = Duration::from_millis(4);

/// A running tool; it outlives every power cut of the control plane.
#[derive(Debug)]
pub(super) struct Tool {
    url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    /// So many in a hundred orders are not cancelled.
    refuse: u64,
    log: Mutex<Log>,
    /// How many cancellations have come.
    asked: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Log {
    /// Orders by the key that they came with.
    orders: BTreeMap<String, String>,
    /// The keys under which each order was cancelled; more than one is a double.
    cancelled: BTreeMap<String, BTreeSet<String>>,
    refused: BTreeSet<String>,
    /// Cancellations whose caller was gone before the answer.
    cut_off: usize,
}

/// A cancellation under way; one that is never answered is counted.
struct Answering<'a>(&'a Shared, bool);

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        if !self.1 {
            self.0.log.lock().cut_off += 1;
        }
    }
}

impl Tool {
    /// Serves on a free port.
    pub(super) async fn serve(refuse: u64) -> Self {
        let shared = Arc::new(Shared { refuse, log: Mutex::default(), asked: watch::Sender::new(0) });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/orders", post(order))
            .route("/orders/{order}/cancellation", post(cancel))
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared, server }
    }

    /// `http://HOST:PORT`.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until so many cancellations have come.
    pub(super) async fn asked(&self, count: usize) {
        self.shared.asked.subscribe().wait_for(|asked| count <= *asked).await.unwrap();
    }

    /// The orders that were cancelled, and the keys of the calls that did.
    pub(super) fn cancelled(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.shared.log.lock().cancelled.clone()
    }

    /// The orders whose cancellation was refused.
    pub(super) fn refused(&self) -> BTreeSet<String> {
        self.shared.log.lock().refused.clone()
    }

    /// How many cancellations came whose caller was gone before the answer.
    pub(super) fn cut_off(&self) -> usize {
        self.shared.log.lock().cut_off
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn order(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let mut log = shared.log.lock();
    let next = format!("o-{}", log.orders.len());
    let order = log.orders.entry(key(&headers)).or_insert(next).clone();
    Json(json!({ "order_id": order })).into_response()
}

/// What is refused is refused for good. The work is done before or after the time that it takes, by turns.
async fn cancel(
    State(shared): State<Arc<Shared>>,
    Path(order): Path<String>,
    headers: HeaderMap,
) -> Response {
    let number: u64 = order.trim_start_matches("o-").parse().unwrap();
    let mut answering = Answering(&shared, false);
    let work = || {
        let mut log = shared.log.lock();
        if number % 100 < shared.refuse {
            log.refused.insert(order.clone());
            return false;
        }
        log.cancelled.entry(order.clone()).or_default().insert(key(&headers));
        true
    };
    shared.asked.send_modify(|asked| *asked += 1);
    let done = if number.is_multiple_of(2) {
        let done = work();
        tokio::time::sleep(WORK).await;
        done
    } else {
        tokio::time::sleep(WORK).await;
        work()
    };
    answering.1 = true;
    if done {
        Json(json!({ "order_id": order, "status": "cancelled" })).into_response()
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, "it has been delivered").into_response()
    }
}

fn key(headers: &HeaderMap) -> String {
    headers["idempotency-key"].to_str().unwrap().to_owned()
}
