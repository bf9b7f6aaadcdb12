//! The floor: the same service over the same messages, answering at once with what it was sent.

use std::pin::Pin;

use futures::{Stream, StreamExt as _};
use remit_proto::v1::{
    ActRequest, ActResponse, ActionStatus, AwaitActionRequest, EndRunRequest, EndRunResponse, SettleRequest,
    SettleResponse, StartRunRequest, StartRunResponse,
    runtime_server::{Runtime, RuntimeServer},
};
use tonic::{Request, Response, Status, Streaming, transport::server::TcpIncoming};

use crate::{Failure, load::Door};

/// Serves until the process ends.
pub(crate) async fn serve() -> Result<Door, Failure> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = tonic::transport::Server::builder().add_service(RuntimeServer::new(Echo));
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    tokio::spawn(server.serve_with_incoming(incoming));
    Ok(Door { url, token: "0".repeat(100) })
}

struct Echo;

fn echo(request: ActRequest) -> ActResponse {
    ActResponse {
        correlation: request.correlation,
        action: request.tool,
        run: request.run,
        status: ActionStatus::Admitted.into(),
        result_json: request.params_json,
        ..ActResponse::default()
    }
}

#[tonic::async_trait]
impl Runtime for Echo {
    async fn act(&self, request: Request<ActRequest>) -> Result<Response<ActResponse>, Status> {
        Ok(Response::new(echo(request.into_inner())))
    }

    type ActStreamStream = Pin<Box<dyn Stream<Item = Result<ActResponse, Status>> + Send>>;

    async fn act_stream(
        &self,
        request: Request<Streaming<ActRequest>>,
    ) -> Result<Response<Self::ActStreamStream>, Status> {
        Ok(Response::new(Box::pin(request.into_inner().map(|request| request.map(echo)))))
    }

    async fn start_run(&self, _: Request<StartRunRequest>) -> Result<Response<StartRunResponse>, Status> {
        Err(Status::unimplemented("an echo"))
    }

    async fn await_action(&self, _: Request<AwaitActionRequest>) -> Result<Response<ActResponse>, Status> {
        Err(Status::unimplemented("an echo"))
    }

    async fn settle(&self, _: Request<SettleRequest>) -> Result<Response<SettleResponse>, Status> {
        Err(Status::unimplemented("an echo"))
    }

    async fn end_run(&self, _: Request<EndRunRequest>) -> Result<Response<EndRunResponse>, Status> {
        Err(Status::unimplemented("an echo"))
    }
}
