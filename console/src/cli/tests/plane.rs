//! A small control plane on a free port: answers each request with what its test has prepared.

use std::{collections::HashMap, pin::Pin};

use futures::stream;
use parking_lot::Mutex;
use remit_core::Digest;
use remit_proto::v1::{
    self as pb,
    control_server::ControlServer,
    operator_server::{Operator, OperatorServer},
};
use tokio::net::TcpListener;
use tokio_stream::{Stream, wrappers::TcpListenerStream};
use tonic::{Request, Response, Status, transport::Server};

use super::switched::{resumes, switch};

mod cost;
mod rollback;

use cost::cost;
pub(super) use rollback::PLAN;
use rollback::{parked, plan, rollback, walked};

pub(super) const TOKEN: &str = "the-right-token";
pub(super) const ACTION: &str = "act_0193a5f2c1d87b3e9c40aa5e9b1c44d0";
pub(super) const RUN: &str = "run_0193a5f2c1d87b3e9c40aa5e11112222";
pub(super) const ESCALATION: &str = "esc_0193a5f2c1d87b3e9c40aa5e33334444";
pub(super) const CONTRACT: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const CONTENT: &str = "{\"amount_minor\":12900}";
const PARAMETERS: &str = "{\"amount_minor\":12900,\"note\":\"\u{202e}odd\\u001b[2J\"}";

/// What the plane answers, and what it was asked.
#[derive(Default)]
pub(super) struct Script {
    /// The parameters that escalations carry, when they are not their action's.
    pub(super) params: Option<String>,
    /// The content of the evidence, when it is not that of its digest.
    pub(super) evidence: Option<String>,
    /// The transaction moves while people think.
    pub(super) moved: bool,
    /// The services.
    pub(super) services: Vec<pb::Service>,
    /// Chains are broken.
    pub(super) broken: bool,
    /// The one contract version.
    pub(super) contract: Option<pb::ContractVersion>,
    /// What the journal holds.
    pub(super) record: Vec<pb::ExportedEvent>,
    /// Steps that a rollback parks.
    pub(super) parked: u32,
    /// Requests that changed something, in words.
    pub(super) asked: Mutex<Vec<String>>,
    /// Answers to `SetSwitch` that get lost before one arrives.
    pub(super) lost: Mutex<u32>,
}

/// The plane's shared part.
#[derive(Clone)]
pub(super) struct Plane(pub(super) std::sync::Arc<Script>);

pub(super) type Answer<T> = Result<Response<T>, Status>;
type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Starts it; returns its endpoint.
pub(super) async fn start(script: Script) -> (String, Plane) {
    let plane = Plane(script.into());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let service = OperatorServer::with_interceptor(plane.clone(), |request: Request<()>| {
        let expected = format!("Bearer {TOKEN}");
        let given = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        if given == Some(&expected) { Ok(request) } else { Err(Status::unauthenticated("unknown token")) }
    });
    tokio::spawn(
        Server::builder()
            .add_service(service)
            .add_service(ControlServer::new(plane.clone()))
            .serve_with_incoming(TcpListenerStream::new(listener)),
    );
    (endpoint, plane)
}

