//! The client: so many calls in flight, one at a time per caller or pipelined in streams.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use futures::{StreamExt as _, future::try_join_all};
use remit_proto::v1::{ActRequest, ActResponse, ActionStatus, runtime_client::RuntimeClient};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, metadata::MetadataValue, transport::Channel};

use crate::{Failure, Pace, contract, pace::Watch};

/// How calls travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `Act`: a caller waits for its answer before its next call.
    Unary,
    /// `ActStream`: as many calls under way as the window holds.
    Stream,
}

/// One load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) shape: Shape,
    pub(crate) in_flight: usize,
    pub(crate) connections: usize,
    pub(crate) calls: usize,
}

/// Where to call, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) url: String,
    pub(crate) token: String,
}

impl Door {
    pub(crate) async fn connect(&self) -> Result<RuntimeClient<Channel>, Failure> {
        Ok(RuntimeClient::connect(self.url.clone()).await?)
    }

    pub(crate) fn request<T>(&self, message: T) -> Result<Request<T>, Failure> {
        let mut request = Request::new(message);
        let token: MetadataValue<_> = format!("Bearer {}", self.token).parse()?;
        request.metadata_mut().insert("authorization", token);
        Ok(request)
    }
}

impl Load {
    /// As the table names it.
    pub(crate) fn name(&self) -> String {
        let shape = match self.shape {
            Shape::Unary => "unary",
            Shape::Stream => "stream",
        };
        format!("{shape}, {} in flight on {}", self.in_flight, self.connections)
    }

    /// Makes the calls; says how fast it went and which actions came of it.
    pub(crate) async fn run(self, door: &Door, runs: &[String]) -> Result<(Pace, Vec<String>), Failure> {
        let clients = try_join_all((0..self.connections).map(|_| door.connect())).await?;
        let callers = match self.shape {
            Shape::Unary => self.in_flight,
            Shape::Stream => self.connections,
        };
        let each = self.calls.checked_div(callers).unwrap_or(0);
        let watch = Watch::start()?;
        let callers = clients.into_iter().cycle().take(callers).enumerate().map(|(number, client)| {
            let runs = runs.iter().skip(number).step_by(callers).cloned().collect();
            let caller = Caller { door: door.clone(), client, number, runs, each };
            let window = self.in_flight.checked_div(callers).unwrap_or(1);
            tokio::spawn(async move {
                match self.shape {
                    Shape::Unary => caller.one_by_one().await,
                    Shape::Stream => caller.pipelined(window).await,
                }
            })
        });
        let (mut took, mut actions) = (Vec::with_capacity(self.calls), Vec::with_capacity(self.calls));
        for done in callers.collect::<Vec<_>>() {
            let (mine, its) = done.await??;
            took.extend(mine);
            actions.extend(its);
        }
        Ok((watch.stop(took)?, actions))
    }
}

type Done = (Vec<Duration>, Vec<String>);

/// Somebody who calls.
struct Caller {
    door: Door,
    client: RuntimeClient<Channel>,
    number: usize,
    runs: Vec<String>,
    each: usize,
}

impl Caller {
    /// The n-th call of this caller; its runs take turns.
    fn call(&self, nth: usize) -> ActRequest {
        let run = nth.checked_rem(self.runs.len()).and_then(|turn| self.runs.get(turn));
        let number = self.number.saturating_mul(self.each).saturating_add(nth);
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        ActRequest {
            correlation: u64::try_from(nth).unwrap_or(u64::MAX),
            run: run.cloned().unwrap_or_default(),
            tool: contract::TOOL.to_owned(),
            params_json: contract::params(number),
            idempotency_key: String::new(),
            decision_only: true,
            assertions: Vec::new(),
        }
    }

    async fn one_by_one(mut self) -> Result<Done, Failure> {
        let (mut took, mut actions) = (Vec::with_capacity(self.each), Vec::with_capacity(self.each));
        for nth in 0..self.each {
            let request = self.door.request(self.call(nth))?;
            let started = Instant::now();
            let answer = self.client.act(request).await?.into_inner();
            took.push(started.elapsed());
            actions.push(admitted(answer)?);
        }
        Ok((took, actions))
    }

    async fn pipelined(mut self, window: usize) -> Result<Done, Failure> {
        let (mut took, mut actions) = (Vec::with_capacity(self.each), Vec::with_capacity(self.each));
        let (calls, outgoing) = mpsc::channel(window.max(1));
        let mut sent = HashMap::with_capacity(window);
        let mut next = 0;
        while next < window.min(self.each) {
            sent.insert(next, Instant::now());
            calls.send(self.call(next)).await?;
            next = next.saturating_add(1);
        }
        let request = self.door.request(ReceiverStream::new(outgoing))?;
        let mut answers = self.client.act_stream(request).await?.into_inner();
        while took.len() < self.each {
            let Some(answer) = answers.next().await.transpose()? else { break };
            let nth = usize::try_from(answer.correlation)?;
            took.extend(sent.remove(&nth).map(|at| at.elapsed()));
            actions.push(admitted(answer)?);
            if next < self.each {
                sent.insert(next, Instant::now());
                calls.send(self.call(next)).await?;
                next = next.saturating_add(1);
            }
        }
        Ok((took, actions))
    }
}

/// The action, if it was admitted: every call of the bench must be.
fn admitted(answer: ActResponse) -> Result<String, Failure> {
    if answer.status() == ActionStatus::Admitted {
        return Ok(answer.action);
    }
    Err(format!("not admitted: {answer:?}").into())
}
