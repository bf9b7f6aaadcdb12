//! Every way a command can fail, and the one place where a failure becomes a sentence, a hint and an exit code.

use std::{error::Error as _, fmt, io, path::PathBuf};

use tonic::{Code, Status};

use crate::{
    cli::exit::Exit,
    config,
    connect::{REASON_KEY, is_lost},
    context,
};

#[cfg(test)]
mod tests;

/// What to do about a refusal, as the control plane sends it beside the message.
const HINT_KEY: &str = "remit-hint";

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// The reader of standard output has gone: `remit get actions | head`. Nobody wants to hear of it.
    ReaderGone,
    /// This program knows itself what is wrong.
    Told {
        /// How the process ends.
        exit: Exit,
        /// What is wrong.
        message: String,
        /// What to do, when there is something to do.
        hint: Option<String>,
    },
    /// The control plane, or the way to it, answered with an error.
    Rpc {
        /// What tonic made of it.
        status: Box<Status>,
        /// Whether the request would have changed something: a lost answer is then unknown, not failed.
        changes: bool,
    },
}

impl Failure {
    /// The answer is no.
    pub fn no(message: impl Into<String>) -> Self {
        Self::Told { exit: Exit::No, message: message.into(), hint: None }
    }

    /// It was asked wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Told { exit: Exit::Usage, message: message.into(), hint: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(self, text: impl Into<String>) -> Self {
        match self {
            Self::Told { exit, message, .. } => Self::Told { exit, message, hint: Some(text.into()) },
            Self::ReaderGone | Self::Rpc { .. } => self,
        }
    }

    /// Whether nobody was reached, or the answer was lost on its way.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Rpc { status, .. } => is_lost(status),
            Self::ReaderGone | Self::Told { .. } => false,
        }
    }

    /// An answer that lacks what the protocol promises.
    pub fn malformed(what: &str) -> Self {
        Self::no(format!("the control plane's answer has no {what}"))
            .hint("compare `remit --version` with the control plane's version")
    }
}

/// In one sentence, with what to do.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match explain(self, None) {
            Some(Explained { message, hint: Some(hint), .. }) => write!(f, "{message}; {hint}"),
            Some(Explained { message, hint: None, .. }) => f.write_str(&message),
            None => f.write_str("nobody reads any more"),
        }
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        Self::usage(error.to_string()).hint(error.hint())
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Rpc { status: Box::new(status), changes: false }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ReaderGone;
        }
        Self::no(format!("the output cannot be written: {error}"))
    }
}

impl From<context::Error> for Failure {
    fn from(error: context::Error) -> Self {
        Self::usage(error.to_string()).hint(error.hint())
    }
}

impl From<color_eyre::Report> for Failure {
    fn from(report: color_eyre::Report) -> Self {
        Self::no(format!("{report:#}"))
    }
}

/// A failure as people see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explained {
    /// How the process ends.
    pub exit: Exit,
    /// One sentence: what was wrong.
    pub message: String,
    /// One sentence: what to do.
    pub hint: Option<String>,
}

/// Who was asked, and where the token came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peer {
    /// The context's endpoint.
    pub endpoint: String,
    /// The context file.
    pub context: PathBuf,
}

/// The failure in words; `None` when there is nothing to say.
#[must_use]
pub fn explain(failure: &Failure, peer: Option<&Peer>) -> Option<Explained> {
    match failure {
        Failure::ReaderGone => None,
        Failure::Told { exit, message, hint } => {
            Some(Explained { exit: *exit, message: message.clone(), hint: hint.clone() })
        }
        Failure::Rpc { status, changes } => Some(rpc(status, *changes, peer)),
    }
}

/// One row a gRPC code: the only table of them.
fn rpc(status: &Status, changes: bool, peer: Option<&Peer>) -> Explained {
    let endpoint = peer.map_or("the control plane", |peer| peer.endpoint.as_str());
    let said = |key| status.metadata().get(key).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (reason, hint) = (said(REASON_KEY), said(HINT_KEY));
    if is_lost(status) {
        return unanswered(status, changes, endpoint);
    }
    let exit = match status.code() {
        Code::Unauthenticated => return unauthenticated(status, peer),
        Code::NotFound => Exit::No,
        Code::Unimplemented => {
            return Explained {
                exit: Exit::Refused,
                message: format!("`{endpoint}` does not know this request"),
                hint: Some("is it a remitd of this version? compare `remit --version`".to_owned()),
            };
        }
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::InvalidArgument
        | Code::DeadlineExceeded
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => Exit::Refused,
    };
    let what = if exit == Exit::No { "not found" } else { "refused" };
    let code = reason.unwrap_or_else(|| words_of(status.code()));
    Explained { exit, message: format!("{what} ({code}): {}", status.message()), hint }
}

/// True when the request cannot have arrived: nobody listens there, or it has no address.
fn never_left(status: &Status) -> bool {
    let kinds = [io::ErrorKind::ConnectionRefused, io::ErrorKind::AddrNotAvailable];
    chain(status).any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|e| kinds.contains(&e.kind())))
}

/// The causes below a status.
fn chain(status: &Status) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(status.source(), |cause: &&(dyn std::error::Error + 'static)| (**cause).source())
}

fn unanswered(status: &Status, changes: bool, endpoint: &str) -> Explained {
    let cause = chain(status).last().map_or_else(|| status.message().to_owned(), ToString::to_string);
    let lost = changes && !never_left(status);
    let (message, hint) = if lost {
        (
            format!("no answer from `{endpoint}` ({cause}): whether it took effect is unknown"),
            "look with `remit get` or `remit show` before you give the command again; `stop` and `safe` may be repeated at once",
        )
    } else {
        (
            format!("cannot reach `{endpoint}` ({cause})"),
            "is remitd running? start it with `remitd serve`, or name another place with `--context FILE`",
        )
    };
    Explained { exit: Exit::Unreachable, message, hint: Some(hint.to_owned()) }
}

fn unauthenticated(status: &Status, peer: Option<&Peer>) -> Explained {
    let context =
        peer.map_or_else(|| "the context".to_owned(), |peer| format!("`{}`", peer.context.display()));
    Explained {
        exit: Exit::Unreachable,
        message: format!("the token in {context} was not accepted: {}", status.message()),
        hint: Some(
            "let an operator run `remit token create --operator NAME --groups GROUP` and put its secret there"
                .to_owned(),
        ),
    }
}

/// The gRPC code as a word, for a refusal that carries no reason: `failed_precondition`.
fn words_of(code: Code) -> String {
    let mut words = String::new();
    for c in format!("{code:?}").chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.extend(c.to_lowercase());
    }
    words
}
