//! What people share about a question: who reads it at this moment, and whose somebody said it is.

use std::sync::Arc;

use remit_core::{Command, GroupName, Person, handover::HandOver};
use remit_proto::v1 as pb;

use super::{query, wire};
use crate::{claims::Claim, clock, error::Error, plane::Plane, practice};

pub(super) fn claim(
    plane: &Plane,
    by: &Person,
    request: &pb::ClaimEscalationRequest,
) -> Result<pb::ClaimEscalationResponse, Error> {
    let (_, question) = query::escalation(plane, &request.escalation)?;
    let now = clock::now();
    if request.leave {
        plane.claims.leave(question, &by.name);
    } else {
        plane.claims.renew(question, &by.name, now);
    }
    let claims = plane.claims.all(now).into_iter().filter(|claim| claim.question == question);
    Ok(pb::ClaimEscalationResponse { claims: claims.map(row).collect() })
}

/// Says beside each row who reads it now.
pub(super) fn put(plane: &Plane, rows: &mut [pb::Escalation]) {
    for claim in plane.claims.all(clock::now()) {
        let id = claim.question.to_string();
        if let Some(found) = rows.iter_mut().find(|row| row.id == id) {
            found.claims.push(row(claim));
        }
    }
}

fn row(claim: Claim) -> pb::Claim {
    pb::Claim { by: claim.by, since: Some(wire::time(claim.since)) }
}

pub(super) async fn hand_over(
    plane: &Arc<Plane>,
    by: Person,
    request: pb::HandOverRequest,
) -> Result<pb::HandOverResponse, Error> {
    let (view, id) = query::escalation(plane, &request.escalation)?;
    let people = plane.people()?;
    let Some(to) = people.iter().find(|person| person.name == request.to) else {
        return Err(unknown(plane, &request, &people));
    };
    let asked = HandOver { escalation: id, to: to.clone(), by, note: request.note };
    match plane.practice.of(id) {
        Some(stage) => practice::hand_over(&stage, asked).await?,
        None => drop(plane.ward(view.name())?.domain.submit(Command::HandOver(Box::new(asked))).await?),
    }
    Ok(view.read(|inner| pb::HandOverResponse {
        escalation: inner.state.escalations.get(&id).map(|known| wire::escalation(known, inner)),
    }))
}

/// Names those who could be meant.
fn unknown(plane: &Plane, request: &pb::HandOverRequest, people: &[Person]) -> Error {
    let asked = query::escalation(plane, &request.escalation).ok().and_then(|(view, id)| {
        view.read(|inner| {
            let known = inner.state.escalations.get(&id)?;
            Some(known.question.groups.clone())
        })
    });
    let groups: std::collections::BTreeSet<GroupName> = asked.unwrap_or_default();
    let mut names: Vec<&str> =
        people.iter().filter(|person| person.is_in_any(&groups)).map(|person| person.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    Error::NotFound(format!(
        "nobody here is called `{}`; who could answer it: {}",
        request.to,
        names.join(", ")
    ))
}
