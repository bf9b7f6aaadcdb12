//! The only code of the console that speaks gRPC: three streams on one connection, commands on another, questions on a third.

mod backoff;
mod commands;
mod follow;
mod streams;

#[cfg(test)]
mod tests;

use std::error::Error as _;
use std::sync::Arc;

use color_eyre::eyre::WrapErr as _;
use remit_proto::v1::StateSnapshot;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, mpsc, watch};
use tonic::{Code, ConnectError, Status};

use super::event::{Command, Event, Fetch};
use crate::approver::Approver;
use crate::connect::{self, stop::Lines};
use crate::context::Context;

/// Replies and link events that may wait for the screen.
const REPLIES: usize = 256;
/// Decisions that may wait; the stream itself waits when they do, so none is lost.
const DECISIONS: usize = 1024;
/// Trace batches that may wait; more are dropped and counted.
const TRACE: usize = 64;

/// What the network side offers to the screen.
#[derive(Debug)]
pub(super) struct Net {
    /// Answers to commands and questions, and changes of the link.
    pub(super) replies: mpsc::Receiver<Event>,
    /// Lossless decisions.
    pub(super) decisions: mpsc::Receiver<Event>,
    /// The latest picture.
    pub(super) picture: watch::Receiver<Option<StateSnapshot>>,
    /// The firehose.
    pub(super) trace: mpsc::Receiver<Event>,
    commands: mpsc::UnboundedSender<Request>,
    filter: watch::Sender<String>,
    retry: Arc<Notify>,
    runtime: Option<Runtime>,
}

/// Work for the command connection.
#[derive(Debug)]
enum Request {
    Send { id: u64, idempotency_id: String, command: Command },
    Fetch(Fetch),
    Follow { id: u64, actions: Vec<String> },
}

impl Net {
    /// Starts the network tasks on a runtime of their own.
    ///
    /// # Errors
    /// When the runtime cannot start or the context is not usable.
    pub(super) fn start(context: &Context, approver: Approver) -> color_eyre::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("remit-net")
            .enable_all()
            .build()
            .wrap_err("start the network runtime")?;
        let (replies_tx, replies) = mpsc::channel(REPLIES);
        let (decisions_tx, decisions) = mpsc::channel(DECISIONS);
        let (picture_tx, picture) = watch::channel(None);
        let (trace_tx, trace) = mpsc::channel(TRACE);
        let (filter, filter_rx) = watch::channel(String::new());
        let (commands, commands_rx) = mpsc::unbounded_channel();
        let retry = Arc::new(Notify::new());
        let guard = runtime.enter();
        let (streams, calls) = connect::streams(context)?;
        let link = streams::Link { replies: replies_tx.clone(), retry: Arc::clone(&retry) };
        tokio::spawn(streams::state(streams.clone(), link.clone(), picture_tx));
        tokio::spawn(streams::decisions(streams, link.clone(), decisions_tx));
        tokio::spawn(streams::trace(calls, link, trace_tx, filter_rx));
        let acting = connect::operator(context)?;
        let asking =
            commands::Asking { operator: connect::operator(context)?, control: connect::control(context)? };
        let approver = Arc::new(approver);
        let acting = commands::Acting { operator: acting, lines: Lines::new(context)?, approver };
        tokio::spawn(commands::run(acting, asking, commands_rx, replies_tx));
        drop(guard);
        Ok(Self { replies, decisions, picture, trace, commands, filter, retry, runtime: Some(runtime) })
    }

    /// Sends a command at once, on its own connection.
    pub(super) fn send(&self, id: u64, idempotency_id: String, command: Command) {
        self.request(Request::Send { id, idempotency_id, command });
    }

    /// Asks a question.
    pub(super) fn fetch(&self, fetch: Fetch) {
        self.request(Request::Fetch(fetch));
    }

    /// Follows what was in flight at command `id`.
    pub(super) fn follow(&self, id: u64, actions: Vec<String>) {
        self.request(Request::Follow { id, actions });
    }

    /// Subscribes to the trace anew.
    pub(super) fn watch_trace(&self, filter: String) {
        self.filter.send_replace(filter);
    }

    /// Ends all waiting for a reconnect.
    pub(super) fn retry(&self) {
        self.retry.notify_waiters();
    }

    fn request(&self, request: Request) {
        if self.commands.send(request).is_err() {
            tracing::error!("the network side ended before the screen");
        }
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        // Streams never end by themselves; leaving must not wait for them.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A status in one sentence for the screen.
fn sentence(status: &Status) -> String {
    // "tcp connect error" does not say whether nobody listens or nobody knows the name; what is below it does.
    let below = std::iter::successors(status.source(), |error| (**error).source()).last();
    if let Some(cause) = below.filter(|_| never_left(status)) {
        return format!("no connection: {cause}");
    }
    let message = status.message();
    if message.is_empty() { status.code().description().to_owned() } else { message.to_owned() }
}

/// Whether a failed command may have taken effect all the same.
fn is_uncertain(status: &Status) -> bool {
    if never_left(status) {
        return false;
    }
    match status.code() {
        Code::Unavailable
        | Code::DeadlineExceeded
        | Code::Cancelled
        | Code::Unknown
        | Code::Internal
        | Code::DataLoss => true,
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Unauthenticated => false,
    }
}

/// Whether there was no connection to send the first byte over.
fn never_left(status: &Status) -> bool {
    let first = status.source();
    std::iter::successors(first, |error| (**error).source()).any(|error| error.is::<ConnectError>())
}
