//! The clients of a test: a service that acts and a person who operates, over gRPC.

use futures::{StreamExt as _, TryStreamExt as _};
use remit_proto::v1::{
    self as pb, ActResponse, ActionStatus, operator_client::OperatorClient, runtime_client::RuntimeClient,
};
use serde_json::{Value, json};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};

use crate::{
    contracts::{REFUNDS, WORKFLOW},
    site::PATIENCE,
    upstream,
};

/// Where the ticket comes from that a service names with a refund.
pub const TICKET: &str = "https://desk.example/tickets/7";

/// Adds a token to every call.
#[derive(Clone, Debug)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        Ok(request)
    }
}

type Wire = InterceptedService<Channel, Bearer>;

async fn wire(url: &str, token: &str) -> Wire {
    try_wire(url, token).await.unwrap()
}

async fn try_wire(url: &str, token: &str) -> Result<Wire, Status> {
    let channel = Endpoint::from_shared(url.to_owned()).unwrap().connect().await;
    let channel = channel.map_err(|error| Status::unavailable(error.to_string()))?;
    let bearer = (!token.is_empty()).then(|| format!("Bearer {token}").parse().unwrap());
    Ok(InterceptedService::new(channel, Bearer(bearer)))
}

/// The stable code beside a gRPC error.
pub fn reason(status: &Status) -> &str {
    status.metadata().get("remit-reason").map_or("", |reason| reason.to_str().unwrap())
}

/// The hint beside it.
pub fn hint(status: &Status) -> &str {
    status.metadata().get("remit-hint").map_or("", |hint| hint.to_str().unwrap())
}

/// The parameters that refund a sale in full or in part.
pub fn payout(sale: &str, amount_minor: i64) -> Value {
    json!({
        "transaction_id": sale, "amount_minor": amount_minor, "currency": "USD",
        "account": upstream::account(sale),
    })
}

/// A service that acts.
#[derive(Clone, Debug)]
pub struct Agent {
    /// The generated client.
    pub runtime: RuntimeClient<Wire>,
    /// Its token.
    pub token: String,
}

impl Agent {
    /// Connects; an empty token is none at all.
    pub async fn connect(url: &str, token: &str) -> Self {
        Self { runtime: RuntimeClient::new(wire(url, token).await), token: token.to_owned() }
    }

    /// The same where nobody may be there any more.
    ///
    /// # Errors
    /// When nobody is.
    pub async fn try_connect(url: &str, token: &str) -> Result<Self, Status> {
        Ok(Self { runtime: RuntimeClient::new(try_wire(url, token).await?), token: token.to_owned() })
    }

    /// Starts a run of the refund service.
    pub async fn run(&mut self, name: &str) -> String {
        self.try_run(REFUNDS, name).await.unwrap()
    }

    /// Starts a run, or says why not.
    ///
    /// # Errors
    /// What the control plane answers.
    pub async fn try_run(&mut self, service: &str, name: &str) -> Result<String, Status> {
        let workflow = if service == REFUNDS { WORKFLOW } else { "" };
        self.try_declared(service, name, workflow, "").await
    }

    /// Starts a run that declares its workflow and its request, or says why not.
    ///
    /// # Errors
    /// What the control plane answers.
    pub async fn try_declared(
        &mut self,
        service: &str,
        name: &str,
        workflow: &str,
        request: &str,
    ) -> Result<String, Status> {
        let request = pb::StartRunRequest {
            service: service.to_owned(),
            name: name.to_owned(),
            workflow: workflow.to_owned(),
            request_json: request.to_owned(),
        };
        Ok(self.runtime.start_run(request).await?.into_inner().run)
    }

    /// Proposes an action and waits for its end, or for a person.
    pub async fn act(&mut self, run: &str, tool: &str, params: &Value) -> ActResponse {
        self.try_act(run, tool, &params.to_string()).await.unwrap()
    }

    /// The same, with any text as parameters.
    ///
    /// # Errors
    /// What the control plane answers when it has nothing to decide.
    pub async fn try_act(&mut self, run: &str, tool: &str, params: &str) -> Result<ActResponse, Status> {
        let request = pb::ActRequest {
            run: run.to_owned(),
            tool: tool.to_owned(),
            params_json: params.to_owned(),
            assertions: said_with(tool),
            ..pb::ActRequest::default()
        };
        Ok(self.runtime.act(request).await?.into_inner())
    }

    /// Proposes to read a sale.
    pub async fn look(&mut self, run: &str, sale: &str) -> ActResponse {
        self.act(run, "transactions.get", &json!({ "transaction_id": sale })).await
    }

    /// Reads what the contract wants to be known before a refund.
    pub async fn look_up(&mut self, run: &str, sale: &str) {
        for tool in ["transactions.get", "eligibility.check"] {
            let read = self.act(run, tool, &json!({ "transaction_id": sale })).await;
            assert_eq!(read.status(), ActionStatus::Succeeded, "{read:?}");
        }
    }

