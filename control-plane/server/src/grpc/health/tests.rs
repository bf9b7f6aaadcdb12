//! Serving while all is well; not any more after a failure, and not while going down.

use std::future::{pending, ready};

use futures::FutureExt as _;
use tonic::Request;
use tonic_health::{
    pb::{HealthCheckRequest, health_server::Health as _},
    server::HealthService,
};

use super::*;

async fn all_are(reporter: &HealthReporter, wanted: ServingStatus) -> bool {
    let service = HealthService::from_health_reporter(reporter.clone());
    for name in NAMES {
        let request = Request::new(HealthCheckRequest { service: name.to_owned() });
        let status = service.check(request).await.unwrap().into_inner().status;
        if status != wanted as i32 {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn serving_while_all_is_well() {
    let (reporter, stop) = (HealthReporter::new(), CancellationToken::new());
    let mut reporting = Box::pin(report(pending::<()>(), &reporter, &stop));
    assert!(reporting.as_mut().now_or_never().is_none());
    assert!(all_are(&reporter, ServingStatus::Serving).await);
    stop.cancel();
    reporting.await;
    assert!(all_are(&reporter, ServingStatus::NotServing).await);
}

#[tokio::test]
async fn not_serving_after_a_failure() {
    let reporter = HealthReporter::new();
    report(ready("the disk is full"), &reporter, &CancellationToken::new()).await;
    assert!(all_are(&reporter, ServingStatus::NotServing).await);
}
