//! The people of a demo without a console: approve one, deny one, safe mode, stop and undo, over the public face.

use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use remit_proto::v1::{self, create_token_request::Subject};
use serde::Serialize;
use tokio::time::sleep;

use super::world::World;
use crate::{
    connect::{self, OperatorClient},
    context::Context,
};

mod answers;
mod doubts;
mod switches;
mod undo;

/// How long an operator waits for one thing to happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the operator did and saw.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub(crate) struct Done {
    /// The escalation that was approved, and its action carried out.
    pub(crate) approved: Option<String>,
    /// The escalation that was denied.
    pub(crate) denied: Option<String>,
    /// Effects that were refused while the service was in safe mode.
    pub(crate) refused_in_safe_mode: u32,
    /// Actions that were refused while the service was stopped.
    pub(crate) refused_while_stopped: u32,
    /// From the request to the commit of the stop, in microseconds.
    pub(crate) containment_us: Option<u64>,
    /// What was in flight when the stop was acknowledged.
    pub(crate) in_flight_at_stop: usize,
    /// The plan by which the last minutes were undone.
    pub(crate) rolled_back: Option<String>,
    /// Effects that it has undone.
    pub(crate) undone: u32,
    /// Effects that were parked, since their undoing was refused, and taken over.
    pub(crate) parked: u32,
    /// Compensations that were in doubt on the way, and were sent again.
    pub(crate) doubts: u32,
    /// Payouts in doubt of which the operator has said what became of them.
    pub(crate) resolved: u32,
}

/// Does an operator's work, one thing after the other; the pauses between let the agents get on.
///
/// # Errors
/// Something that must happen did not happen in time, or the control plane refused it.
pub(crate) async fn duty(world: &World, pause: Duration) -> Result<Done, Report> {
    let mut admin = connect::operator(&world.context)?;
    let mut approver =
        person(world, &mut admin, "ines.moreau@acme.example", &["payments-risk", "payments-eu"]).await?;
    let mut on_call = person(world, &mut admin, "sam.tate@acme.example", &["payments-oncall"]).await?;
    let mut done = Done::default();
    sleep(pause).await;
    answers::answer_two(world, &mut approver, &mut done).await?;
    sleep(pause).await;
    switches::safe_mode(world, &mut on_call, &mut done).await?;
    sleep(pause).await;
    undo::enough(&mut on_call).await?;
    switches::stop(world, &mut on_call, &mut done).await?;
    doubts::resolve(world, &mut on_call, &mut done).await?;
    undo::undo_lately(world, &mut on_call, &mut done).await?;
    switches::release(world, &mut on_call, "What could be undone is undone; the drill is over.").await?;
    sleep(pause).await;
    Ok(done)
}

/// A client of somebody who is in these groups and in no other.
async fn person(
    world: &World,
    admin: &mut OperatorClient,
    name: &str,
    groups: &[&str],
) -> Result<OperatorClient, Report> {
    let request = v1::CreateTokenRequest {
        subject: Some(Subject::Operator(name.to_owned())),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        ..Default::default()
    };
    let token = admin.create_token(request).await.wrap_err("create an operator's token")?.into_inner().secret;
    connect::operator(&Context { token, ..world.context.clone() })
}

/// Before somebody looks again.
async fn pause() {
    sleep(Duration::from_millis(20)).await;
}

/// Waits for something that must happen.
async fn in_time<T>(what: &str, wait: impl Future<Output = Result<T, Report>>) -> Result<T, Report> {
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(happened) => happened.wrap_err_with(|| what.to_owned()),
        Err(_) => Err(eyre!("{what}: did not happen within {} s", PATIENCE.as_secs())),
    }
}
