//! The face that people use: authenticates the person, then delegates; holds no rule.

use std::{pin::Pin, sync::Arc};

use futures::Stream;
use remit_proto::v1::{self as pb, operator_server};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::{
    alerts, attention, audit, blast, books, control, cost, detail, domains, export, key, lift, person, query,
    resolve, rollback, sharing, state, switch, token, verify, watch, who,
};
use crate::plane::Plane;

pub(super) struct Operator {
    pub(super) plane: Arc<Plane>,
    pub(super) stop: CancellationToken,
}

type Answer<T> = Result<Response<T>, Status>;
pub(super) type Updates<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl operator_server::Operator for Operator {
    async fn who_am_i(&self, request: Request<pb::WhoAmIRequest>) -> Answer<pb::WhoAmIResponse> {
        let person = person(&self.plane, &request)?;
        let key = key::registered(self.plane.control().map_err(Status::from)?, &person);
        Ok(Response::new(pb::WhoAmIResponse {
            plane: self.plane.identity().map_err(Status::from)?.to_string(),
            key: key.map(|(name, _)| name.to_string()).unwrap_or_default(),
            operator: person.name,
            groups: person.groups.iter().map(ToString::to_string).collect(),
            environment: self.plane.environment.clone(),
            server_version: env!("CARGO_PKG_VERSION").to_owned(),
            domains: self.plane.business().map(|ward| ward.domain.name().to_string()).collect(),
        }))
    }

    async fn who(&self, request: Request<pb::WhoRequest>) -> Answer<pb::WhoResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(who::who(&self.plane, &request.into_inner().service)?))
    }

    type WatchStateStream = Updates<pb::StateSnapshot>;

    async fn watch_state(&self, request: Request<pb::WatchStateRequest>) -> Answer<Self::WatchStateStream> {
        person(&self.plane, &request)?;
        Ok(Response::new(watch::state(Arc::clone(&self.plane), self.stop.clone())))
    }

    type WatchDecisionsStream = Updates<pb::DecisionUpdate>;

    async fn watch_decisions(
        &self,
        request: Request<pb::WatchDecisionsRequest>,
    ) -> Answer<Self::WatchDecisionsStream> {
        person(&self.plane, &request)?;
        let after = request.into_inner().after;
        Ok(Response::new(watch::decisions(&self.plane, after, &self.stop)))
    }

    type WatchTraceStream = Updates<pb::TraceBatch>;

    async fn watch_trace(&self, request: Request<pb::WatchTraceRequest>) -> Answer<Self::WatchTraceStream> {
        person(&self.plane, &request)?;
        let wanted = watch::Wanted::of(request.into_inner())?;
        Ok(Response::new(watch::trace(&self.plane, wanted, &self.stop)))
    }

    async fn list_services(
        &self,
        request: Request<pb::ListServicesRequest>,
    ) -> Answer<pb::ListServicesResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(pb::ListServicesResponse { services: state::services(&self.plane) }))
    }

    async fn list_runs(&self, request: Request<pb::ListRunsRequest>) -> Answer<pb::ListRunsResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(query::runs(&self.plane, &request.into_inner())))
    }

    async fn list_actions(
        &self,
        request: Request<pb::ListActionsRequest>,
    ) -> Answer<pb::ListActionsResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(query::actions(&self.plane, &request.into_inner())?))
    }

    async fn list_escalations(
        &self,
        request: Request<pb::ListEscalationsRequest>,
    ) -> Answer<pb::ListEscalationsResponse> {
        person(&self.plane, &request)?;
        let escalations = query::escalations(&self.plane, &request.into_inner())?;
        Ok(Response::new(pb::ListEscalationsResponse { escalations }))
    }

    async fn list_switches(
        &self,
        request: Request<pb::ListSwitchesRequest>,
    ) -> Answer<pb::ListSwitchesResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(pb::ListSwitchesResponse { switches: state::switches(&self.plane) }))
    }

    async fn list_domains(
        &self,
        request: Request<pb::ListDomainsRequest>,
    ) -> Answer<pb::ListDomainsResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(pb::ListDomainsResponse { domains: domains::list(&self.plane) }))
    }

    async fn get_cost(&self, request: Request<pb::GetCostRequest>) -> Answer<pb::GetCostResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(cost::cost(&self.plane, &request.into_inner())?))
    }

    async fn get_books(&self, request: Request<pb::GetBooksRequest>) -> Answer<pb::GetBooksResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(books::books(&self.plane, &request.into_inner().of).await?))
    }

    async fn get_blast(&self, request: Request<pb::GetBlastRequest>) -> Answer<pb::GetBlastResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(blast::blast(&self.plane, request.into_inner()).await?))
    }

    async fn get_attention(&self, request: Request<pb::GetAttentionRequest>) -> Answer<pb::Attention> {
        let person = person(&self.plane, &request)?;
        Ok(Response::new(attention::of(&self.plane, &person)))
    }

    async fn list_audit(&self, request: Request<pb::ListAuditRequest>) -> Answer<pb::ListAuditResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(audit::list(&self.plane, &request.into_inner())?))
    }

    async fn list_alerts(&self, request: Request<pb::ListAlertsRequest>) -> Answer<pb::ListAlertsResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(pb::ListAlertsResponse { alerts: alerts::standing(&self.plane) }))
    }

    async fn acknowledge(&self, request: Request<pb::AcknowledgeRequest>) -> Answer<pb::AcknowledgeResponse> {
        let by = person(&self.plane, &request)?;
        let alert = alerts::acknowledge(&self.plane, by, request.into_inner()).await?;
        Ok(Response::new(pb::AcknowledgeResponse { alert: Some(alert) }))
    }

    async fn get_action(&self, request: Request<pb::GetActionRequest>) -> Answer<pb::ActionDetail> {
        person(&self.plane, &request)?;
        Ok(Response::new(detail::action(&self.plane, &request.into_inner().id).await?))
    }

    async fn get_run(&self, request: Request<pb::GetRunRequest>) -> Answer<pb::RunDetail> {
        person(&self.plane, &request)?;
        Ok(Response::new(detail::run(&self.plane, &request.into_inner().id).await?))
    }

    async fn decide(&self, request: Request<pb::DecideRequest>) -> Answer<pb::DecideResponse> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(control::decide(&self.plane, by, request.into_inner()).await?))
    }

    async fn claim_escalation(
        &self,
        request: Request<pb::ClaimEscalationRequest>,
    ) -> Answer<pb::ClaimEscalationResponse> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(sharing::claim(&self.plane, &by, &request.into_inner())?))
    }

    async fn hand_over(&self, request: Request<pb::HandOverRequest>) -> Answer<pb::HandOverResponse> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(sharing::hand_over(&self.plane, by, request.into_inner()).await?))
    }

    async fn resolve(&self, request: Request<pb::ResolveRequest>) -> Answer<pb::ResolveResponse> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(resolve::resolve(&self.plane, by, request.into_inner()).await?))
    }

    async fn set_switch(&self, request: Request<pb::SetSwitchRequest>) -> Answer<pb::SetSwitchResponse> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(switch::set_switch(&self.plane, by, request.into_inner()).await?))
    }

    async fn release_switch(
        &self,
        request: Request<pb::ReleaseSwitchRequest>,
    ) -> Answer<pb::ReleaseSwitchResponse> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(lift::release(&self.plane, by, request.into_inner()).await?))
    }

    async fn plan_rollback(&self, request: Request<pb::PlanRollbackRequest>) -> Answer<pb::RollbackPlan> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(rollback::plan(&self.plane, by, request.into_inner()).await?))
    }

    type StartRollbackStream = Updates<pb::RollbackProgress>;

    async fn start_rollback(
        &self,
        request: Request<pb::StartRollbackRequest>,
    ) -> Answer<Self::StartRollbackStream> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(rollback::start(&self.plane, by, request.into_inner()).await?))
    }

    async fn get_rollback(&self, request: Request<pb::GetRollbackRequest>) -> Answer<pb::Rollback> {
        person(&self.plane, &request)?;
        Ok(Response::new(rollback::get(&self.plane, &request.into_inner().plan)?))
    }

    async fn list_rollbacks(
        &self,
        request: Request<pb::ListRollbacksRequest>,
    ) -> Answer<pb::ListRollbacksResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(rollback::list(&self.plane, request.into_inner().all)))
    }

    async fn list_parked(&self, request: Request<pb::ListParkedRequest>) -> Answer<pb::ListParkedResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(rollback::parked(&self.plane)))
    }

    type WatchRollbackStream = Updates<pb::RollbackProgress>;

    async fn watch_rollback(
        &self,
        request: Request<pb::WatchRollbackRequest>,
    ) -> Answer<Self::WatchRollbackStream> {
        person(&self.plane, &request)?;
        Ok(Response::new(rollback::watch(&self.plane, &request.into_inner().plan)?))
    }

    async fn pause_rollback(&self, request: Request<pb::PauseRollbackRequest>) -> Answer<pb::Rollback> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(rollback::pause(&self.plane, by, request.into_inner()).await?))
    }

    async fn resume_rollback(&self, request: Request<pb::ResumeRollbackRequest>) -> Answer<pb::Rollback> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(rollback::resume(&self.plane, by, request.into_inner()).await?))
    }

    async fn skip_step(&self, request: Request<pb::SkipStepRequest>) -> Answer<pb::Rollback> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(rollback::skip(&self.plane, by, request.into_inner()).await?))
    }

    type ExportStream = Updates<pb::ExportBatch>;

    async fn export(&self, request: Request<pb::ExportRequest>) -> Answer<Self::ExportStream> {
        person(&self.plane, &request)?;
        let service = request.into_inner().service;
        Ok(Response::new(export::export(&self.plane, &service, &self.stop)?))
    }

    async fn verify(&self, request: Request<pb::VerifyRequest>) -> Answer<pb::VerifyResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(verify::verify(&self.plane).await?))
    }

    async fn create_token(
        &self,
        request: Request<pb::CreateTokenRequest>,
    ) -> Answer<pb::CreateTokenResponse> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(token::create(self.plane.control()?, &self.plane, by, request.into_inner()).await?))
    }

    async fn revoke_token(
        &self,
        request: Request<pb::RevokeTokenRequest>,
    ) -> Answer<pb::RevokeTokenResponse> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(token::revoke(self.plane.control()?, by, &request.into_inner().id).await?))
    }

    async fn list_tokens(&self, request: Request<pb::ListTokensRequest>) -> Answer<pb::ListTokensResponse> {
        person(&self.plane, &request)?;
        Ok(Response::new(pb::ListTokensResponse { tokens: token::list(self.plane.control()?) }))
    }

    async fn explain_switch(
        &self,
        request: Request<pb::ExplainSwitchRequest>,
    ) -> Answer<pb::ExplainSwitchResponse> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(switch::explain(&self.plane, by, request.into_inner()).await?))
    }

    async fn preview_release(
        &self,
        request: Request<pb::PreviewReleaseRequest>,
    ) -> Answer<pb::ReleasePreview> {
        person(&self.plane, &request)?;
        Ok(Response::new(lift::preview(&self.plane, &request.into_inner().target)?))
    }

    type FollowInFlightStream = Updates<pb::InFlight>;

    async fn follow_in_flight(
        &self,
        request: Request<pb::FollowInFlightRequest>,
    ) -> Answer<Self::FollowInFlightStream> {
        person(&self.plane, &request)?;
        Ok(Response::new(switch::follow(&self.plane, &request.into_inner(), &self.stop)?))
    }
}
