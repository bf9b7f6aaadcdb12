//! Commands and questions: each answered once, with a deadline; a command is never repeated by itself.

use std::sync::Arc;
use std::time::Duration;

use remit_proto::v1::{
    AcknowledgeRequest, ClaimEscalationRequest, DecideRequest, ExplainSwitchRequest, GetActionRequest,
    GetAttentionRequest, GetBlastRequest, GetCostRequest, GetRollbackRequest, GetRunRequest, HandOverRequest,
    ListAuditRequest, ListContractsRequest, ListParkedRequest, ListRunsRequest, PlanRollbackRequest,
    PreviewReleaseRequest, ReleaseSwitchRequest, ResolveRequest, SetSwitchRequest, StartRollbackRequest,
    SwitchMode, Verdict, WhoAmIResponse,
};
use tokio::sync::mpsc;
use tonic::{Request as Call, Status};

use super::super::event::{Answer, Command, Event, Fetch, Fetched};
use super::{Request, follow, is_uncertain, never_left, sentence};
use crate::approver::Approver;
use crate::connect::{ControlClient, OperatorClient, stop::Lines};
use crate::versions;

/// After this an unanswered command is reported as unknown.
const COMMAND_DEADLINE: Duration = Duration::from_secs(10);
/// After this an unanswered question has failed.
const FETCH_DEADLINE: Duration = Duration::from_secs(5);
/// A rollback may compensate many steps.
const ROLLBACK_DEADLINE: Duration = Duration::from_mins(10);
/// How far a service's page looks back at what it has touched.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// Entries of the audit on its page.
const DEEDS: u32 = 1_000;
/// Runs listed on a service's page.
const RUNS: u32 = 200;

/// The two faces of the control plane that answer questions.
#[derive(Clone)]
pub(super) struct Asking {
    pub(super) operator: OperatorClient,
    pub(super) control: ControlClient,
}

/// What commands go over.
#[derive(Clone, Debug)]
pub(super) struct Acting {
    pub(super) operator: OperatorClient,
    /// A stop takes whichever line answers.
    pub(super) lines: Lines,
    /// Signs approvals.
    pub(super) approver: Arc<Approver>,
}

/// Serves requests until the screen is gone. Every request runs by itself: a slow one delays no other.
pub(super) async fn run(
    acting: Acting,
    asking: Asking,
    mut requests: mpsc::UnboundedReceiver<Request>,
    replies: mpsc::Sender<Event>,
) {
    while let Some(request) = requests.recv().await {
        let replies = replies.clone();
        match request {
            Request::Send { id, idempotency_id, command } => {
                tracing::info!(id, idempotency_id, "command leaves");
                tokio::spawn(send(acting.clone(), id, (idempotency_id, command), replies));
            }
            Request::Follow { id, actions } => {
                tokio::spawn(follow::run(asking.operator.clone(), id, actions, replies));
            }
            Request::Fetch(fetch) => {
                tokio::spawn(answer(asking.clone(), fetch, replies));
            }
        }
    }
}

