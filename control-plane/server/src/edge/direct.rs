//! Calls of services go past the router: they are nearly all of the traffic, and what a router finds out about each is
//! known here from its first few letters.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use axum::{Router, body::Body, extract::Request, response::Response, routing::future::RouteFuture};
use futures::{
    TryFutureExt as _,
    future::{Either, MapOk},
};
use tonic::server::NamedService;
use tower::Service;

/// One gRPC service, and the router that everything else takes.
#[derive(Clone)]
pub(super) struct Direct<S> {
    pub(super) service: S,
    pub(super) rest: Router,
}

/// What the gRPC service answers.
type Answer = http::Response<tonic::body::Body>;

/// An answer as the router gives it.
type Framed<F> = MapOk<F, fn(Answer) -> Response>;

impl<S> Service<Request> for Direct<S>
where
    S: Service<Request, Response = Answer, Error = Infallible> + NamedService,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Framed<S::Future>, RouteFuture<Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // The router is always ready.
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let path = request.uri().path().strip_prefix('/').and_then(|path| path.strip_prefix(S::NAME));
        if path.is_some_and(|method| method.starts_with('/')) {
            let framed: fn(Answer) -> Response = |answer| answer.map(Body::new);
            Either::Left(self.service.call(request).map_ok(framed))
        } else {
            Either::Right(self.rest.call(request))
        }
    }
}
