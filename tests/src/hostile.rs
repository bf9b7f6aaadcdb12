//! A tool that does whatever can go wrong, as each call tells it to, and keeps the books on what it really did.
//!
//! ```text
//! POST /orders        an effect; the same idempotency key is one effect
//! POST /posts         an effect each time that it arrives: it knows no keys
//! POST /cancellations takes one back
//! GET  /facts/ID/TRICKS
//! ```
//!
//! An effect's body and a read's path name the tricks, joined by dots: the first for the first arrival, and so on.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use futures::{StreamExt as _, stream};
use remit_core::Digest;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

mod book;
mod line;
mod trick;

pub mod purchasing;

pub use book::{Arrival, Effect, Seen};
pub use trick::Trick;

use book::Book;
use line::{Line, Lines};

/// Size and number of the pieces of [`Trick::Huge`].
const PIECE: usize = 1 << 20;
const PIECES: usize = 200;

/// A running server; it ends with the value.
#[derive(Debug)]
pub struct Hostile {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    book: Book,
    since: Instant,
    late: Duration,
    /// Effects that are still to be done.
    owed: watch::Sender<usize>,
    /// Pieces of huge answers that somebody took.
    taken: watch::Sender<usize>,
}

impl Hostile {
    /// Serves on a free port. What is late comes after so long, which is more than its client's patience.
    pub async fn start(late: Duration) -> Self {
        let (owed, taken) = (watch::Sender::new(0), watch::Sender::new(0));
        let shared = Arc::new(Shared { book: Book::default(), since: Instant::now(), late, owed, taken });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(arrive).with_state(Arc::clone(&shared));
        let service = router.into_make_service_with_connect_info::<Line>();
        let server = tokio::spawn(async move { axum::serve(Lines(listener), service).await.unwrap() });
        Self { address, shared, server }
    }

    /// `http://HOST:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has seen and done so far.
    pub fn seen(&self) -> Seen {
        self.shared.book.seen()
    }

    /// Bytes of huge answers that somebody took.
    pub fn taken(&self) -> usize {
        *self.shared.taken.borrow() * PIECE
    }

    /// Waits until it has done everything that it does late.
    pub async fn quiet(&self) {
        self.shared.owed.subscribe().wait_for(|owed| *owed == 0).await.unwrap();
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn arrive(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
    let (path, body) = (uri.path().to_owned(), String::from_utf8(body.to_vec()).unwrap());
    let at = shared.since.elapsed();
    let arrival = Arrival { path, key, digest: Digest::of(body.as_bytes()), body, at };
    let nth = shared.book.arrived(arrival.clone());
    let trick = Trick::nth(&tricks(&arrival), nth);
    shared.play(trick, &line, arrival).await
}

/// What the call wants to be done to it.
fn tricks(arrival: &Arrival) -> String {
    if let Some((_, tricks)) = arrival.path.strip_prefix("/facts/").and_then(|rest| rest.split_once('/')) {
        return tricks.to_owned();
    }
    let order: Value = serde_json::from_str(&arrival.body).unwrap();
    order["tricks"].as_str().unwrap_or_default().to_owned()
}

impl Shared {
    async fn play(self: &Arc<Self>, trick: Trick, line: &Line, arrival: Arrival) -> Response {
        let broken = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        match trick {
            Trick::Honest => Json(self.done(&arrival)).into_response(),
            Trick::Slow => {
                tokio::time::sleep(self.late / 10).await;
                Json(self.done(&arrival)).into_response()
            }
            Trick::Refuses => (StatusCode::UNPROCESSABLE_ENTITY, "never").into_response(),
            Trick::FailsBefore => broken,
            Trick::FailsAfter => {
                self.done(&arrival);
                broken
            }
            Trick::DropsBefore => {
                line.cut();
                broken
            }
            Trick::DropsAfter => {
                self.done(&arrival);
                line.cut();
                broken
            }
            Trick::Late => {
                let answer = self.done(&arrival);
                tokio::time::sleep(self.late).await;
                Json(answer).into_response()
            }
            Trick::CommitsLate => self.commit_late(arrival).await,
            Trick::Garbage => {
                self.done(&arrival);
                [0xff_u8, 0xfe, b'<'].into_response()
            }
            Trick::Truncated => half(&self.done(&arrival)).into_response(),
            Trick::BreaksOff => {
                let pieces = [Ok(half(&self.done(&arrival))), Err("broken off")];
                Body::from_stream(stream::iter(pieces)).into_response()
            }
            Trick::Huge => self.huge(&self.done(&arrival)),
        }
    }

    /// Does what a call wants; a read does nothing.
    fn done(&self, arrival: &Arrival) -> Value {
        if arrival.path.starts_with("/facts/") {
            return json!({ "fact": arrival.path });
        }
        let number = self.book.commit(arrival, arrival.path == "/orders");
        json!({ "effect": format!("ef-{number}") })
    }

    /// The client goes, and with it whoever answers: it is done by somebody else.
    async fn commit_late(self: &Arc<Self>, arrival: Arrival) -> Response {
        let shared = Arc::clone(self);
        self.owed.send_modify(|owed| *owed += 1);
        let doing = tokio::spawn(async move {
            tokio::time::sleep(shared.late).await;
            let answer = shared.done(&arrival);
            shared.owed.send_modify(|owed| *owed -= 1);
            answer
        });
        Json(doing.await.unwrap()).into_response()
    }

    fn huge(self: &Arc<Self>, answer: &Value) -> Response {
        let head = format!("{{\"effect\":{},\"padding\":\"", answer["effect"]);
        let shared = Arc::clone(self);
        let padding = stream::iter(0..PIECES).map(move |_| {
            shared.taken.send_modify(|taken| *taken += 1);
            Bytes::from(vec![b'x'; PIECE])
        });
        let pieces =
            stream::iter([Bytes::from(head)]).chain(padding).chain(stream::iter([Bytes::from("\"}")]));
        Body::from_stream(pieces.map(Ok::<_, Infallible>)).into_response()
    }
}

/// The first half of a text.
fn half(answer: &Value) -> String {
    let text = answer.to_string();
    text.chars().take(text.len() / 2).collect()
}
