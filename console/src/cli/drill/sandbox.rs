//! The sandbox: one HTTP server in the place of every tool. It answers calls that were announced to it, and no others.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Instant,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use parking_lot::Mutex;
use remit_contract::{
    CompiledContract,
    scenario::{Call, Case},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::cli::failure::Failure;

/// Largest request that is read, in bytes; the control plane sends none that is larger.
const LARGEST: usize = 1 << 20;

/// A request as it will come.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Wanted {
    method: String,
    /// `/UPSTREAM/path?query`.
    target: String,
    body: String,
}

/// What a call is in its case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Read,
    Effect,
    Undo,
    Verify,
}

/// What is answered to a request.
#[derive(Clone, Debug)]
struct Expected {
    case: u64,
    part: Part,
    result: Value,
    /// The header with the key that tells a repeated call from another one.
    key: Option<String>,
}

/// What has happened here.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    /// When each effect came for the first time, by case.
    pub(super) effects: BTreeMap<u64, Instant>,
    /// Effects that were taken back, by case, with the key of the call that did.
    pub(super) undone: BTreeMap<u64, Option<String>>,
    /// Effects whose reversal was refused.
    pub(super) refused: BTreeSet<u64>,
    /// Answers that were lost on their way, after it was done.
    pub(super) lost: u32,
    /// Effects that were taken back again by another call.
    pub(super) doubled: u32,
    /// Calls that nobody has announced.
    pub(super) unknown: u32,
}

/// What it does with calls that undo.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Spoiling {
    /// So many in a hundred effects are not taken back.
    pub(super) refuse: u64,
    /// So many answers are lost, where the call has a key.
    pub(super) lose: u32,
}

