//! What people say became of an action in doubt.

use remit_core::{CanonicalJson, Command, Person, command::Resolve, doubt::Statement, rollback::UndoCall};
use remit_proto::v1 as pb;

use super::{query, wire};
use crate::{error::Error, plane::Plane, view::ActionCard};

pub(super) async fn resolve(
    plane: &Plane,
    by: Person,
    request: pb::ResolveRequest,
) -> Result<pb::ResolveResponse, Error> {
    let happened = match request.verdict() {
        pb::Verdict::Happened => true,
        pb::Verdict::DidNotHappen => false,
        pb::Verdict::Unspecified => {
            return Err(Error::Invalid("an action happened or did not happen: say which".to_owned()));
        }
    };
    let id = query::action_id(plane, &request.action)?;
    let ward = plane.action_ward(id)?;
    let card = ward.view.action(id);
    let card = card.ok_or_else(|| Error::NotFound(format!("there is no action `{id}` here")))?;
    let result = result(&request.result_json)?;
    let undo = if happened { undo(plane, &card, result.as_ref())? } else { None };
    let pb::ResolveRequest { reason, idempotency_id, .. } = request;
    let name = by.name.clone();
    let said = |known: &Statement| {
        known.by == name && known.happened == happened && known.result == result && known.reason == reason
    };
    let command = Resolve { action: id, by, happened, reason: reason.clone(), result: result.clone(), undo };
    if let Err(fault) = ward.domain.submit(Command::Resolve(Box::new(command))).await {
        // The same word sent again, because its receipt was lost, is the same word.
        let again = ward.view.action(id).is_some_and(|card| card.action.trail.said.iter().any(said));
        if idempotency_id.is_empty() || !again {
            return Err(fault.into());
        }
    }
    let card = ward.view.action(id).unwrap_or(card);
    Ok(pb::ResolveResponse {
        statements: card.action.trail.said.iter().map(wire::statement).collect(),
        needed: ward.view.read(|inner| inner.state.people_needed(&card.action)),
        action: Some(wire::action(&card)),
    })
}

fn result(text: &str) -> Result<Option<CanonicalJson>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = CanonicalJson::parse(text);
    let (result, _) =
        parsed.map_err(|error| Error::Invalid(format!("the result is not acceptable: {error}")))?;
    Ok(Some(result))
}

/// How the effect would be undone. Whoever forgets the result that this needs would never get it back, so it
/// must be given, or be said to be unknown.
fn undo(plane: &Plane, card: &ActionCard, result: Option<&CanonicalJson>) -> Result<Option<UndoCall>, Error> {
    let (tool, digest) = (&card.action.tool, &card.terms.digest);
    let contract = plane.contracts.get(digest);
    let contract = contract
        .ok_or_else(|| Error::Unavailable("the contract version of the run is not loaded".to_owned()))?;
    let (Some(fact), Some(since)) = (card.decision_fact(), card.action.trail.doubted_at) else {
        return Ok(None);
    };
    let given = result.map_or(serde_json::Value::Null, CanonicalJson::value);
    // The window is counted from when it may have happened, not from when people said so.
    let undo = contract.undo_call(tool, &fact.proposal.params.value(), &given, since);
    if undo.is_some() || !contract.undo_needs_result(tool) {
        return Ok(undo);
    }
    match result {
        Some(result) if result.value().is_null() => Ok(None),
        Some(_) => Err(Error::Invalid(format!("the result does not hold what undoing `{tool}` needs"))),
        None => Err(Error::Invalid(format!(
            "undoing `{tool}` needs its result: give what the tool answered as the result, or `null` where nobody knows \
             it; then it cannot be undone here"
        ))),
    }
}
