//! What operators do at once: answer, stop, release.

use std::{collections::HashMap, sync::Arc};

use futures::future::join_all;
use remit_core::{
    Command, Digest, DomainName, EscalationId, Event, Person, SwitchId,
    command::{Answer, SwitchTarget},
    escalation::EscalationStatus,
    switch::{Scope, Switch},
};
use remit_journal::Record;
use remit_proto::v1 as pb;
use tokio::sync::broadcast;

use super::{query, wire};
use crate::{
    clock,
    domain::Committed,
    error::Error,
    ids,
    plane::{Plane, Ward},
    release,
    view::Inner,
};

pub(super) async fn decide(
    plane: &Plane,
    by: Person,
    request: pb::DecideRequest,
) -> Result<pb::DecideResponse, Error> {
    let pb::DecideRequest { escalation, approve, reason, digest, idempotency_id } = request;
    let (ward, id) = query::escalation_ward(plane, &escalation)?;
    let digest = wire::parse(&digest, "digest")?;
    let name = by.name.clone();
    let answer = Answer { escalation: id, by, approve, reason, digest };
    let mut updates = ward.updates.subscribe();
    let decided = ward.domain.submit(Command::Decide(Box::new(answer))).await;
    let again = |inner: &Inner| {
        let votes = inner.state.escalations.get(&id).map(|known| known.votes.as_slice()).unwrap_or_default();
        votes.iter().any(|vote| vote.by == name && vote.approve == approve)
    };
    // The same answer sent again, because its receipt was lost, is the same answer.
    if !(decided.is_err() && !idempotency_id.is_empty() && ward.view.read(again)) {
        decided?;
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

/// Sets the ceiling in every domain that the scope touches, all at once: none waits for another, and a
/// domain that refuses or fails hinders no other. A caller that goes away does not stop it half-way.
pub(super) async fn set_switch(
    plane: &Arc<Plane>,
    by: Person,
    request: pb::SetSwitchRequest,
) -> Result<pb::SetSwitchResponse, Error> {
    let asked_at = clock::now();
    let ceiling = wire::to_level(request.ceiling())?;
    let pb::SetSwitchRequest { scope, ceiling: _, reason, idempotency_id } = request;
    let scope: Scope = wire::parse(&scope, "scope")?;
    let id = switch_id(&by, &idempotency_id);
    let switch = Switch { id, scope, ceiling, by: by.name.clone(), reason, at: asked_at, breach: None };
    let names: Vec<DomainName> =
        wards_of(plane, &switch.scope)?.iter().map(|ward| ward.domain.name().clone()).collect();
    let shared = Arc::clone(plane);
    let setting = tokio::spawn(async move { set_in(&shared, &names, &switch, &by).await });
    let mut answer = setting.await.map_err(|error| Error::Unavailable(error.to_string()))??;
    wire::fit(answer.in_flight.iter_mut().map(|row| &mut row.params_json));
    answer.containment_us =
        u64::try_from(clock::now().as_micros().saturating_sub(asked_at.as_micros())).unwrap_or(0);
    Ok(answer)
}

/// A stop by an administrator, for tests of what it reaches.
#[cfg(test)]
pub(crate) async fn stop(plane: &Arc<Plane>, scope: &str) -> Result<pb::SetSwitchResponse, Error> {
    let by = crate::start::sample::person("root");
    let request = pb::SetSwitchRequest {
        scope: scope.to_owned(),
        ceiling: pb::Level::None.into(),
        reason: "looking".to_owned(),
        idempotency_id: String::new(),
    };
    set_switch(plane, by, request).await
}

/// The same request of the same person is the same switch: sent again, it changes nothing.
fn switch_id(by: &Person, idempotency_id: &str) -> SwitchId {
    if idempotency_id.is_empty() {
        return ids::switch();
    }
    idempotency_id.parse().unwrap_or_else(|_| {
        let digest = Digest::of_parts(&[b"remit/switch/v1", by.name.as_bytes(), idempotency_id.as_bytes()]);
        let [bytes @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = *digest.as_bytes();
        SwitchId::new(uuid::Uuid::from_bytes(bytes))
    })
}

async fn set_in(
    plane: &Plane,
    names: &[DomainName],
    switch: &Switch,
    by: &Person,
) -> Result<pb::SetSwitchResponse, Error> {
    let set = names.iter().map(async |name| {
        let ward = plane.ward(name)?;
        let command = Command::SetSwitch { switch: switch.clone(), by: by.clone() };
        Ok::<_, Error>((ward, ward.domain.submit(command).await?))
    });
    let (mut answer, mut refused) = (pb::SetSwitchResponse::default(), Vec::new());
    for (name, set) in names.iter().zip(join_all(set).await) {
        match set {
            Ok((ward, records)) => note(ward, &records, switch, &mut answer),
            Err(error) => refused.push((name, error)),
        }
    }
    let first = match refused.first() {
        None => return Ok(answer),
        Some((_, error)) => error.clone(),
    };
    if answer.positions.is_empty() {
        return Err(first);
    }
    // In force in part: this must not look like an acknowledgement.
    let set: Vec<String> = answer.positions.iter().map(|(name, seq)| format!("{name}@{seq}")).collect();
    let not: Vec<String> = refused.iter().map(|(name, error)| format!("{name} ({error})")).collect();
    Err(Error::Conflict(format!("set in {}, NOT set in {}", set.join(", "), not.join(", "))))
}

/// What the acknowledgement says about one domain.
fn note(ward: &Ward, records: &Committed, switch: &Switch, answer: &mut pb::SetSwitchResponse) {
    let domain = ward.domain.name().as_str();
    let set = records.iter().find(|record| matches!(record.event, Event::SwitchSet(_)));
    ward.view.read(|inner| {
        answer.switches.push(wire::switch(switch, domain));
        answer.positions.insert(domain.to_owned(), set.map_or(inner.seq, |record| record.seq));
        let in_flight = inner.state.in_flight(&switch.scope);
        let above = in_flight.iter().filter(|action| action.level > switch.ceiling);
        answer.in_flight.extend(above.filter_map(|action| inner.card(action.id)).map(wire::action));
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

/// The domains that a scope touches: all of them for `all`, else those that know the name.
fn wards_of<'a>(plane: &'a Plane, scope: &Scope) -> Result<Vec<&'a Ward>, Error> {
    match scope {
        Scope::All => Ok(plane.business().collect()),
        Scope::Domain(name) if plane.business().any(|ward| ward.domain.name() == name) => {
            Ok(vec![plane.ward(name)?])
        }
        Scope::Domain(name) => Err(Error::NotFound(format!("there is no domain `{name}` here"))),
        Scope::Service(service) | Scope::Tool(service, _) => plane.service_wards(service),
        Scope::Run(run) => Ok(vec![plane.run_ward(*run)?]),
    }
}
