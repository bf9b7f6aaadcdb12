//! What was in flight when a switch was set, followed until each has ended, over broken connections too.

use std::collections::BTreeSet;

use remit_proto::v1::{FollowInFlightRequest, InFlight};
use tokio::sync::mpsc;
use tonic::{Request, Status};

use super::super::event::Event;
use super::backoff::Backoff;
use super::{is_uncertain, never_left, sentence};
use crate::connect::OperatorClient;

/// Tells of each action's end. What the server refuses to follow is said once; a broken connection is tried again.
pub(super) async fn run(client: OperatorClient, id: u64, actions: Vec<String>, replies: mpsc::Sender<Event>) {
    let mut left: BTreeSet<String> = actions.into_iter().collect();
    let mut backoff = Backoff::default();
    while !left.is_empty() {
        let Err(status) = once(client.clone(), id, &mut left, &replies).await else { return };
        tracing::warn!(id, left = left.len(), %status, "what is in flight is not followed");
        let is_broken = is_uncertain(&status) || never_left(&status);
        let event = Event::Unfollowed { id, why: sentence(&status) };
        if replies.send(event).await.is_err() || !is_broken {
            return;
        }
        let (_, wait) = backoff.next(rand::random());
        tokio::time::sleep(wait).await;
    }
}

/// Follows until all have ended; an error while some are left.
async fn once(
    mut client: OperatorClient,
    id: u64,
    left: &mut BTreeSet<String>,
    replies: &mpsc::Sender<Event>,
) -> Result<(), Status> {
    // How long it takes is up to the tools.
    let request = Request::new(FollowInFlightRequest { actions: left.iter().cloned().collect() });
    let mut ends = client.follow_in_flight(request).await?.into_inner();
    while let Some(row) = ends.message().await? {
        left.remove(&action(&row));
        if replies.send(Event::Ended { id, row: Box::new(row) }).await.is_err() {
            return Ok(());
        }
    }
    if left.is_empty() { Ok(()) } else { Err(Status::unavailable("the control plane ended the stream")) }
}

fn action(row: &InFlight) -> String {
    row.action.as_ref().map(|action| action.id.clone()).unwrap_or_default()
}