async fn send(
    Acting { operator: mut client, lines, approver }: Acting,
    id: u64,
    (idempotency_id, command): (String, Command),
    replies: mpsc::Sender<Event>,
) {
    let outcome = match command {
        Command::Decide { escalation, digest, approve, reason, shown, not_inspectable, who } => {
            let signature = String::new();
            let request = DecideRequest {
                escalation,
                approve,
                reason,
                digest,
                idempotency_id,
                shown,
                signature,
                not_inspectable,
            };
            decide(&mut client, request, (&approver, &who)).await
        }
        Command::HandOver { escalation, to, note } => {
            hand_over(&mut client, HandOverRequest { escalation, to, note }).await
        }
        Command::Acknowledge { alert, reason } => acknowledge(&mut client, alert, reason).await,
        Command::SetSwitch { scope, ceiling, reason, cancel } => {
            let request = SetSwitchRequest {
                scope,
                ceiling: ceiling.into(),
                reason,
                idempotency_id,
                mode: if cancel { SwitchMode::Cancel } else { SwitchMode::Finish }.into(),
                ..SetSwitchRequest::default()
            };
            let set = lines.set_switch(request, COMMAND_DEADLINE).await;
            set.map(|(reply, _)| Answer::Set(reply))
        }
        Command::Explain { target, reason, review_ms } => {
            let request = ExplainSwitchRequest { target, reason, review_ms, owner: String::new() };
            let reply = client.explain_switch(timed(request, COMMAND_DEADLINE)).await;
            reply.map(|reply| Answer::Explained(reply.into_inner()))
        }
        Command::Release { target, reason } => client
            .release_switch(timed(ReleaseSwitchRequest { target, reason, idempotency_id }, COMMAND_DEADLINE))
            .await
            .map(|reply| Answer::Released(reply.into_inner())),
        Command::PlanRollback { of, since_ms } => client
            .plan_rollback(timed(plan_request(of, since_ms), COMMAND_DEADLINE))
            .await
            .map(|reply| Answer::Planned(Box::new(reply.into_inner()))),
        Command::Resolve { action, happened, reason, result_json } => {
            let verdict = if happened { Verdict::Happened } else { Verdict::DidNotHappen }.into();
            let request = ResolveRequest { action, verdict, reason, result_json, idempotency_id };
            let reply = client.resolve(timed(request, COMMAND_DEADLINE)).await;
            reply.map(|reply| Answer::Resolved(Box::new(reply.into_inner())))
        }
        Command::StartRollback { plan, digest, reason } => {
            let request = StartRollbackRequest { plan, digest, reason, idempotency_id };
            roll_back(&mut client, request, id, &replies).await
        }
    };
    let answer = outcome.unwrap_or_else(|status| {
        tracing::warn!(id, %status, "command failed");
        if is_uncertain(&status) {
            Answer::Unknown(sentence(&status))
        } else if never_left(&status) {
            Answer::Refused(format!("nothing was sent: {}", sentence(&status)))
        } else {
            Answer::Refused(sentence(&status))
        }
    });
    // Without a screen nobody waits for the answer.
    let _ = replies.send(Event::Answered { id, answer }).await;
}

async fn hand_over(client: &mut OperatorClient, request: HandOverRequest) -> Result<Answer, Status> {
    let reply = client.hand_over(timed(request, COMMAND_DEADLINE)).await?.into_inner();
    Ok(Answer::HandedOver(Box::new(reply.escalation.unwrap_or_default())))
}

async fn acknowledge(client: &mut OperatorClient, alert: String, reason: String) -> Result<Answer, Status> {
    let request = AcknowledgeRequest { alert, reason };
    let reply = client.acknowledge(timed(request, COMMAND_DEADLINE)).await?.into_inner();
    Ok(Answer::Acknowledged(Box::new(reply.alert.unwrap_or_default())))
}

/// Signs what is to be signed, and answers.
async fn decide(
    client: &mut OperatorClient,
    mut request: DecideRequest,
    (approver, who): (&Approver, &WhoAmIResponse),
) -> Result<Answer, Status> {
    match approver.endorse(&mut request, who) {
        Ok(()) => {
            let reply = client.decide(timed(request, COMMAND_DEADLINE)).await?;
            Ok(Answer::Decided(Box::new(reply.into_inner())))
        }
        // Nothing was sent.
        Err(failure) => Ok(Answer::Refused(failure.to_string())),
    }
}

fn plan_request(of: String, since_ms: Option<i64>) -> PlanRollbackRequest {
    let since = since_ms.map(|ms| prost_types::Timestamp { seconds: ms.div_euclid(1_000), nanos: 0 });
    match of.strip_prefix("run:") {
        Some(run) => PlanRollbackRequest { run: run.to_owned(), since, ..PlanRollbackRequest::default() },
        None => PlanRollbackRequest { scope: of, since, ..PlanRollbackRequest::default() },
    }
}

