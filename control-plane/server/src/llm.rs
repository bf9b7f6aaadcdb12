//! Model calls at `/llm/{service}/v1/…`: an agent keeps its provider's client and changes address and key.
//!
//! ```text
//!   client ─▶ prompt (read, bounded) ─▶ parcel (waits beside the journal) ─▶ act: decide, commit
//!                                            │                                     │
//!   client ◀── pieces ◀── carry (send, count, watch for what cuts it off) ◀────────┘ runner
//! ```
//!
//! A call is proposed as model, token limit, size and digest; the prompt itself is in no journal. Where people are
//! asked about it, the same call sent again brings it once more (`held`). Who calls, in
//! which run, is said as over MCP: the path `/llm/{service}/runs/{name}/v1/…`, the header `remit-run`, a trace,
//! else the service's implicit run, so that tools and models count under one budget.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::post,
};
use remit_contract::{CompiledContract, Speaks, Tool};
use remit_core::proposal::{Channel, Mode};
use tokio::sync::mpsc;
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};

use crate::{
    act::{self, Call},
    error::Error,
    grpc,
    mcp::{self, Visitor},
    plane::Plane,
};

mod carry;
mod held;
mod parcel;
mod prompt;
mod refusal;
mod stream;
mod watch;

pub(crate) use carry::carry;
pub(crate) use held::{Shown, caller};
pub(crate) use parcel::{Deposit, Parcel, Parcels, Piece};

/// Largest request, in bytes: a long conversation with its tools.
const MAX_PROMPT: usize = 4 * 1024 * 1024;

/// Pieces of an answer that wait for a slow reader.
const PIECES: usize = 64;

/// The routes of both protocols.
pub(crate) fn routes(plane: Arc<Plane>) -> Router {
    let chat = || post(async |state, path, request| call(Speaks::OpenAi, state, path, request).await);
    let messages = || post(async |state, path, request| call(Speaks::Anthropic, state, path, request).await);
    Router::new()
        .route("/llm/{service}/v1/chat/completions", chat())
        .route("/llm/{service}/runs/{run}/v1/chat/completions", chat())
        .route("/llm/{service}/v1/messages", messages())
        .route("/llm/{service}/runs/{run}/v1/messages", messages())
        .with_state(plane)
}

async fn call(
    speaks: Speaks,
    State(plane): State<Arc<Plane>>,
    path: RawPathParams,
    request: Request,
) -> Response {
    match answer(&plane, speaks, &path, request).await {
        Ok(response) => response,
        Err(error) => refusal::of_error(speaks, &error),
    }
}

async fn answer(
    plane: &Arc<Plane>,
    speaks: Speaks,
    path: &RawPathParams,
    request: Request,
) -> Result<Response, Error> {
    let visitor = mcp::visitor(plane, path, &keyed(request.headers()))?;
    let version = version(speaks, request.headers())?;
    let bytes = to_bytes(request.into_body(), MAX_PROMPT)
        .await
        .map_err(|_| Error::Invalid(format!("the request is larger than {MAX_PROMPT} bytes or broke off")))?;
    let prompt = prompt::Prompt::read(speaks, &bytes)?;
    let name = visitor.run_name();
    let service = (visitor.service.as_str(), &*name);
    let run = grpc::start_run(plane, &visitor.caller, service, Channel::Model, visitor.declared()?).await?;
    let contract = match plane.open.get(run) {
        Some(open) => Arc::clone(&open.contract),
        None => plane.contract(&visitor.service)?,
    };
    let tool = tool_for(&contract, speaks, &prompt.model, &visitor)?;
    let most_tokens = tool.model.as_ref().map_or(0, |model| model.most_tokens);
    let (sender, mut pieces) = mpsc::channel(PIECES);
    let sealed = prompt.seal(most_tokens)?;
    let value = sealed.params();
    let (params, value) = act::parse_params(&value.to_string())?;
    let call = Call {
        run,
        tool: tool.name.clone(),
        params,
        value,
        key: None,
        channel: Channel::Model,
        mode: Mode::Execute,
        asserted: Vec::new(),
        parcel: Some(Parcel { sealed, version, sender }),
    };
    let twin = held::twin(plane, run, &call.tool, call.params.digest());
    // On its own: what is under way comes to its end and is settled, also when nobody waits for it any more.
    let acting = tokio::spawn({
        let plane = Arc::clone(plane);
        async move {
            match twin {
                Some(known) => act::again(&plane, &visitor.caller, (run, known), call.parcel).await,
                None => act::act(&plane, &visitor.caller, call).await,
            }
        }
    });
    if let Some(Piece::Head(head)) = pieces.recv().await {
        return Ok(relay(head, pieces));
    }
    let acted = acting.await.map_err(|error| Error::Unavailable(format!("the call was lost: {error}")))??;
    Ok(refusal::of_acted(speaks, &acted))
}

/// The head at once, the rest as it comes.
fn relay(head: Response<()>, pieces: mpsc::Receiver<Piece>) -> Response {
    let body = ReceiverStream::new(pieces).filter_map(|piece| match piece {
        Piece::Bytes(bytes) => Some(Ok::<_, std::convert::Infallible>(bytes)),
        Piece::Head(_) => None,
    });
    head.map(|()| Body::from_stream(body))
}

/// Anthropic's clients send the key in a header of its own.
fn keyed(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    let key = headers.get("x-api-key").and_then(|key| key.to_str().ok()).map(|key| format!("Bearer {key}"));
    if let Some(Ok(key)) = key.map(|key| HeaderValue::from_str(&key))
        && !headers.contains_key(header::AUTHORIZATION)
    {
        headers.insert(header::AUTHORIZATION, key);
    }
    headers
}

/// The form of Anthropic's messages that the caller speaks. What else a header could switch on may cost more than
/// the contract says.
fn version(speaks: Speaks, headers: &HeaderMap) -> Result<Option<HeaderValue>, Error> {
    if headers.contains_key("anthropic-beta") {
        let text =
            "header `anthropic-beta` is not passed on: what it switches on has no price in the contract";
        return Err(Error::Invalid(text.to_owned()));
    }
    Ok(match speaks {
        Speaks::OpenAi => None,
        Speaks::Anthropic => {
            let said = headers.get("anthropic-version").cloned();
            Some(said.unwrap_or(HeaderValue::from_static("2023-06-01")))
        }
    })
}

/// The model call of the contract that speaks so and lists the model; where none lists it, the first, which
/// then refuses it.
fn tool_for<'a>(
    contract: &'a CompiledContract,
    speaks: Speaks,
    model: &str,
    visitor: &Visitor,
) -> Result<&'a Tool, Error> {
    let speaking = || {
        let of = |tool: &&Tool| tool.model.as_ref().is_some_and(|model| model.speaks == speaks);
        contract.tools().filter(of)
    };
    let lists =
        |tool: &&Tool| tool.model.as_ref().is_some_and(|it| it.allow.iter().any(|allowed| allowed == model));
    speaking().find(lists).or_else(|| speaking().next()).ok_or_else(|| {
        let (service, word) = (&visitor.service, speaks.as_str());
        Error::NotFound(format!("the contract of `{service}` has no model call that speaks `{word}`"))
    })
}

impl Piece {
    /// A head with a status and a type of content.
    fn head(status: StatusCode, content_type: &'static str) -> Response<()> {
        let mut head = Response::new(());
        *head.status_mut() = status;
        head.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        head
    }
}
