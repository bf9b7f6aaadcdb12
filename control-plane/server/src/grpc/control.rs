//! What operators do at once: answer, stop, release.

use std::collections::HashMap;

use remit_core::{
    Command, Event, Person, SwitchId,
    command::{Answer, SwitchTarget},
    escalation::EscalationStatus,
    switch::{Scope, Switch},
};
use remit_proto::v1 as pb;

use super::{query, wire};
use crate::{
    clock,
    domain::Committed,
    error::Error,
    ids,
    plane::{Plane, Ward},
};

pub(super) async fn decide(
    plane: &Plane,
    by: Person,
    request: pb::DecideRequest,
) -> Result<pb::DecideResponse, Error> {
    let pb::DecideRequest { escalation, approve, reason, digest, idempotency_id: _ } = request;
    let (ward, id) = query::escalation_ward(plane, &escalation)?;
    let digest = wire::parse(&digest, "digest")?;
    let answer = Answer { escalation: id, by, approve, reason, digest };
    ward.domain.submit(Command::Decide(Box::new(answer))).await?;
    Ok(ward.view.read(|inner| {
        let known = inner.state.escalations.get(&id);
        pb::DecideResponse {
            escalation: known.map(|known| wire::escalation(known, inner)),
            action: known.and_then(|known| inner.actions.get(&known.action)).map(wire::action),
        }
    }))
}

pub(super) async fn set_switch(
    plane: &Plane,
    by: Person,
    request: pb::SetSwitchRequest,
) -> Result<pb::SetSwitchResponse, Error> {
    let asked_at = clock::now();
    let ceiling = wire::to_level(request.ceiling())?;
    let pb::SetSwitchRequest { scope, ceiling: _, reason, idempotency_id } = request;
    let scope: Scope = wire::parse(&scope, "scope")?;
    let switch = Switch {
        // The same idempotency id is the same switch: a repeated request changes nothing.
        id: idempotency_id.parse().unwrap_or_else(|_| ids::switch()),
        scope: scope.clone(),
        ceiling,
        by: by.name.clone(),
        reason,
        at: asked_at,
    };
    let mut answer = pb::SetSwitchResponse::default();
    for ward in wards_of(plane, &scope)? {
        let command = Command::SetSwitch { switch: switch.clone(), by: by.clone() };
        let records = ward.domain.submit(command).await?;
        note(ward, &records, &scope, &switch, &mut answer);
    }
    answer.containment_us =
        u64::try_from(clock::now().as_micros().saturating_sub(asked_at.as_micros())).unwrap_or(0);
    Ok(answer)
}

/// What the acknowledgement says about one domain.
fn note(
    ward: &Ward,
    records: &Committed,
    scope: &Scope,
    switch: &Switch,
    answer: &mut pb::SetSwitchResponse,
) {
    let domain = ward.domain.name().as_str();
    let set = records.iter().find(|record| matches!(record.event, Event::SwitchSet(_)));
    ward.view.read(|inner| {
        answer.switches.push(wire::switch(switch, domain));
        answer.positions.insert(domain.to_owned(), set.map_or(inner.seq, |record| record.seq));
        let in_flight = inner.state.in_flight(scope);
        let above = in_flight.iter().filter(|action| action.level > switch.ceiling);
        answer.in_flight.extend(above.filter_map(|action| inner.actions.get(&action.id)).map(wire::action));
    });
    let voided = records.iter().filter(|record| {
        matches!(record.event, Event::EscalationClosed { status: EscalationStatus::Voided, .. })
    });
    answer.voided = answer.voided.saturating_add(u32::try_from(voided.count()).unwrap_or(u32::MAX));
}

pub(super) async fn release_switch(
    plane: &Plane,
    by: Person,
    request: pb::ReleaseSwitchRequest,
) -> Result<pb::ReleaseSwitchResponse, Error> {
    let pb::ReleaseSwitchRequest { target, reason, idempotency_id: _ } = request;
    let target = match target.parse::<SwitchId>() {
        Ok(id) => SwitchTarget::Id(id),
        Err(_) => SwitchTarget::Scope(wire::parse(&target, "switch")?),
    };
    let mut known: HashMap<SwitchId, pb::Switch> = HashMap::new();
    let mut released = Vec::new();
    for ward in plane.business() {
        let here: Vec<Switch> = ward.view.read(|inner| {
            let set = inner.state.switches.values();
            set.filter(|set| match &target {
                SwitchTarget::Id(id) => set.id == *id,
                SwitchTarget::Scope(scope) => set.scope == *scope,
            })
            .cloned()
            .collect()
        });
        if here.is_empty() {
            continue;
        }
        known.extend(here.iter().map(|set| (set.id, wire::switch(set, ward.domain.name().as_str()))));
        let command =
            Command::ReleaseSwitch { target: target.clone(), by: by.clone(), reason: reason.clone() };
        for record in ward.domain.submit(command).await? {
            if let Event::SwitchReleased { switch, .. } = &record.event {
                released.extend(known.get(switch).cloned());
            }
        }
    }
    if released.is_empty() {
        return Err(Error::NotFound("no such switch is set".to_owned()));
    }
    Ok(pb::ReleaseSwitchResponse { released })
}

/// The domains that a scope touches: all of them for `all`, else the one that knows the name.
fn wards_of<'a>(plane: &'a Plane, scope: &Scope) -> Result<Vec<&'a Ward>, Error> {
    match scope {
        Scope::All => Ok(plane.business().collect()),
        Scope::Domain(name) if plane.business().any(|ward| ward.domain.name() == name) => {
            Ok(vec![plane.ward(name)?])
        }
        Scope::Domain(name) => Err(Error::NotFound(format!("there is no domain `{name}` here"))),
        Scope::Service(service) | Scope::Tool(service, _) => Ok(vec![plane.service_ward(service)?]),
        Scope::Run(run) => Ok(vec![plane.run_ward(*run)?]),
    }
}
