//! One port: gRPC, MCP and plain HTTP side by side.

use std::sync::Arc;

use axum::{Router, serve::ListenerExt as _};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{grpc, http, llm, mcp, plane::Plane};

/// Largest request body, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// Serves until told to stop, then lets open requests finish.
pub(crate) async fn serve(plane: Arc<Plane>, listener: TcpListener, stop: CancellationToken) {
    let app = Router::new()
        .merge(http::routes(Arc::clone(&plane)))
        .merge(mcp::routes(&plane, &stop))
        .merge(llm::routes(Arc::clone(&plane)))
        .merge(grpc::routes(&plane, &stop));
    // An answer is a few small writes: without this each would wait for the reader's delayed acknowledgement.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small answers may come late");
        }
    });
    let served = axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the listener failed");
    }
}
