//! Lowering what a scope may do, at once and provably, and what becomes of what was in flight.

use std::sync::Arc;

use futures::{StreamExt as _, future::join_all, stream::FuturesUnordered};
use remit_core::{
    ActionId, ActionStatus, Command, Digest, DomainName, Event, Person, RunId, SwitchId,
    command::{Explain, SwitchTarget},
    escalation::EscalationStatus,
    event::Settlement,
    proposal::Mode::DecisionOnly,
    state::Action,
    switch::{Mode, REVIEW_MS, Scope, Switch},
};
use remit_proto::v1::{self as pb, in_flight::Fate, stop_line_server};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::{operator::Updates, person, query, wire};
use crate::{
    clock,
    domain::Committed,
    error::Error,
    ids,
    plane::{Plane, Ward},
    runner,
    view::Inner,
};

/// Hears stops, and nothing else.
pub(super) struct StopLine {
    pub(super) plane: Arc<Plane>,
}

#[tonic::async_trait]
impl stop_line_server::StopLine for StopLine {
    async fn set_switch(
        &self,
        request: Request<pb::SetSwitchRequest>,
    ) -> Result<Response<pb::SetSwitchResponse>, Status> {
        let by = person(&self.plane, &request)?;
        Ok(Response::new(set_switch(&self.plane, by, request.into_inner()).await?))
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
    let mode = match request.mode() {
        pb::SwitchMode::Unspecified | pb::SwitchMode::Finish => Mode::Finish,
        pb::SwitchMode::Cancel => Mode::Cancel,
    };
    let pb::SetSwitchRequest { scope, reason, idempotency_id, no_undo, review_ms, .. } = request;
    let scope = scope_of(plane, &scope)?;
    let id = switch_id(&by, &idempotency_id);
    let review_at = asked_at.plus_ms(if review_ms == 0 { REVIEW_MS } else { review_ms });
    let switch = Switch {
        by: by.name.clone(),
        reason,
        mode,
        no_undo,
        review_at: Some(review_at),
        ..Switch::new(id, scope, ceiling, asked_at)
    };
    let names: Vec<DomainName> =
        wards_of(plane, &switch.scope)?.iter().map(|ward| ward.domain.name().clone()).collect();
    let shared = Arc::clone(plane);
    let setting = tokio::spawn(async move { set_in(&shared, &names, &switch, &by).await });
    let mut answer = setting.await.map_err(|error| Error::Unavailable(error.to_string()))??;
    let rows = answer.in_flight.iter_mut().filter_map(|row| row.action.as_mut());
    wire::fit(rows.map(|row| &mut row.params_json));
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
        ..pb::SetSwitchRequest::default()
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
        let known = inner.state.switches.get(&switch.id).unwrap_or(switch);
        answer.switches.push(wire::switch(known, &inner.state, clock::now()));
        answer.positions.insert(domain.to_owned(), set.map_or(inner.seq, |record| record.seq));
        answer.in_flight.extend(records.iter().filter_map(|record| cancelled(&record.event, inner)));
        let in_flight = inner.state.in_flight(&switch.scope);
        let above = in_flight.iter().filter(|action| action.level > switch.ceiling);
        answer.in_flight.extend(above.filter_map(|action| flying(action, switch, inner)));
    });
    let voided = records.iter().filter(|record| {
        matches!(record.event, Event::EscalationClosed { status: EscalationStatus::Voided, .. })
    });
    answer.voided = answer.voided.saturating_add(u32::try_from(voided.count()).unwrap_or(u32::MAX));
}

/// What the switch itself has cut off.
fn cancelled(event: &Event, inner: &Inner) -> Option<pb::InFlight> {
    let Event::ActionSettled(settled) = event else { return None };
    let (sent, fate) = match settled.settlement {
        Settlement::InDoubt { .. } => (true, Fate::InDoubt),
        Settlement::Succeeded { .. } | Settlement::Failed { .. } => {
            let trail = &inner.state.actions.get(&settled.action)?.trail;
            (trail.sent.is_some(), Fate::Cancelled)
        }
    };
    let action = Some(wire::action(inner.card(settled.action)?));
    Some(pb::InFlight { action, sent, fate: fate.into() })
}

