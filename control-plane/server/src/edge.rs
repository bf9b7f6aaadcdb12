//! One port: gRPC, MCP and plain HTTP side by side.

use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::make::Shared;

use self::{direct::Direct, room::Room};
use crate::{grpc, http, llm, mcp, plane::Plane};

mod direct;
mod room;

/// Largest request body, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// Serves until told to stop, then lets open requests finish.
pub(crate) async fn serve(plane: Arc<Plane>, listener: TcpListener, stop: CancellationToken) {
    let rest = Router::new()
        .merge(http::routes(Arc::clone(&plane)))
        .merge(mcp::routes(&plane, &stop))
        .merge(llm::routes(Arc::clone(&plane)))
        .merge(grpc::routes(&plane, &stop));
    let app = Shared::new(Direct { service: grpc::runtime(&plane), rest });
    let served = axum::serve(Room::new(listener), app).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the listener failed");
    }
}