    /// Reads, then refunds a sale.
    pub async fn refund(&mut self, run: &str, sale: &str, amount_minor: i64) -> ActResponse {
        self.look_up(run, sale).await;
        self.act(run, "payout.create", &payout(sale, amount_minor)).await
    }

    /// Waits for the end of an action.
    pub async fn end_of(&mut self, action: &str) -> ActResponse {
        let request = pb::AwaitActionRequest { action: action.to_owned(), timeout_ms: 30_000 };
        self.runtime.await_action(request).await.unwrap().into_inner()
    }
}

/// What the refund contract wants the service to say itself with a call.
pub fn said_with(tool: &str) -> Vec<pb::Assertion> {
    let ticket = pb::Assertion {
        item: "ticket".to_owned(),
        source_uri: TICKET.to_owned(),
        content_json: r#"{"number":7}"#.to_owned(),
        sha256: String::new(),
    };
    if tool == "payout.create" { vec![ticket] } else { Vec::new() }
}

/// A person who operates.
#[derive(Clone, Debug)]
pub struct Operator(pub OperatorClient<Wire>);

impl Operator {
    /// Connects.
    pub async fn connect(url: &str, token: &str) -> Self {
        Self(OperatorClient::new(wire(url, token).await))
    }

    /// A new token for a service.
    pub async fn service_token(&mut self, service: &str) -> String {
        self.token(pb::create_token_request::Subject::Service(service.to_owned()), &[]).await.1
    }

    /// A new token for a service that only acts, in this run alone where one is named.
    ///
    /// # Errors
    /// What the control plane answers.
    pub async fn acting_token(&mut self, service: &str, run: &str) -> Result<String, Status> {
        let request = pb::CreateTokenRequest {
            subject: Some(pb::create_token_request::Subject::Service(service.to_owned())),
            act_only: true,
            run: run.to_owned(),
            ..Default::default()
        };
        Ok(self.0.create_token(request).await?.into_inner().secret)
    }

    /// A new token for somebody in these groups.
    pub async fn person_token(&mut self, name: &str, groups: &[&str]) -> String {
        self.token(pb::create_token_request::Subject::Operator(name.to_owned()), groups).await.1
    }

    /// A new token: its id and its secret.
    pub async fn token(
        &mut self,
        subject: pb::create_token_request::Subject,
        groups: &[&str],
    ) -> (String, String) {
        let groups = groups.iter().map(ToString::to_string).collect();
        let request = pb::CreateTokenRequest { subject: Some(subject), groups, ..Default::default() };
        let made = self.0.create_token(request).await.unwrap().into_inner();
        (made.token.unwrap().id, made.secret)
    }

    /// The escalations that wait.
    pub async fn pending(&mut self) -> Vec<pb::Escalation> {
        let request = pb::ListEscalationsRequest { pending_only: true, ..Default::default() };
        self.0.list_escalations(request).await.unwrap().into_inner().escalations
    }

    /// Answers an escalation, with the digest that it carries.
    ///
    /// # Errors
    /// What the control plane answers.
    pub async fn answer(
        &mut self,
        escalation: &pb::Escalation,
        approve: bool,
    ) -> Result<pb::DecideResponse, Status> {
        let request = pb::DecideRequest {
            escalation: escalation.id.clone(),
            approve,
            reason: "looked at the receipts".to_owned(),
            digest: escalation.digest.clone(),
            idempotency_id: String::new(),
            ..pb::DecideRequest::default()
        };
        Ok(self.0.decide(request).await?.into_inner())
    }

    /// Sets a ceiling.
    pub async fn ceiling(&mut self, scope: &str, ceiling: pb::Level) -> pb::SetSwitchResponse {
        let request = pb::SetSwitchRequest {
            scope: scope.to_owned(),
            ceiling: ceiling.into(),
            reason: "something is wrong".to_owned(),
            ..pb::SetSwitchRequest::default()
        };
        self.0.set_switch(request).await.unwrap().into_inner()
    }

    /// Lifts the ceilings at a scope.
    pub async fn release(&mut self, scope: &str) -> pb::ReleaseSwitchResponse {
        let request = pb::ReleaseSwitchRequest {
            target: scope.to_owned(),
            reason: "the cause was found and mended".to_owned(),
            idempotency_id: String::new(),
        };
        self.0.release_switch(request).await.unwrap().into_inner()
    }

    /// Everything about one action.
    pub async fn action(&mut self, id: &str) -> pb::ActionDetail {
        self.0.get_action(pb::GetActionRequest { id: id.to_owned() }).await.unwrap().into_inner()
    }

