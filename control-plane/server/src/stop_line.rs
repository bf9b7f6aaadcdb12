//! The line for stops: its listener lives on the thread of the domain loops, so that a stop needs nothing of what serves
//! agents and consoles. No policy is evaluated here, and nobody is throttled.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use crate::{grpc, keeper::Keeper, plane::Plane};

/// Listens until told to stop; says where.
///
/// # Errors
/// The address is not to be had.
pub(crate) fn open(plane: &Arc<Plane>, on: &Keeper, at: SocketAddr) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(at)?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    let inside = on.handle().enter();
    let listener = tokio::net::TcpListener::from_std(listener)?;
    drop(inside);
    let (routes, stop) = (grpc::stop_line(plane), plane.stop.clone());
    on.handle().spawn(async move {
        let served = axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned()).await;
        if let Err(error) = served {
            tracing::error!(%error, "stops are not heard on their own line any more");
        }
    });
    Ok(bound)
}

#[cfg(test)]
mod tests;
