//! gRPC: the `Runtime` and `Operator` services, health and reflection. Parses, authenticates, delegates.

use std::sync::Arc;

use axum::Router;
use remit_core::Person;
use remit_proto::v1::{
    control_server::ControlServer,
    operator_server::OperatorServer,
    runtime_server::{self, RuntimeServer},
    stop_line_server::StopLineServer,
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, service::Routes};

use crate::{
    auth::{Caller, Principal},
    edge::MAX_BODY,
    error::Error,
    plane::Plane,
};

mod alerts;
mod attention;
mod audit;
mod blast;
mod books;
mod clauses;
mod contract;
mod control;
mod cost;
mod detail;
mod domains;
mod endorse;
mod export;
mod filter;
mod health;
mod key;
mod lift;
mod operator;
mod outlook;
mod practice;
mod query;
mod resolve;
mod rollback;
mod runtime;
mod sharing;
mod state;
mod switch;
mod token;
mod trace;
mod update;
mod verify;
mod version;
mod watch;
mod who;
mod wire;

pub(crate) use runtime::{enter, start_run};
#[cfg(test)]
pub(crate) use switch::stop;

/// Largest proposal of a contract, in bytes: its files and what is around them.
const MAX_CONTRACT: usize = 2 * remit_core::version::MAX_FILES;

/// What services call.
pub(crate) fn runtime(plane: &Arc<Plane>) -> RuntimeServer<impl runtime_server::Runtime> {
    RuntimeServer::new(runtime::Runtime { plane: Arc::clone(plane) }).max_decoding_message_size(MAX_BODY)
}

/// The other services as routes. Streams end when `stop` is cancelled.
pub(crate) fn routes(plane: &Arc<Plane>, stop: &CancellationToken) -> Router {
    let operator = OperatorServer::new(operator::Operator { plane: Arc::clone(plane), stop: stop.clone() })
        .max_decoding_message_size(MAX_BODY);
    let control = ControlServer::new(contract::Control { plane: Arc::clone(plane) })
        .max_decoding_message_size(MAX_CONTRACT);
    let (reporter, health) = tonic_health::server::health_reporter();
    tokio::spawn(health::watch(Arc::clone(plane), reporter, stop.clone()));
    let mut routes = Routes::new(operator).add_service(control).add_service(health);
    match tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(remit_proto::DESCRIPTORS)
        .build_v1()
    {
        Ok(reflection) => routes = routes.add_service(reflection),
        Err(error) => tracing::error!(%error, "no reflection"),
    }
    routes.into_axum_router()
}

/// The line for stops as routes.
pub(crate) fn stop_line(plane: &Arc<Plane>) -> Router {
    let line = StopLineServer::new(switch::StopLine { plane: Arc::clone(plane) });
    Routes::new(line.max_decoding_message_size(MAX_BODY)).into_axum_router()
}

fn header<T>(request: &Request<T>) -> Option<&str> {
    request.metadata().get("authorization").and_then(|value| value.to_str().ok())
}

/// The service that calls; an operator's token does not act.
fn service<T>(plane: &Plane, request: &Request<T>) -> Result<Principal, Error> {
    match plane.authenticate(header(request))? {
        Caller::Service(principal) => Ok(principal),
        Caller::Operator(person) => Err(Error::NotPermitted(format!(
            "`{}` is an operator; services act with a service token",
            person.name
        ))),
    }
}

/// The person who calls; a service's token does not operate.
fn person<T>(plane: &Plane, request: &Request<T>) -> Result<Person, Error> {
    match plane.authenticate(header(request))? {
        Caller::Operator(person) => Ok(person),
        Caller::Service(Principal { name, .. }) => {
            Err(Error::NotPermitted(format!("`{name}` is a service; people operate with an operator token")))
        }
    }
}