/// The server.
#[derive(Debug)]
pub(super) struct Sandbox {
    /// `http://HOST:PORT`.
    pub(super) url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    expected: Mutex<HashMap<Wanted, Expected>>,
    book: Mutex<Book>,
    spoiling: Spoiling,
    /// Effects are answered at once, or wait.
    open: watch::Sender<bool>,
    waiting: watch::Sender<usize>,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Sandbox {
    /// Serves on a free port of the loopback.
    pub(super) async fn serve(spoiling: Spoiling) -> Result<Self, Failure> {
        let refused = |error: std::io::Error| Failure::no(format!("the sandbox cannot open a port: {error}"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(refused)?;
        let url = format!("http://{}", listener.local_addr().map_err(refused)?);
        let shared = Arc::new(Shared {
            expected: Mutex::default(),
            book: Mutex::default(),
            spoiling,
            open: watch::Sender::new(true),
            waiting: watch::Sender::new(0),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the sandbox ended");
            }
        });
        Ok(Self { url, shared, server })
    }

    /// From now on the calls of a case are answered.
    pub(super) fn announce(
        &self,
        contract: &CompiledContract,
        number: u64,
        case: &Case,
    ) -> Result<(), Failure> {
        let parts = case.reads.iter().map(|call| (Part::Read, call));
        let parts = parts.chain([(Part::Effect, &case.effect)]);
        let parts = parts.chain(case.undo.iter().map(|call| (Part::Undo, call)));
        let parts = parts.chain(case.verify.iter().map(|call| (Part::Verify, call)));
        for (part, call) in parts {
            let (wanted, key) = wanted(contract, call)?;
            let result = call.result.clone();
            self.shared.expected.lock().insert(wanted, Expected { case: number, part, result, key });
        }
        Ok(())
    }

    /// Lets effects wait from now on.
    pub(super) fn hold(&self) {
        self.shared.open.send_replace(false);
    }

    /// Answers the effects that wait.
    pub(super) fn let_go(&self) {
        self.shared.open.send_replace(true);
    }

    /// Until so many effects wait.
    pub(super) async fn holds(&self, many: usize) {
        // It cannot end while the sandbox is there.
        drop(self.shared.waiting.subscribe().wait_for(|waiting| many <= *waiting).await);
    }

    /// What has happened.
    pub(super) fn book(&self) -> Book {
        self.shared.book.lock().clone()
    }
}

fn wanted(contract: &CompiledContract, call: &Call) -> Result<(Wanted, Option<String>), Failure> {
    let lost = || Failure::no(format!("`{}` cannot be called as the scenario says", call.tool));
    let tool = contract.tool(&call.tool).ok_or_else(lost)?;
    let request = contract.request(&call.tool, &call.params).map_err(|_| lost())?;
    let wanted = Wanted {
        method: request.method.as_str().to_owned(),
        target: format!("/{}{}", tool.upstream, request.path_and_query),
        body: request.body.map(|body| body.as_str().to_owned()).unwrap_or_default(),
    };
    Ok((wanted, tool.idempotency_header.clone()))
}

/// One that waits, until it is answered or has gone.
struct Waiting<'a>(&'a watch::Sender<usize>);

impl<'a> Waiting<'a> {
    fn one_more(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|many| *many = many.saturating_add(1));
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|many| *many = many.saturating_sub(1));
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let came = Instant::now();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    let wanted = Wanted {
        method: parts.method.as_str().to_owned(),
        target: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let expected = shared.expected.lock().get(&wanted).cloned();
    let Some(expected) = expected else {
        let mut book = shared.book.lock();
        book.unknown = book.unknown.saturating_add(1);
        return refuse(StatusCode::NOT_FOUND, "nobody has announced this call");
    };
    match expected.part {
        Part::Read => axum::Json(expected.result).into_response(),
        Part::Effect => {
            done(&shared, expected.case, came);
            let waiting = Waiting::one_more(&shared.waiting);
            drop(shared.open.subscribe().wait_for(|open| *open).await);
            drop(waiting);
            (StatusCode::CREATED, axum::Json(expected.result)).into_response()
        }
        Part::Undo => taken_back(&shared, expected, &parts.headers),
        Part::Verify => {
            let gone = shared.book.lock().undone.contains_key(&expected.case);
            axum::Json(if gone { expected.result } else { json!({}) }).into_response()
        }
    }
}

/// Notes an effect, and whether it can be taken back: evenly so many in a hundred cannot.
fn done(shared: &Shared, case: u64, came: Instant) {
    let mut book = shared.book.lock();
    if book.effects.contains_key(&case) {
        return;
    }
    let share = |many: usize| {
        u64::try_from(many).unwrap_or(u64::MAX).saturating_mul(shared.spoiling.refuse).div_euclid(100)
    };
    let before = book.effects.len();
    book.effects.insert(case, came);
    if share(before) < share(book.effects.len()) {
        book.refused.insert(case);
    }
}

fn taken_back(shared: &Shared, expected: Expected, headers: &HeaderMap) -> Response {
    let key = expected.key.as_ref().and_then(|name| headers.get(name.as_str()));
    let key = key.and_then(|key| key.to_str().ok()).map(str::to_owned);
    let mut book = shared.book.lock();
    if book.refused.contains(&expected.case) {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "it is not taken back");
    }
    let before = book.undone.get(&expected.case).cloned();
    match before {
        Some(known) if known.is_none() || known != key => book.doubled = book.doubled.saturating_add(1),
        Some(_) => {}
        None => {
            book.undone.insert(expected.case, key.clone());
            if key.is_some() && book.lost < shared.spoiling.lose {
                book.lost = book.lost.saturating_add(1);
                return broken_off();
            }
        }
    }
    axum::Json(expected.result).into_response()
}

/// An answer that does not arrive: the connection breaks while it is sent.
fn broken_off() -> Response {
    let end: Result<Bytes, std::io::Error> = Err(std::io::ErrorKind::ConnectionReset.into());
    Body::from_stream(futures::stream::iter([end])).into_response()
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, axum::Json(json!({ "error": error }))).into_response()
}