/// Passes each step on as it comes; the last message is the answer.
async fn roll_back(
    client: &mut OperatorClient,
    request: StartRollbackRequest,
    id: u64,
    replies: &mpsc::Sender<Event>,
) -> Result<Answer, Status> {
    let mut steps = client.start_rollback(timed(request, ROLLBACK_DEADLINE)).await?.into_inner();
    while let Some(step) = steps.message().await? {
        let done = step.done;
        let answer = Answer::Step(Box::new(step));
        if done {
            return Ok(answer);
        }
        // Without a screen the rollback still goes on at the server.
        let _ = replies.send(Event::Answered { id, answer }).await;
    }
    Err(Status::unavailable("the stream ended before the rollback did"))
}

async fn answer(asking: Asking, fetch: Fetch, replies: mpsc::Sender<Event>) {
    let event = match ask(asking, fetch.clone()).await {
        Ok(fetched) => Event::Fetched(fetched),
        Err(status) => Event::FetchFailed { fetch, sentence: sentence(&status) },
    };
    // Without a screen nobody waits for the answer.
    let _ = replies.send(event).await;
}

async fn ask(Asking { operator: mut client, mut control }: Asking, fetch: Fetch) -> Result<Fetched, Status> {
    match fetch {
        Fetch::Runs(service) => client
            .list_runs(timed(
                ListRunsRequest { service: service.clone(), open_only: false, limit: RUNS },
                FETCH_DEADLINE,
            ))
            .await
            .map(|reply| Fetched::Runs(service, reply.into_inner())),
        Fetch::Run(id) => client
            .get_run(timed(GetRunRequest { id }, FETCH_DEADLINE))
            .await
            .map(|reply| Fetched::Run(Box::new(reply.into_inner()))),
        Fetch::Action(id) => client
            .get_action(timed(GetActionRequest { id }, FETCH_DEADLINE))
            .await
            .map(|reply| Fetched::Action(Box::new(reply.into_inner()))),
        Fetch::Rollback(plan) => client
            .get_rollback(timed(GetRollbackRequest { plan }, FETCH_DEADLINE))
            .await
            .map(|reply| Fetched::Rollback(Box::new(reply.into_inner()))),
        Fetch::Parked => client
            .list_parked(timed(ListParkedRequest {}, FETCH_DEADLINE))
            .await
            .map(|reply| Fetched::Parked(reply.into_inner().parked)),
        Fetch::Versions => control
            .list_contracts(timed(ListContractsRequest::default(), FETCH_DEADLINE))
            .await
            .map(|reply| Fetched::Versions(reply.into_inner().contracts)),
        Fetch::Version(name) => {
            let compared = versions::compare(control, name, FETCH_DEADLINE).await?;
            Ok(Fetched::Version(Box::new(compared)))
        }
        Fetch::Preview(target) => client
            .preview_release(timed(PreviewReleaseRequest { target: target.clone() }, FETCH_DEADLINE))
            .await
            .map(|reply| Fetched::Preview(target, reply.into_inner())),
        Fetch::Blast(service) => client
            .get_blast(timed(GetBlastRequest { service, since_ms: DAY_MS }, FETCH_DEADLINE))
            .await
            .map(|reply| Fetched::Blast(Box::new(reply.into_inner()))),
        Fetch::Attention => {
            let request = timed(GetAttentionRequest {}, FETCH_DEADLINE);
            client.get_attention(request).await.map(|reply| Fetched::Attention(reply.into_inner()))
        }
        Fetch::Claim(escalation) => {
            let request = timed(ClaimEscalationRequest { escalation, leave: false }, FETCH_DEADLINE);
            client.claim_escalation(request).await.map(|_| Fetched::Claimed)
        }
        Fetch::Audit(filter) => {
            let request = ListAuditRequest { filter: filter.clone(), limit: DEEDS };
            let reply = client.list_audit(timed(request, FETCH_DEADLINE)).await;
            reply.map(|reply| Fetched::Audit(filter, reply.into_inner()))
        }
        Fetch::Cost => client
            .get_cost(timed(GetCostRequest { open_runs: true, ..GetCostRequest::default() }, FETCH_DEADLINE))
            .await
            .map(|reply| Fetched::Cost(reply.into_inner().nodes)),
    }
}

fn timed<T>(message: T, deadline: Duration) -> Call<T> {
    let mut call = Call::new(message);
    call.set_timeout(deadline);
    call
}