    /// Everything about one run.
    pub async fn run(&mut self, id: &str) -> pb::RunDetail {
        self.0.get_run(pb::GetRunRequest { id: id.to_owned() }).await.unwrap().into_inner()
    }

    /// Says what became of an action in doubt.
    ///
    /// # Errors
    /// What the control plane answers.
    pub async fn resolve(
        &mut self,
        action: &str,
        verdict: pb::Verdict,
        result: &str,
    ) -> Result<pb::ResolveResponse, Status> {
        let request = pb::ResolveRequest {
            action: action.to_owned(),
            verdict: verdict.into(),
            reason: "looked at the bank's statement".to_owned(),
            result_json: result.to_owned(),
            idempotency_id: String::new(),
        };
        Ok(self.0.resolve(request).await?.into_inner())
    }

    /// A rollback as it stands.
    pub async fn rollback(&mut self, plan: &str) -> pb::Rollback {
        self.0.get_rollback(pb::GetRollbackRequest { plan: plan.to_owned() }).await.unwrap().into_inner()
    }

    /// Starts a plan as it was shown, and follows it until it is closed or waits for people.
    ///
    /// # Errors
    /// What the control plane answers.
    pub async fn undo(&mut self, plan: &pb::RollbackPlan) -> Result<Vec<pb::RollbackProgress>, Status> {
        let request = pb::StartRollbackRequest {
            plan: plan.id.clone(),
            digest: plan.digest.clone(),
            reason: "the whole case was wrong".to_owned(),
            idempotency_id: String::new(),
        };
        let stream = self.0.start_rollback(request).await?.into_inner();
        tokio::time::timeout(PATIENCE, stream.try_collect()).await.expect("it comes to rest")
    }

    /// Follows a rollback from now on until it is closed or waits for people.
    pub async fn undone(&mut self, plan: &str) -> Vec<pb::RollbackProgress> {
        let request = pb::WatchRollbackRequest { plan: plan.to_owned() };
        let stream = self.0.watch_rollback(request).await.unwrap().into_inner();
        let seen: Result<_, Status> =
            tokio::time::timeout(PATIENCE, stream.try_collect()).await.expect("it comes to rest");
        seen.unwrap()
    }

    /// What people have to take over.
    pub async fn parked(&mut self) -> Vec<pb::Parked> {
        self.0.list_parked(pb::ListParkedRequest {}).await.unwrap().into_inner().parked
    }

    /// Takes a step out of a rollback.
    ///
    /// # Errors
    /// What the control plane answers.
    pub async fn skip(&mut self, plan: &str, action: &str) -> Result<pb::Rollback, Status> {
        let (plan, action, reason) = (plan.to_owned(), action.to_owned(), "taken back by hand".to_owned());
        Ok(self.0.skip_step(pb::SkipStepRequest { plan, action, reason }).await?.into_inner())
    }

    /// Asserts that every chain holds, and returns how many events each domain has.
    pub async fn verify(&mut self) -> Vec<(String, u64)> {
        let verified = self.0.verify(pb::VerifyRequest {}).await.unwrap().into_inner();
        assert!(verified.ok, "{verified:?}");
        verified.domains.into_iter().map(|domain| (domain.domain, domain.events)).collect()
    }

    /// Every event of a service's domain.
    pub async fn export(&mut self, service: &str) -> Vec<pb::ExportedEvent> {
        let request = pb::ExportRequest { service: service.to_owned() };
        let mut batches = self.0.export(request).await.unwrap().into_inner();
        let mut events = Vec::new();
        while let Some(batch) = batches.next().await {
            events.extend(batch.unwrap().events);
        }
        events
    }

    /// The newest runs of a service, at most a thousand.
    pub async fn runs(&mut self, service: &str) -> Vec<pb::Run> {
        let request = pb::ListRunsRequest { service: service.to_owned(), open_only: false, limit: 1_000 };
        self.0.list_runs(request).await.unwrap().into_inner().runs
    }

    /// Follows the journal of this run until a record of this kind comes.
    pub async fn seen(&mut self, run: &str, kind: &str) -> pb::TraceRecord {
        self.seen_of(run, |record| record.kind == kind).await
    }

    /// Follows the journal of this run until a record of this kind comes that fits.
    pub async fn seen_of(&mut self, run: &str, fits: impl Fn(&pb::TraceRecord) -> bool) -> pb::TraceRecord {
        let request = pb::WatchTraceRequest { run: run.to_owned(), backlog: 1_000, ..Default::default() };
        let mut trace = self.0.watch_trace(request).await.unwrap().into_inner();
        let look = async {
            while let Some(batch) = trace.next().await {
                if let Some(record) = batch.unwrap().records.into_iter().find(|record| fits(record)) {
                    return record;
                }
            }
            panic!("the trace ended without it")
        };
        tokio::time::timeout(PATIENCE, look).await.expect("the record comes")
    }
}
