//! The agents' tools over gRPC, and how every run is ended.

use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr as _};
use remit_proto::v1::{self, ActionStatus, Outcome, runtime_client::RuntimeClient as Generated};
use serde_json::Value;
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

use super::{
    answer::{self, Answer, Refusal},
    attempt::Saying,
};
use crate::cli::{
    demo::{case::Case, world::World},
    words,
};

/// The generated client, with the service's token on every call.
pub(crate) type RuntimeClient = Generated<InterceptedService<Channel, ServiceToken>>;

/// Adds the service's token to every call.
#[derive(Clone)]
pub(crate) struct ServiceToken(MetadataValue<Ascii>);

impl Interceptor for ServiceToken {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// A client for a service's agents, over the connection that all of them share.
///
/// # Errors
/// The token cannot be a header.
pub(crate) fn client(world: &World, service: &'static str) -> Result<RuntimeClient, Report> {
    with_token(world, world.agents_token(service))
}

fn with_token(world: &World, token: &str) -> Result<RuntimeClient, Report> {
    let mut value: MetadataValue<Ascii> = format!("Bearer {token}").parse()?;
    value.set_sensitive(true);
    Ok(Generated::with_interceptor(world.channel.clone(), ServiceToken(value)))
}

/// Starts a run and returns its identity: the part of the program that takes cases in, not of an agent, whose token
/// starts none.
///
/// # Errors
/// The control plane does not answer or refuses.
pub(crate) async fn start(world: &World, case: &Case) -> Result<String, Report> {
    let mut client = with_token(world, world.intake_token(case.service()))?;
    let request = v1::StartRunRequest {
        service: case.service().to_owned(),
        name: case.name.clone(),
        workflow: case.workflow().to_owned(),
        request_json: case.request().to_string(),
    };
    Ok(client.start_run(request).await.wrap_err("start a run")?.into_inner().run)
}

/// Proposes one action.
///
/// # Errors
/// The connection broke, or the server refused the call itself.
pub(crate) async fn act(
    client: &mut RuntimeClient,
    run: String,
    (tool, params): (&str, &Value),
    says: Option<&Saying>,
) -> Result<Answer, Report> {
    let request = v1::ActRequest {
        run,
        tool: tool.to_owned(),
        params_json: params.to_string(),
        assertions: says.map(assertion).into_iter().collect(),
        ..v1::ActRequest::default()
    };
    let answer = client.act(request).await.wrap_err_with(|| format!("call {tool}"))?.into_inner();
    Ok(read(&answer))
}

fn assertion(says: &Saying) -> v1::Assertion {
    v1::Assertion {
        item: says.item.to_owned(),
        source_uri: says.source.clone(),
        content_json: says.content.to_string(),
        sha256: String::new(),
    }
}

/// Waits for an action that is held, at most so long.
///
/// # Errors
/// The connection broke, or the server refused the call itself.
pub(crate) async fn wait(
    client: &mut RuntimeClient,
    action: String,
    most: Duration,
) -> Result<Answer, Report> {
    let timeout_ms = u32::try_from(most.as_millis()).unwrap_or(u32::MAX);
    let request = v1::AwaitActionRequest { action, timeout_ms };
    Ok(read(&client.await_action(request).await.wrap_err("wait for an action")?.into_inner()))
}

/// Ends a run; one that has ended is ended.
///
/// # Errors
/// The control plane cannot be reached, or refuses.
pub(crate) async fn end(client: &mut RuntimeClient, run: String, reason: &str) -> Result<(), Report> {
    let request = v1::EndRunRequest { run, reason: reason.to_owned() };
    client.end_run(request).await.wrap_err("end the run")?;
    Ok(())
}

fn read(response: &v1::ActResponse) -> Answer {
    let decision = response.decision.clone().unwrap_or_default();
    let wait = (decision.retry_after_ms != 0).then(|| Duration::from_millis(decision.retry_after_ms));
    match response.status() {
        ActionStatus::Succeeded | ActionStatus::Undone => {
            Answer::Done(serde_json::from_str(&response.result_json).unwrap_or_default())
        }
        ActionStatus::Held => Answer::Held { action: response.action.clone(), wait: answer::bounded(wait) },
        // The decision is still the one that asked people.
        ActionStatus::Denied | ActionStatus::Lapsed if decision.outcome() == Outcome::Escalate => {
            Answer::Refused(Refusal::unanswered())
        }
        ActionStatus::Denied | ActionStatus::Lapsed => Answer::Refused(Refusal {
            outcome: words::outcome(decision.outcome),
            reason: decision.reason,
            hint: decision.hint,
            wait,
        }),
        ActionStatus::Unspecified
        | ActionStatus::Proposed
        | ActionStatus::Approved
        | ActionStatus::Admitted
        | ActionStatus::Running
        | ActionStatus::Failed
        | ActionStatus::InDoubt => Answer::Unsettled { status: words::action_status(response.status) },
    }
}
