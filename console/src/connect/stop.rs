//! Setting a switch over whichever line answers first: the control plane's address, or its line for stops.

use std::{pin::pin, time::Duration};

use futures::{StreamExt as _, future::Either, stream::FuturesUnordered};
use remit_proto::v1::{SetSwitchRequest, SetSwitchResponse, stop_line_client::StopLineClient};
use tonic::{Request, Status, service::interceptor::InterceptedService, transport::Channel};

use super::{Bearer, OperatorClient, is_lost};
use crate::context::Context;

/// How long the control plane's address is waited for alone. A stop is acknowledged within milliseconds; a person who
/// stops something does not wait for longer than this without a second try.
const PATIENCE: Duration = Duration::from_secs(1);

/// Both lines to a control plane.
#[derive(Clone, Debug)]
pub struct Lines {
    operator: OperatorClient,
    stop: Option<StopLineClient<InterceptedService<Channel, Bearer>>>,
}

/// Over which line an acknowledgement came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The control plane's address.
    Operator,
    /// Its line for stops.
    Stop,
}

impl Lines {
    /// Connects on first use, each line over a connection of its own. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// As [`super::operator`].
    pub fn new(context: &Context) -> color_eyre::Result<Self> {
        let stop = match &context.stop_endpoint {
            Some(endpoint) => {
                let (channel, bearer) = super::open(endpoint, &context.token)?;
                Some(StopLineClient::with_interceptor(channel, bearer))
            }
            None => None,
        };
        Ok(Self { operator: super::operator(context)?, stop })
    }

    /// Sets a switch. Where the control plane's address does not answer, or not within a second, the same request goes over the
    /// line for stops too: its idempotency id makes them one.
    ///
    /// # Errors
    /// What either line refused, else how the last of them was lost.
    pub async fn set_switch(
        &self,
        request: SetSwitchRequest,
        deadline: Duration,
    ) -> Result<(SetSwitchResponse, Line), Status> {
        let timed = |message| {
            let mut request = Request::new(message);
            request.set_timeout(deadline);
            request
        };
        let (first, again) = (timed(request.clone()), timed(request));
        let mut operator = self.operator.clone();
        let mut usual = pin!(async move { (operator.set_switch(first).await, Line::Operator) });
        let early = match &self.stop {
            Some(_) => tokio::time::timeout(PATIENCE, &mut usual).await.ok(),
            None => Some(usual.as_mut().await),
        };
        let mut ways = FuturesUnordered::new();
        let mut lost = match early {
            None => {
                ways.push(Either::Left(usual));
                None
            }
            Some((Err(status), _)) if is_lost(&status) && self.stop.is_some() => Some(status),
            Some((answer, line)) => return answer.map(|answer| (answer.into_inner(), line)),
        };
        if let Some(mut stop) = self.stop.clone() {
            ways.push(Either::Right(Box::pin(async move { (stop.set_switch(again).await, Line::Stop) })));
        }
        while let Some((answer, line)) = ways.next().await {
            match answer {
                Ok(answer) => return Ok((answer.into_inner(), line)),
                Err(status) if is_lost(&status) => lost = Some(status),
                Err(status) => return Err(status),
            }
        }
        Err(lost.unwrap_or_else(|| Status::unavailable("neither line answered")))
    }
}
