//! One command's conversation with the control plane: context, connection, deadlines, safe repetition.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use remit_core::{RunId, SwitchId};
use remit_proto::v1::{GetRunRequest, SetSwitchRequest, SetSwitchResponse, WhoAmIRequest};
use tonic::{Request, Status};

use crate::{
    cli::failure::Failure,
    connect::{
        self, ControlClient, OperatorClient,
        stop::{Line, Lines},
    },
    context::{self, Context},
};

/// How long an answer may take before it counts as lost.
const DEADLINE: Duration = Duration::from_secs(30);
/// Pauses before a change whose answer was lost is sent again with the same idempotency id.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// Where a command's requests go.
#[derive(Debug)]
pub struct Session {
    /// For queries and streams; changes take a connection of their own.
    pub client: OperatorClient,
    /// Where it goes, and as whom.
    pub context: Context,
}

/// The context file that holds: the one that was named by its file or name, else the current one.
///
/// # Errors
/// When none has that name, or there is no home directory.
pub fn context_path(named: Option<&Path>) -> Result<PathBuf, context::Error> {
    context::shelf::resolve(named)
}

/// Gives a request the deadline of a query.
pub fn within<T>(message: T) -> Request<T> {
    within_time(message, DEADLINE)
}

/// Gives a request a deadline of its own.
pub fn within_time<T>(message: T, deadline: Duration) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(deadline);
    request
}

/// A new idempotency id: one a command, however often it is sent. It becomes the id of the switch that it sets.
#[must_use]
pub fn idempotency_id() -> String {
    SwitchId::new(uuid::Uuid::now_v7()).to_string()
}

/// What became of a change whose answer was bad: unknown, when the answer was lost.
pub fn unsure(status: Status) -> Failure {
    Failure::Rpc { status: Box::new(status), changes: true }
}

impl Session {
    /// A session over this context; nothing is connected yet.
    ///
    /// # Errors
    /// When the context cannot be used.
    pub fn open(context: Context) -> Result<Self, Failure> {
        Ok(Self { client: connect::operator(&context)?, context })
    }

    /// The environment of its control plane.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.context.environment
    }

    /// A client over a connection of its own, for what changes something: a busy stream never delays it.
    ///
    /// # Errors
    /// When the context cannot be used.
    pub fn command(&self) -> Result<OperatorClient, Failure> {
        Ok(connect::operator(&self.context)?)
    }

    /// A client for the life of contract versions.
    ///
    /// # Errors
    /// When the context cannot be used.
    pub fn control(&self) -> Result<ControlClient, Failure> {
        Ok(connect::control(&self.context)?)
    }

    /// The name of the person whose token this is.
    ///
    /// # Errors
    /// When the control plane does not answer.
    pub async fn who(&self) -> Result<String, Failure> {
        Ok(self.command()?.who_am_i(within(WhoAmIRequest {})).await?.into_inner().operator)
    }

    /// Sets a switch; when the answer is lost, sends the same again, which the idempotency id makes harmless.
    ///
    /// # Errors
    /// The last answer, when none was good.
    pub async fn set_switch(&self, request: SetSwitchRequest) -> Result<(SetSwitchResponse, Line), Failure> {
        let lines = Lines::new(&self.context)?;
        let mut pauses = PAUSES.into_iter();
        loop {
            let status = match lines.set_switch(request.clone(), DEADLINE).await {
                Ok(answer) => return Ok(answer),
                Err(status) => status,
            };
            match pauses.next() {
                Some(pause) if connect::is_lost(&status) => tokio::time::sleep(pause).await,
                Some(_) | None => return Err(unsure(status)),
            }
        }
    }

    /// The full id of a run that may be named by a suffix of it.
    ///
    /// # Errors
    /// When there is no such run, or more than one.
    pub async fn run_id(&mut self, named: &str) -> Result<String, Failure> {
        if named.parse::<RunId>().is_ok() {
            return Ok(named.to_owned());
        }
        let detail = self.client.get_run(within(GetRunRequest { id: named.to_owned() })).await?.into_inner();
        detail.run.map(|run| run.id).ok_or_else(|| Failure::malformed("run"))
    }
}