pub(super) fn time(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

/// The digest that the fixture's escalation asks to sign.
pub(super) const SEALED: &str = "ed02848a47afe143b217fb18233a9b48fae48cc79bb952d1b7e51b58ad1950c1";

/// A held payout whose note tries to steer the terminal.
pub(super) fn action() -> pb::Action {
    pb::Action {
        id: ACTION.to_owned(),
        run: RUN.to_owned(),
        service: "refund-decision".to_owned(),
        domain: "payments".to_owned(),
        tool: "payout.create".to_owned(),
        level: pb::Level::Execute.into(),
        status: pb::ActionStatus::Held.into(),
        outcome: pb::Outcome::Escalate.into(),
        reason: "needs_approval".to_owned(),
        clause: pb::Clause::Scope.into(),
        proposed_at: time(1_700_000_000),
        params_json: PARAMETERS.to_owned(),
        params_digest: Digest::of(PARAMETERS.as_bytes()).to_string(),
        cost_micros: 250_000,
        escalation: ESCALATION.to_owned(),
        channel: "mcp".to_owned(),
        ..pb::Action::default()
    }
}

impl Script {
    fn escalation(&self, status: pb::EscalationStatus) -> pb::Escalation {
        pb::Escalation {
            id: ESCALATION.to_owned(),
            action: ACTION.to_owned(),
            run: RUN.to_owned(),
            service: "refund-decision".to_owned(),
            domain: "payments".to_owned(),
            tool: "payout.create".to_owned(),
            rules: vec!["above-autonomous-limit".to_owned()],
            because: vec!["A person decides on amounts above 100.00.".to_owned()],
            groups: vec!["payments-approvers".to_owned()],
            quorum: 1,
            asked_at: time(1_700_000_000),
            deadline: time(1_700_003_600),
            status: status.into(),
            votes: Vec::new(),
            digest: SEALED.to_owned(),
            params_json: self.params.clone().unwrap_or_else(|| PARAMETERS.to_owned()),
            ..pb::Escalation::default()
        }
    }

    fn detail(&self) -> pb::ActionDetail {
        let finding = pb::Finding {
            clause: pb::Clause::Scope.into(),
            outcome: pb::Outcome::Escalate.into(),
            reason: "needs_approval".to_owned(),
            detail: "129.00 is above 100.00".to_owned(),
        };
        let decision = pb::Decision {
            outcome: pb::Outcome::Escalate.into(),
            clause: pb::Clause::Scope.into(),
            reason: "needs_approval".to_owned(),
            sentence: "A person must approve it first.".to_owned(),
            hint: "Wait for the decision.".to_owned(),
            findings: vec![finding],
            retry_after_ms: 0,
        };
        let evidence = pb::EvidenceItem {
            item: "transaction".to_owned(),
            source: "transactions.get".to_owned(),
            action: "act_0193a5f2c1d87b3e9c40aa5e55556666".to_owned(),
            observed_at: time(1_699_999_990),
            digest: Digest::of(CONTENT.as_bytes()).to_string(),
            age_ms: 10_000,
            fresh_for_ms: 300_000,
            content_json: self.evidence.clone().unwrap_or_else(|| CONTENT.to_owned()),
            ..pb::EvidenceItem::default()
        };
        pb::ActionDetail {
            action: Some(action()),
            decision: Some(decision),
            evidence: vec![evidence],
            assertions: vec![pb::Assertion {
                item: "ticket".to_owned(),
                source_uri: "https://desk.example/tickets/977".to_owned(),
                content_json: r#"{"number":977}"#.to_owned(),
                sha256: Digest::of(br#"{"number":977}"#).to_string(),
            }],
            undo: "payout.reverse within 72h".to_owned(),
            contract_version: "1.2.0".to_owned(),
            contract_digest: CONTRACT.to_owned(),
            reserved_micros: 250_000,
            escalation: Some(self.escalation(pb::EscalationStatus::Pending)),
            seq: 41,
            ..pb::ActionDetail::default()
        }
    }

    pub(super) fn note(&self, what: String) {
        self.asked.lock().push(what);
    }
}

pub(super) fn unused<T>() -> Answer<T> {
    Err(Status::unimplemented("no test needs it"))
}

#[tonic::async_trait]
impl Operator for Plane {
    type WatchStateStream = Streamed<pb::StateSnapshot>;
    type WatchDecisionsStream = Streamed<pb::DecisionUpdate>;
    type WatchTraceStream = Streamed<pb::TraceBatch>;
    type StartRollbackStream = Streamed<pb::RollbackProgress>;

    async fn who_am_i(&self, _: Request<pb::WhoAmIRequest>) -> Answer<pb::WhoAmIResponse> {
        Ok(Response::new(pb::WhoAmIResponse::default()))
    }

    async fn watch_state(&self, _: Request<pb::WatchStateRequest>) -> Answer<Self::WatchStateStream> {
        unused()
    }

    async fn watch_decisions(
        &self,
        _: Request<pb::WatchDecisionsRequest>,
    ) -> Answer<Self::WatchDecisionsStream> {
        unused()
    }

    async fn watch_trace(&self, request: Request<pb::WatchTraceRequest>) -> Answer<Self::WatchTraceStream> {
        let record = pb::TraceRecord {
            domain: "payments".to_owned(),
            seq: 41,
            at: time(1_700_000_000),
            kind: "action_decided".to_owned(),
            service: "refund-decision".to_owned(),
            outcome: pb::Outcome::Escalate.into(),
            text: format!("payout.create escalated {}", request.into_inner().filter),
            ..pb::TraceRecord::default()
        };
        let batch = pb::TraceBatch { records: vec![record], lost: 3, hidden: 4 };
        // The stream stays open, as a real one does.
        Ok(Response::new(Box::pin(stream::StreamExt::chain(stream::iter([Ok(batch)]), stream::pending()))))
    }

    async fn list_services(&self, _: Request<pb::ListServicesRequest>) -> Answer<pb::ListServicesResponse> {
        Ok(Response::new(pb::ListServicesResponse { services: self.0.services.clone() }))
    }

    async fn list_runs(&self, _: Request<pb::ListRunsRequest>) -> Answer<pb::ListRunsResponse> {
        unused()
    }

    async fn list_actions(&self, _: Request<pb::ListActionsRequest>) -> Answer<pb::ListActionsResponse> {
        Ok(Response::new(pb::ListActionsResponse { actions: vec![action()] }))
    }

    async fn list_escalations(
        &self,
        _: Request<pb::ListEscalationsRequest>,
    ) -> Answer<pb::ListEscalationsResponse> {
        let escalations = vec![self.0.escalation(pb::EscalationStatus::Pending)];
        Ok(Response::new(pb::ListEscalationsResponse { escalations }))
    }

    async fn list_switches(&self, _: Request<pb::ListSwitchesRequest>) -> Answer<pb::ListSwitchesResponse> {
        let switches = vec![switch("service:refund-decision", pb::Level::Draft.into(), "odd amounts")];
        Ok(Response::new(pb::ListSwitchesResponse { switches }))
    }

    async fn list_domains(&self, _: Request<pb::ListDomainsRequest>) -> Answer<pb::ListDomainsResponse> {
        let payments = pb::Domain {
            name: "payments".to_owned(),
            configured: true,
            currency: "USD".to_owned(),
            reviewed: true,
            approvals: true,
            services: vec!["refund-decision".to_owned()],
            cost: Some(pb::DomainCost {
                spend_day_micros: Some(100_000_000_000),
                calls_hour: Some(20_000),
                ..pb::DomainCost::default()
            }),
            throttle: Some(pb::DomainThrottle {
                identity: "200/s".to_owned(),
                service: String::new(),
                domain: "500/s".to_owned(),
            }),
            file: String::new(),
            practice: Some(pb::DomainPractice { one_in: 20, most_waiting: 5, longest_wait_ms: 600_000 }),
        };
        let access = pb::Domain { name: "access".to_owned(), ..pb::Domain::default() };
        Ok(Response::new(pb::ListDomainsResponse { domains: vec![access, payments] }))
    }

    async fn get_blast(&self, request: Request<pb::GetBlastRequest>) -> Answer<pb::GetBlastResponse> {
        let pb::GetBlastRequest { service, since_ms } = request.into_inner();
        super::blast::touched(service, since_ms).map(Response::new)
    }

    async fn get_attention(&self, _: Request<pb::GetAttentionRequest>) -> Answer<pb::Attention> {
        Ok(Response::new(pb::Attention {
            decided: 6,
            approved: 3,
            median_ms: 19_000,
            practice_right: 2,
            practice_wrong: 1,
            ..Default::default()
        }))
    }

    async fn list_alerts(&self, _: Request<pb::ListAlertsRequest>) -> Answer<pb::ListAlertsResponse> {
        Ok(Response::new(pb::ListAlertsResponse { alerts: super::alerts::standing() }))
    }

    async fn acknowledge(&self, request: Request<pb::AcknowledgeRequest>) -> Answer<pb::AcknowledgeResponse> {
        super::alerts::acknowledged(self, &request.into_inner()).map(Response::new)
    }

    async fn list_audit(&self, request: Request<pb::ListAuditRequest>) -> Answer<pb::ListAuditResponse> {
        Ok(Response::new(super::audit::told(&request.into_inner())))
    }

    async fn get_cost(&self, request: Request<pb::GetCostRequest>) -> Answer<pb::GetCostResponse> {
        let pb::GetCostRequest { of, since_ms, .. } = request.into_inner();
        if of == "ghost" {
            return Err(Status::not_found("there is no domain, service or run `ghost` here"));
        }
        Ok(Response::new(pb::GetCostResponse { nodes: cost(since_ms) }))
    }

    async fn get_books(&self, _: Request<pb::GetBooksRequest>) -> Answer<pb::GetBooksResponse> {
        let account = |account: &str, debits, credits: u64, balance| pb::BookAccount {
            kind: "domain".to_owned(),
            name: "payments".to_owned(),
            window: "day".to_owned(),
            starts: time(1_699_920_000),
            account: account.to_owned(),
            debits_micros: debits,
            credits_micros: credits,
            balance_micros: balance,
            limit_micros: Some(100_000_000_000),
        };
        let missing = if self.0.broken { 250_000 } else { 0 };
        let books = pb::DomainBooks {
            domain: "payments".to_owned(),
            currency: "USD".to_owned(),
            seq: 1041,
            accounts: vec![
                account("available", 0, 750_000, -750_000),
                account("held", 750_000, 500_000, 250_000),
                account("spent", 500_000_u64.saturating_sub(missing), 0, 500_000),
            ],
            debits_micros: 6_250_000_u64.saturating_sub(missing),
            credits_micros: 6_250_000,
            kept: 15,
            differences: if self.0.broken { vec![format!("run {RUN}")] } else { Vec::new() },
        };
        Ok(Response::new(pb::GetBooksResponse { books: vec![books] }))
    }

    async fn get_action(&self, request: Request<pb::GetActionRequest>) -> Answer<pb::ActionDetail> {
        let id = request.into_inner().id;
        if ACTION.ends_with(&id) {
            return Ok(Response::new(self.0.detail()));
        }
        Err(Status::not_found(format!("there is no action `{id}` here")))
    }

    async fn get_run(&self, request: Request<pb::GetRunRequest>) -> Answer<pb::RunDetail> {
        let id = request.into_inner().id;
        let run = RUN.ends_with(&id).then(|| pb::Run { id: RUN.to_owned(), ..pb::Run::default() });
        run.map(|run| Response::new(pb::RunDetail { run: Some(run), ..pb::RunDetail::default() }))
            .ok_or_else(|| Status::not_found(format!("there is no run `{id}` here")))
    }

    async fn claim_escalation(
        &self,
        _: Request<pb::ClaimEscalationRequest>,
    ) -> Answer<pb::ClaimEscalationResponse> {
        unused()
    }

    async fn hand_over(&self, _: Request<pb::HandOverRequest>) -> Answer<pb::HandOverResponse> {
        unused()
    }

    async fn resolve(&self, request: Request<pb::ResolveRequest>) -> Answer<pb::ResolveResponse> {
        let asked = request.into_inner();
        let verdict = asked.verdict();
        self.0.note(format!("resolve {} {verdict:?} {} {}", asked.action, asked.reason, asked.result_json));
        let said = pb::Statement {
            by: "ana".to_owned(),
            verdict: verdict.into(),
            reason: asked.reason,
            result_json: asked.result_json,
            at: time(1_700_000_100),
        };
        let settled =
            if asked.action == ACTION { pb::ActionStatus::Succeeded } else { pb::ActionStatus::InDoubt };
        let action = pb::Action { status: settled.into(), ..action() };
        Ok(Response::new(pb::ResolveResponse { action: Some(action), statements: vec![said], needed: 1 }))
    }

    async fn decide(&self, request: Request<pb::DecideRequest>) -> Answer<pb::DecideResponse> {
        let asked = request.into_inner();
        self.0
            .note(format!("decide {} {} {} {}", asked.escalation, asked.approve, asked.reason, asked.digest));
        let status =
            if asked.approve { pb::EscalationStatus::Approved } else { pb::EscalationStatus::Denied };
        let mut after = self.0.escalation(status);
        after.votes = vec![pb::Vote {
            by: "ana".to_owned(),
            approve: asked.approve,
            reason: asked.reason,
            at: time(1_700_000_100),
            ..pb::Vote::default()
        }];
        if self.0.moved {
            after.status = pb::EscalationStatus::Voided.into();
            after.note = "`transaction` has moved since people were asked".to_owned();
            after.replaced_by = "esc_0193a5f2c1d87b3e9c40aa5e77778888".to_owned();
            after.moved = vec![pb::MovedFact {
                item: "transaction".to_owned(),
                pointer: "/amount_minor".to_owned(),
                was_json: "12900".to_owned(),
                is_json: String::new(),
            }];
        }
        let status = if asked.approve { pb::ActionStatus::Running } else { pb::ActionStatus::Denied };
        let after_action = pb::Action { status: status.into(), ..action() };
        Ok(Response::new(pb::DecideResponse { escalation: Some(after), action: Some(after_action) }))
    }

    async fn set_switch(&self, request: Request<pb::SetSwitchRequest>) -> Answer<pb::SetSwitchResponse> {
        let asked = request.into_inner();
        self.0.note(format!("switch {} {} {}", asked.scope, asked.ceiling, asked.idempotency_id));
        let mut lost = self.0.lost.lock();
        if 0 < *lost {
            *lost = lost.saturating_sub(1);
            return Err(Status::unavailable("the connection broke"));
        }
        Ok(Response::new(pb::SetSwitchResponse {
            switches: vec![switch(&asked.scope, asked.ceiling, &asked.reason)],
            positions: HashMap::from([("payments".to_owned(), 1841), ("access".to_owned(), 77)]),
            containment_us: 3_214,
            in_flight: vec![pb::InFlight {
                action: Some(pb::Action { status: pb::ActionStatus::Running.into(), ..action() }),
                sent: true,
                fate: pb::in_flight::Fate::MayFinish.into(),
            }],
            voided: 2,
        }))
    }

    async fn release_switch(
        &self,
        request: Request<pb::ReleaseSwitchRequest>,
    ) -> Answer<pb::ReleaseSwitchResponse> {
        let asked = request.into_inner();
        self.0.note(format!("release {} {}", asked.target, asked.reason));
        let released = vec![switch(&asked.target, pb::Level::None.into(), "double payouts")];
        let (requested, resumes) = (Vec::new(), resumes());
        Ok(Response::new(pb::ReleaseSwitchResponse { released, requested, resumes }))
    }

    async fn explain_switch(
        &self,
        request: Request<pb::ExplainSwitchRequest>,
    ) -> Answer<pb::ExplainSwitchResponse> {
        let asked = request.into_inner();
        self.0.note(format!("reason {} {} {}", asked.target, asked.reason, asked.review_ms));
        let switches = vec![switch(&asked.target, pb::Level::None.into(), &asked.reason)];
        Ok(Response::new(pb::ExplainSwitchResponse { switches }))
    }

    async fn preview_release(
        &self,
        request: Request<pb::PreviewReleaseRequest>,
    ) -> Answer<pb::ReleasePreview> {
        let switches = vec![switch(&request.into_inner().target, pb::Level::None.into(), "double payouts")];
        Ok(Response::new(pb::ReleasePreview { switches, resumes: resumes() }))
    }

    type FollowInFlightStream = Streamed<pb::InFlight>;

    async fn follow_in_flight(
        &self,
        request: Request<pb::FollowInFlightRequest>,
    ) -> Answer<Self::FollowInFlightStream> {
        let ended = |id: String| pb::InFlight {
            action: Some(pb::Action { id, status: pb::ActionStatus::Succeeded.into(), ..action() }),
            sent: false,
            fate: pb::in_flight::Fate::Ended.into(),
        };
        let rows: Vec<_> = request.into_inner().actions.into_iter().map(|id| Ok(ended(id))).collect();
        Ok(Response::new(Box::pin(futures::stream::iter(rows))))
    }

    async fn plan_rollback(&self, request: Request<pb::PlanRollbackRequest>) -> Answer<pb::RollbackPlan> {
        let asked = request.into_inner();
        if asked.run.is_empty() {
            let mut params: Vec<String> = asked.params.iter().map(|(at, is)| format!("{at}={is}")).collect();
            params.sort();
            let since = asked.since.map(|at| at.seconds).unwrap_or_default();
            let (scope, actions, tool) = (asked.scope, asked.actions.join("+"), asked.tool);
            self.0.note(format!("plan {scope}{actions} since {since} {tool} {}", params.join(" ")));
        }
        Ok(Response::new(plan(&asked.run)))
    }

    async fn get_rollback(&self, request: Request<pb::GetRollbackRequest>) -> Answer<pb::Rollback> {
        Ok(Response::new(rollback(&request.into_inner().plan)))
    }

    async fn list_rollbacks(
        &self,
        _: Request<pb::ListRollbacksRequest>,
    ) -> Answer<pb::ListRollbacksResponse> {
        let rollbacks = vec![pb::Rollback { steps: Vec::new(), ..rollback(PLAN) }];
        Ok(Response::new(pb::ListRollbacksResponse { rollbacks }))
    }

    async fn list_parked(&self, _: Request<pb::ListParkedRequest>) -> Answer<pb::ListParkedResponse> {
        Ok(Response::new(pb::ListParkedResponse { parked: vec![parked()] }))
    }

    type WatchRollbackStream = Streamed<pb::RollbackProgress>;

    async fn watch_rollback(
        &self,
        _: Request<pb::WatchRollbackRequest>,
    ) -> Answer<Self::WatchRollbackStream> {
        unused()
    }

    async fn pause_rollback(&self, request: Request<pb::PauseRollbackRequest>) -> Answer<pb::Rollback> {
        let pb::PauseRollbackRequest { plan, reason } = request.into_inner();
        self.0.note(format!("pause {plan} {reason}"));
        Ok(Response::new(rollback(&plan)))
    }

    async fn resume_rollback(&self, request: Request<pb::ResumeRollbackRequest>) -> Answer<pb::Rollback> {
        let pb::ResumeRollbackRequest { plan, reason } = request.into_inner();
        self.0.note(format!("resume {plan} {reason}"));
        Ok(Response::new(rollback(&plan)))
    }

    async fn skip_step(&self, request: Request<pb::SkipStepRequest>) -> Answer<pb::Rollback> {
        let pb::SkipStepRequest { plan, action, reason } = request.into_inner();
        self.0.note(format!("skip {plan} {action} {reason}"));
        Ok(Response::new(rollback(&plan)))
    }

    async fn start_rollback(
        &self,
        request: Request<pb::StartRollbackRequest>,
    ) -> Answer<Self::StartRollbackStream> {
        let asked = request.into_inner();
        self.0.note(format!("rollback {} {} {}", asked.plan, asked.digest, asked.reason));
        Ok(Response::new(Box::pin(stream::iter(walked(self.0.parked).map(Ok)))))
    }

    type ExportStream = Streamed<pb::ExportBatch>;

    async fn export(&self, request: Request<pb::ExportRequest>) -> Answer<Self::ExportStream> {
        self.0.note(format!("export {}", request.into_inner().service));
        let batch = pb::ExportBatch { events: self.0.record.clone() };
        Ok(Response::new(Box::pin(stream::iter([Ok(batch)]))))
    }

    async fn verify(&self, _: Request<pb::VerifyRequest>) -> Answer<pb::VerifyResponse> {
        let domain = pb::DomainVerification {
            domain: "payments".to_owned(),
            events: 41,
            head: CONTRACT.to_owned(),
            ok: !self.0.broken,
            problem: if self.0.broken { "event 7 does not follow event 6" } else { "" }.to_owned(),
            ..pb::DomainVerification::default()
        };
        Ok(Response::new(pb::VerifyResponse { domains: vec![domain], ok: !self.0.broken }))
    }

    async fn create_token(
        &self,
        request: Request<pb::CreateTokenRequest>,
    ) -> Answer<pb::CreateTokenResponse> {
        let asked = request.into_inner();
        let (kind, subject) = match asked.subject.unwrap() {
            pb::create_token_request::Subject::Service(name) => ("service", name),
            pb::create_token_request::Subject::Operator(name) => ("operator", name),
        };
        let token = pb::Token {
            id: "cred_0193a5f2c1d87b3e9c40aa5eaaaabbbb".to_owned(),
            kind: kind.to_owned(),
            subject,
            groups: asked.groups,
            ..pb::Token::default()
        };
        Ok(Response::new(pb::CreateTokenResponse { token: Some(token), secret: "remit_secret".to_owned() }))
    }

    async fn revoke_token(&self, _: Request<pb::RevokeTokenRequest>) -> Answer<pb::RevokeTokenResponse> {
        unused()
    }

    async fn list_tokens(&self, _: Request<pb::ListTokensRequest>) -> Answer<pb::ListTokensResponse> {
        unused()
    }

    async fn who(&self, _: Request<pb::WhoRequest>) -> Answer<pb::WhoResponse> {
        unused()
    }
}
