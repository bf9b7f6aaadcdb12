//! A control plane that does nothing but talk: it speaks what a console listens to, at a rate that is set.
//!
//! Its records are as `remitd` sends them, in batches of at most 256 every twentieth of a second, the parameters in them.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::SocketAddr,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{Router, body::Body, routing::post};
use futures::{Stream, StreamExt as _, stream};
use http::Request;
use remit_proto::v1 as pb;
use tokio::{
    net::TcpListener,
    time::{Instant, interval_at},
};
use tokio_stream::wrappers::{IntervalStream, TcpListenerStream};
use tonic::{
    Response, Status,
    server::{Grpc, ServerStreamingService, UnaryService},
    service::Routes,
};
use tonic_prost::ProstCodec;

/// How often a batch leaves, and its most records.
const LINGER: Duration = Duration::from_millis(50);
const BATCH: u64 = 256;

/// How often the picture is sent.
const PICTURE: Duration = Duration::from_secs(1);

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// What it sends, and how much it has sent.
#[derive(Debug, Default)]
pub struct Firehose {
    /// Records a second.
    rate: AtomicU64,
    sent: AtomicU64,
}

impl Firehose {
    /// Serves on a free port.
    pub async fn serve() -> (Arc<Self>, SocketAddr) {
        let source = Arc::new(Self::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (who, picture, trace) = (Arc::clone(&source), Arc::clone(&source), Arc::clone(&source));
        let router = Router::new()
            .route("/remit.v1.Operator/WhoAmI", post(move |call| one(who, call)))
            .route("/remit.v1.Operator/WatchState", post(move |call| pictures(picture, call)))
            .route("/remit.v1.Operator/WatchDecisions", post(silence))
            .route("/remit.v1.Operator/WatchTrace", post(move |call| records(trace, call)));
        let served = tonic::transport::Server::builder().add_routes(Routes::from(router));
        tokio::spawn(served.serve_with_incoming(TcpListenerStream::new(listener)));
        (source, address)
    }

    /// A context file for it, in this folder.
    pub fn context(home: &Path, address: SocketAddr) -> PathBuf {
        let path = home.join("context.toml");
        let text = format!("environment = \"bench\"\nendpoint = \"http://{address}\"\ntoken = \"t\"\n");
        std::fs::write(&path, text).unwrap();
        path
    }

    /// From now on, so many records a second.
    pub fn pour(&self, rate: u64) {
        self.rate.store(rate, Ordering::Relaxed);
    }

    /// Records that have left.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// The batches of one turn.
    fn turn(&self) -> Vec<Result<pb::TraceBatch, Status>> {
        let due = self.rate.load(Ordering::Relaxed) * u64::try_from(LINGER.as_millis()).unwrap() / 1_000;
        let mut batches = Vec::new();
        let mut left = due;
        while 0 < left {
            let size = left.min(BATCH);
            let first = self.sent.fetch_add(size, Ordering::Relaxed);
            batches.push(Ok(pb::TraceBatch {
                records: (first..first + size).map(record).collect(),
                ..Default::default()
            }));
            left -= size;
        }
        batches
    }
}

#[expect(clippy::disallowed_methods, reason = "what is sent says when it was")]
fn now() -> Option<prost_types::Timestamp> {
    Some(SystemTime::now().into())
}

/// The n-th record: a decision as `remitd` tells of it.
fn record(nth: u64) -> pb::TraceRecord {
    let denied = nth.is_multiple_of(7);
    let outcome = if denied { pb::Outcome::Deny } else { pb::Outcome::Admit };
    let service = ["refund-decision", "access-grants", "mail-sorter"][usize::try_from(nth % 3).unwrap()];
    pb::TraceRecord {
        domain: "payments".to_owned(),
        seq: nth + 1,
        at: now(),
        kind: "action_decided".to_owned(),
        service: service.to_owned(),
        run: format!("run_{:032x}", nth / 20),
        action: format!("act_{nth:032x}"),
        tool: "payout.create".to_owned(),
        outcome: outcome.into(),
        reason: if denied { "over_limit" } else { "within_contract" }.to_owned(),
        text: format!(
            "payout.create decided: {}",
            if denied { "It is over the limit." } else { "The contract allows it." }
        ),
        status: if denied { pb::ActionStatus::Denied } else { pb::ActionStatus::Admitted }.into(),
        params_json: format!(
            "{{\"amount_minor\":{},\"currency\":\"USD\",\"transaction_id\":\"US-{nth}\"}}",
            nth % 50_000
        ),
    }
}

fn picture() -> pb::StateSnapshot {
    let service = |name: &str| pb::Service {
        name: name.to_owned(),
        domain: "payments".to_owned(),
        contract_version: "1.0.0".to_owned(),
        owner: "group:payments".to_owned(),
        autonomy: pb::Level::Execute.into(),
        ceiling: pb::Level::Execute.into(),
        open_runs: 12,
        decisions: (0..24).collect(),
        ..pb::Service::default()
    };
    let services = ["access-grants", "mail-sorter", "refund-decision"].map(service).into();
    pb::StateSnapshot { at: now(), services, ..pb::StateSnapshot::default() }
}

struct Says(Arc<Firehose>);

impl UnaryService<pb::WhoAmIRequest> for Says {
    type Response = pb::WhoAmIResponse;
    type Future = Ready<Result<Response<Self::Response>, Status>>;

