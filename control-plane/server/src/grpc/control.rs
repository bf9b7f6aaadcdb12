//! What operators do at once about a question: answer it.

use std::sync::Arc;

use remit_core::{Command, EscalationId, Person, command::Answer};
use remit_journal::Record;
use remit_proto::v1 as pb;
use tokio::sync::broadcast;

use super::{endorse, query, wire};
use crate::{
    error::Error,
    plane::{Plane, Ward},
    practice, release,
    view::Inner,
};

pub(super) async fn decide(
    plane: &Arc<Plane>,
    by: Person,
    request: pb::DecideRequest,
) -> Result<pb::DecideResponse, Error> {
    let (view, id) = query::escalation(plane, &request.escalation)?;
    let ward = plane.ward(view.name())?;
    let (name, approve, idempotency_id) = (by.name.clone(), request.approve, request.idempotency_id.clone());
    let mut updates = ward.updates.subscribe();
    // A caller that goes away does not let go of it half-way.
    let shared = Arc::clone(plane);
    let casting = tokio::spawn(async move { cast(&shared, id, by, request).await });
    let decided = casting.await.map_err(|error| Error::Unavailable(error.to_string()))?;
    let again = |inner: &Inner| {
        let votes = inner.state.escalations.get(&id).map(|known| known.votes.as_slice()).unwrap_or_default();
        votes.iter().any(|vote| vote.by == name && vote.approve == approve)
    };
    // The same answer sent again, because its receipt was lost, is the same answer.
    if !(decided.is_err() && !idempotency_id.is_empty() && view.read(again)) {
        decided?;
    }
    // Nothing follows from practice, and it is told at once what it was.
    if let Some(stage) = plane.practice.of(id) {
        let action = stage.view.read(|inner| inner.card(stage.action).map(wire::action));
        return Ok(pb::DecideResponse { escalation: super::practice::row(&stage), action });
    }
    // Who approves is told what became of it: it goes, or a fact has moved.
    drop(tokio::time::timeout(release::LONGEST_LOOK, looked_at(ward, id, &mut updates)).await);
    Ok(ward.view.read(|inner| {
        let known = inner.state.escalations.get(&id);
        pb::DecideResponse {
            escalation: known.map(|known| wire::escalation(known, inner)),
            action: known.and_then(|known| inner.card(known.action)).map(wire::action),
        }
    }))
}

/// Commits the answer. Between the look at the approver's key and the commit none is registered.
async fn cast(
    plane: &Arc<Plane>,
    id: EscalationId,
    by: Person,
    request: pb::DecideRequest,
) -> Result<(), Error> {
    let (view, _) = query::escalation(plane, &id.to_string())?;
    let digest = wire::parse(&request.digest, "digest")?;
    let (_signing, endorsed) = if request.approve {
        let signing = plane.signing.read().await;
        (Some(signing), endorse::verified(plane, (&view, id), (&by, &request)).await?)
    } else {
        (None, None)
    };
    let pb::DecideRequest { approve, reason, not_inspectable, .. } = request;
    let opaque = approve && not_inspectable;
    let answer = Answer { escalation: id, by, approve, reason, digest, endorsed, opaque };
    match plane.practice.of(id) {
        Some(stage) => practice::decide(plane, &stage, answer).await,
        None => {
            plane.ward(view.name())?.domain.submit(Command::Decide(Box::new(answer))).await?;
            Ok(())
        }
    }
}

/// Waits until an approved action was released or returned; at once where it does not wait for that.
async fn looked_at(ward: &Ward, id: EscalationId, updates: &mut broadcast::Receiver<Arc<Record>>) {
    let waits = |inner: &Inner| {
        let action = inner.state.escalations.get(&id).map(|known| known.action);
        action.is_some_and(|action| inner.state.awaits_release(action).is_some())
    };
    while ward.view.read(waits) {
        // A reader that lags looks again; only the end of the control plane ends the waiting.
        if let Err(broadcast::error::RecvError::Closed) = updates.recv().await {
            return;
        }
    }
}
