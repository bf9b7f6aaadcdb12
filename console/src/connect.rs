//! The connection to a control plane: opened on first use, kept alive, authenticated on every call.

use std::{error::Error as _, time::Duration};

use color_eyre::eyre::WrapErr as _;
use prost::Message;
use remit_proto::v1::{
    WatchTraceRequest, control_client::ControlClient as GeneratedControl,
    operator_client::OperatorClient as Generated, runtime_client::RuntimeClient as GeneratedRuntime,
};
use tonic::{
    Code, Request, Status, Streaming,
    client::Grpc,
    codegen::http::uri::PathAndQuery,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};

use tonic_prost::ProstCodec;

use crate::context::Context;

pub mod stop;

/// The generated client, with the operator's token on every call.
pub type OperatorClient = Generated<InterceptedService<Channel, Bearer>>;

/// Calls whose messages the caller chooses, with the operator's token on each.
pub type Calls = Grpc<InterceptedService<Channel, Bearer>>;

/// The client for the life of contract versions, likewise.
pub type ControlClient = GeneratedControl<InterceptedService<Channel, Bearer>>;

/// The client of a service, likewise with its token.
pub type RuntimeClient = GeneratedRuntime<InterceptedService<Channel, Bearer>>;

/// How long an unreachable control plane may keep a person waiting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// A silent link is noticed after at most this and the answer's timeout.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
const KEEP_ALIVE_ANSWER: Duration = Duration::from_secs(5);
/// A list of a few thousand actions with their parameters is larger than gRPC's usual 4 MiB.
const MESSAGE_LIMIT_BYTES: usize = 32 << 20;

/// Adds `authorization: Bearer …` to every call. Its `Debug` does not show the token.
#[derive(Clone, Debug)]
pub struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// A client over a new connection of its own, opened by its first call.
///
/// Commands and streams take one each, so that a busy stream never delays a stop.
/// Must be called inside a tokio runtime.
///
/// # Errors
/// When the endpoint is not a URI or the token cannot be a header; `Context::load` refuses both earlier.
pub fn operator(context: &Context) -> color_eyre::Result<OperatorClient> {
    let (channel, bearer) = open(&context.endpoint, &context.token)?;
    Ok(Generated::with_interceptor(channel, bearer).max_decoding_message_size(MESSAGE_LIMIT_BYTES))
}

/// As [`operator`], with calls beside it over the same connection.
///
/// # Errors
/// As [`operator`].
pub fn streams(context: &Context) -> color_eyre::Result<(OperatorClient, Calls)> {
    let (channel, bearer) = open(&context.endpoint, &context.token)?;
    let calls = Grpc::new(InterceptedService::new(channel.clone(), bearer.clone()));
    let client = Generated::with_interceptor(channel, bearer).max_decoding_message_size(MESSAGE_LIMIT_BYTES);
    Ok((client, calls.max_decoding_message_size(MESSAGE_LIMIT_BYTES)))
}

/// `Operator.WatchTrace` with batches as `B`, which is on the wire what `TraceBatch` is.
///
/// # Errors
/// As the control plane says, or the connection.
pub async fn watch_trace<B: Message + Default + 'static>(
    calls: &mut Calls,
    request: WatchTraceRequest,
) -> Result<Streaming<B>, Status> {
    calls.ready().await.map_err(|error| Status::unknown(format!("service was not ready: {error}")))?;
    let path = PathAndQuery::from_static("/remit.v1.Operator/WatchTrace");
    let codec = ProstCodec::<WatchTraceRequest, B>::default();
    Ok(calls.server_streaming(Request::new(request), path, codec).await?.into_inner())
}

/// As [`operator`], for the life of contract versions.
///
/// # Errors
/// As [`operator`].
pub fn control(context: &Context) -> color_eyre::Result<ControlClient> {
    let (channel, bearer) = open(&context.endpoint, &context.token)?;
    Ok(GeneratedControl::with_interceptor(channel, bearer).max_decoding_message_size(MESSAGE_LIMIT_BYTES))
}

/// As [`operator`], for a service: the context's token is the service's.
///
/// # Errors
/// As [`operator`].
pub fn runtime(context: &Context) -> color_eyre::Result<RuntimeClient> {
    let (channel, bearer) = open(&context.endpoint, &context.token)?;
    Ok(GeneratedRuntime::with_interceptor(channel, bearer))
}

/// The reason code of a refusal, as the control plane sends it beside the message.
pub const REASON_KEY: &str = "remit-reason";

/// True when no control plane can have said this: the link or our own deadline did.
#[must_use]
pub fn is_lost(status: &Status) -> bool {
    let by_the_link = status.source().is_some_and(|source| source.is::<tonic::transport::Error>());
    let code = matches!(status.code(), Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled);
    (by_the_link || code) && status.metadata().get(REASON_KEY).is_none()
}

fn open(endpoint: &str, token: &str) -> color_eyre::Result<(Channel, Bearer)> {
    let channel = Endpoint::from_shared(endpoint.to_owned())
        .wrap_err_with(|| format!("endpoint `{}` is not a URI", endpoint.escape_debug()))?
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE_ANSWER)
        .keep_alive_while_idle(true)
        .tcp_nodelay(true)
        .connect_lazy();
    let mut value: MetadataValue<Ascii> =
        format!("Bearer {token}").parse().wrap_err("the token cannot be sent as a header")?;
    value.set_sensitive(true);
    Ok((channel, Bearer(value)))
}
