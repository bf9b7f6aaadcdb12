//! The face of a contract version's life: authenticates the person, then delegates; holds no rule.

use std::sync::Arc;

use remit_proto::v1::{self as pb, control_server};
use tonic::{Request, Response, Status};

use super::{key, person, version};
use crate::plane::Plane;

pub(super) struct Control {
    pub(super) plane: Arc<Plane>,
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl control_server::Control for Control {
    async fn propose_contract(
        &self,
        request: Request<pb::ProposeContractRequest>,
    ) -> Answer<pb::ContractVersion> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(version::propose(&self.plane, by, request.into_inner()).await?))
    }

    async fn approve_contract(
        &self,
        request: Request<pb::ApproveContractRequest>,
    ) -> Answer<pb::ContractVersion> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(version::approve(&self.plane, by, request.into_inner()).await?))
    }

    async fn activate_contract(
        &self,
        request: Request<pb::ActivateContractRequest>,
    ) -> Answer<pb::ContractMoved> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(version::activate(&self.plane, by, request.into_inner()).await?))
    }

    async fn revoke_contract(
        &self,
        request: Request<pb::RevokeContractRequest>,
    ) -> Answer<pb::ContractMoved> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(version::revoke(&self.plane, by, request.into_inner()).await?))
    }

    async fn list_contracts(
        &self,
        request: Request<pb::ListContractsRequest>,
    ) -> Answer<pb::ListContractsResponse> {
        person(&self.plane, &request)?;
        let contracts = version::list(&self.plane, &request.into_inner().service)?;
        Ok(Response::new(pb::ListContractsResponse { contracts }))
    }

    async fn get_contract(&self, request: Request<pb::GetContractRequest>) -> Answer<pb::ContractDetail> {
        person(&self.plane, &request)?;
        Ok(Response::new(version::detail(&self.plane, &request.into_inner().contract)?))
    }

    async fn review_contract(
        &self,
        request: Request<pb::ReviewContractRequest>,
    ) -> Answer<pb::ContractReview> {
        person(&self.plane, &request)?;
        Ok(Response::new(version::review(&self.plane, &request.into_inner().contract).await?))
    }

    async fn register_key(&self, request: Request<pb::RegisterKeyRequest>) -> Answer<pb::Key> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(key::register(&self.plane, by, request.into_inner()).await?))
    }
}