    fn call(&mut self, _: tonic::Request<pb::WhoAmIRequest>) -> Self::Future {
        let (operator, environment) = ("maya".to_owned(), "bench".to_owned());
        ready(Ok(Response::new(pb::WhoAmIResponse { operator, environment, ..Default::default() })))
    }
}

impl ServerStreamingService<pb::WatchStateRequest> for Says {
    type Response = pb::StateSnapshot;
    type ResponseStream = Answers<pb::StateSnapshot>;
    type Future = Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, _: tonic::Request<pb::WatchStateRequest>) -> Self::Future {
        let ticks = IntervalStream::new(tokio::time::interval(PICTURE));
        ready(Ok(Response::new(ticks.map(|_| Ok(picture())).boxed())))
    }
}

impl ServerStreamingService<pb::WatchDecisionsRequest> for Says {
    type Response = pb::DecisionUpdate;
    type ResponseStream = Answers<pb::DecisionUpdate>;
    type Future = Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, _: tonic::Request<pb::WatchDecisionsRequest>) -> Self::Future {
        ready(Ok(Response::new(stream::pending().boxed())))
    }
}

impl ServerStreamingService<pb::WatchTraceRequest> for Says {
    type Response = pb::TraceBatch;
    type ResponseStream = Answers<pb::TraceBatch>;
    type Future = Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, _: tonic::Request<pb::WatchTraceRequest>) -> Self::Future {
        let source = Arc::clone(&self.0);
        let ticks = IntervalStream::new(interval_at(Instant::now(), LINGER));
        ready(Ok(Response::new(ticks.flat_map(move |_| stream::iter(source.turn())).boxed())))
    }
}

type Call = Request<Body>;
type Answer = Result<http::Response<tonic::body::Body>, Infallible>;

async fn one(source: Arc<Firehose>, call: Call) -> Answer {
    Ok(Grpc::new(ProstCodec::<pb::WhoAmIResponse, pb::WhoAmIRequest>::default())
        .unary(Says(source), call)
        .await)
}

async fn pictures(source: Arc<Firehose>, call: Call) -> Answer {
    let codec = ProstCodec::<pb::StateSnapshot, pb::WatchStateRequest>::default();
    Ok(Grpc::new(codec).server_streaming(Says(source), call).await)
}

async fn silence(call: Call) -> Answer {
    let codec = ProstCodec::<pb::DecisionUpdate, pb::WatchDecisionsRequest>::default();
    Ok(Grpc::new(codec).server_streaming(Says(Arc::default()), call).await)
}

async fn records(source: Arc<Firehose>, call: Call) -> Answer {
    let codec = ProstCodec::<pb::TraceBatch, pb::WatchTraceRequest>::default();
    Ok(Grpc::new(codec).server_streaming(Says(source), call).await)
}
