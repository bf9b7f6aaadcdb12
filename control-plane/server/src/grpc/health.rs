//! The standard health service: serving until a domain's journal fails or the control plane goes down.

use std::sync::Arc;

use futures::{StreamExt as _, stream::FuturesUnordered};
use remit_proto::v1::{operator_server, runtime_server};
use tokio_util::sync::CancellationToken;
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::plane::Plane;

/// What a caller may ask after: the whole, and each service.
const NAMES: [&str; 3] = ["", runtime_server::SERVICE_NAME, operator_server::SERVICE_NAME];

/// Reports for as long as there is something to report.
pub(super) async fn watch(plane: Arc<Plane>, reporter: HealthReporter, stop: CancellationToken) {
    let failures: FuturesUnordered<_> =
        plane.wards.values().map(|ward| ward.domain.health().failure()).collect();
    report(failures.into_future(), &reporter, &stop).await;
}

/// Says when requests are better sent elsewhere. A journal that failed stays failed until the next start.
async fn report(failure: impl Future, reporter: &HealthReporter, stop: &CancellationToken) {
    set(reporter, ServingStatus::Serving).await;
    tokio::select! {
        () = stop.cancelled() => {}
        _ = failure => {}
    }
    set(reporter, ServingStatus::NotServing).await;
}

async fn set(reporter: &HealthReporter, status: ServingStatus) {
    for name in NAMES {
        reporter.set_service_status(name, status).await;
    }
}

#[cfg(test)]
mod tests;