/// What is in flight all the same.
fn flying(action: &Action, switch: &Switch, inner: &Inner) -> Option<pb::InFlight> {
    let sent = action.status == ActionStatus::Running || action.mode == DecisionOnly;
    let undoes = action.undoes.is_some() && !switch.no_undo;
    let fate = if sent || undoes { Fate::MayFinish } else { Fate::WillNotBeSent };
    Some(pb::InFlight { action: Some(wire::action(inner.card(action.id)?)), sent, fate: fate.into() })
}

/// Tells of each action when it is in flight no more.
pub(super) fn follow(
    plane: &Arc<Plane>,
    request: &pb::FollowInFlightRequest,
    stop: &CancellationToken,
) -> Result<Updates<pb::InFlight>, Error> {
    let actions: Vec<ActionId> =
        request.actions.iter().map(|id| wire::parse(id, "action")).collect::<Result<_, _>>()?;
    let ended: FuturesUnordered<_> =
        actions.into_iter().map(|action| ended(Arc::clone(plane), action)).collect();
    Ok(Box::pin(ended.map(Ok).take_until(stop.clone().cancelled_owned())))
}

async fn ended(plane: Arc<Plane>, id: ActionId) -> pb::InFlight {
    let forgotten = || pb::Action { id: id.to_string(), ..pb::Action::default() };
    let action = match plane.action_ward(id) {
        Ok(ward) => {
            runner::ended(ward, id).await;
            ward.view.action(id).map_or_else(forgotten, |card| wire::action(&card))
        }
        Err(_) => forgotten(),
    };
    pb::InFlight { action: Some(action), sent: false, fate: Fate::Ended.into() }
}

/// A scope as it is written; a run may be named by the end of its id, so that a stop needs no question before it.
fn scope_of(plane: &Plane, text: &str) -> Result<Scope, Error> {
    let ending = text.strip_prefix("run:").filter(|id| !id.is_empty() && id.parse::<RunId>().is_err());
    match ending {
        Some(ending) => Ok(Scope::Run(query::run_id(plane, ending)?)),
        None => wire::parse(text, "scope"),
    }
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

/// Says why switches are set, when they are looked at again, or who looks after them, in every domain that has them.
pub(super) async fn explain(
    plane: &Plane,
    by: Person,
    request: pb::ExplainSwitchRequest,
) -> Result<pb::ExplainSwitchResponse, Error> {
    let pb::ExplainSwitchRequest { target, reason, review_ms, owner } = request;
    let target = to_target(&target)?;
    if !owner.is_empty() && !plane.people()?.iter().any(|person| person.name == owner) {
        return Err(Error::NotFound(format!("`{owner}` is nobody whom the control plane knows")));
    }
    let review_at = (0 < review_ms).then(|| clock::now().plus_ms(review_ms));
    let owner = (!owner.is_empty()).then_some(owner);
    let told = Explain { target, by, reason, review_at, owner };
    let mut switches = Vec::new();
    for ward in having(plane, &told.target)? {
        ward.domain.submit(Command::ExplainSwitch(Box::new(told.clone()))).await?;
        switches.extend(rows(ward, &told.target));
    }
    Ok(pb::ExplainSwitchResponse { switches })
}

/// A switch by its id, or all at a scope.
pub(super) fn to_target(text: &str) -> Result<SwitchTarget, Error> {
    match text.parse::<SwitchId>() {
        Ok(id) => Ok(SwitchTarget::Id(id)),
        Err(_) => Ok(SwitchTarget::Scope(wire::parse(text, "switch")?)),
    }
}

/// The domains in which such a switch is set; at least one.
pub(super) fn having<'a>(plane: &'a Plane, target: &SwitchTarget) -> Result<Vec<&'a Ward>, Error> {
    let wards: Vec<&Ward> = plane.business().filter(|ward| !rows(ward, target).is_empty()).collect();
    if wards.is_empty() { Err(Error::NotFound("no such switch is set".to_owned())) } else { Ok(wards) }
}

/// The switches of a domain that are meant.
pub(super) fn rows(ward: &Ward, target: &SwitchTarget) -> Vec<pb::Switch> {
    ward.view.read(|inner| {
        let set = inner.state.switches.values();
        let meant = set.filter(|set| match target {
            SwitchTarget::Id(id) => set.id == *id,
            SwitchTarget::Scope(scope) => set.scope == *scope,
        });
        meant.map(|set| wire::switch(set, &inner.state, clock::now())).collect()
    })
}
