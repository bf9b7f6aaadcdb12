//! Plain HTTP: is it alive, is it ready, what does it count.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};

use crate::plane::Plane;

/// The routes; none needs a token; of the business they show only counts by service.
pub(crate) fn routes(plane: Arc<Plane>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(plane)
}

async fn ready(State(plane): State<Arc<Plane>>) -> impl IntoResponse {
    let failed: Vec<String> = plane
        .wards
        .values()
        .filter(|ward| ward.domain.health().failed().is_some())
        .map(|ward| ward.domain.name().to_string())
        .collect();
    if plane.latch.is_set() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopped on its machine\n".to_owned());
    }
    if failed.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("journal failed\n{}\n", failed.join("\n")))
    }
}

async fn metrics(State(plane): State<Arc<Plane>>) -> impl IntoResponse {
    let positions =
        plane.wards.iter().map(|(name, ward)| (name.to_string(), ward.view.read(|inner| inner.seq)));
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type)], plane.metrics.render(positions))
}
