//! The picture of the whole: services, switches, what waits for people.

use remit_core::{
    Level, ServiceName, Timestamp,
    breaker::{BreakerState, Stand},
    escalation::EscalationStatus,
    state::Service,
    switch::Place,
    terms::{ToolTerms, Undo},
};
use remit_proto::v1 as pb;

use super::{alerts, clauses, practice, sharing, wire};
use crate::{
    clock,
    plane::Plane,
    view::{Inner, Tally},
};

pub(super) fn snapshot(plane: &Plane) -> pb::StateSnapshot {
    let (alerts, more_alerts) = alerts::pictured(plane);
    let mut snapshot = pb::StateSnapshot {
        alerts,
        more_alerts,
        at: Some(wire::time(clock::now())),
        services: services(plane),
        switches: switches(plane),
        ..pb::StateSnapshot::default()
    };
    for ward in plane.business() {
        ward.view.read(|inner| {
            let pending = inner.state.held.values().filter_map(|held| {
                let escalation = inner.state.escalations.get(&held.question.id)?;
                (escalation.status == EscalationStatus::Pending).then(|| wire::escalation(escalation, inner))
            });
            snapshot.pending.extend(pending);
            snapshot.positions.insert(ward.domain.name().to_string(), inner.seq);
            for tally in inner.tallies.values() {
                snapshot.in_doubt = snapshot.in_doubt.saturating_add(tally.in_doubt);
            }
        });
        if ward.domain.health().failed().is_some() {
            snapshot.failed_domains.push(ward.domain.name().to_string());
        }
    }
    snapshot.pending.extend(plane.practice.open().iter().filter_map(|stage| practice::row(stage)));
    sharing::put(plane, &mut snapshot.pending);
    wire::fit(snapshot.pending.iter_mut().map(|row| &mut row.params_json));
    snapshot
}

pub(super) fn services(plane: &Plane) -> Vec<pb::Service> {
    let now = clock::now();
    let mut all: Vec<_> = plane
        .business()
        .flat_map(|ward| {
            ward.view.read(|inner| {
                let services = inner.state.services.iter();
                let row = |(name, known)| service(plane, (name, known), inner, now);
                services.map(row).collect::<Vec<_>>()
            })
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn service(
    plane: &Plane,
    (name, known): (&ServiceName, &Service),
    inner: &Inner,
    now: Timestamp,
) -> pb::Service {
    let terms = &known.active;
    let place = Place { domain: &terms.domain, service: name, tool: None, run: None };
    let ceiling = inner.state.ceiling(terms, place, now).level;
    let lacks = terms.delegation.lacks(now);
    let none = Tally::default();
    let tally = inner.tallies.get(name).unwrap_or(&none);
    let [admitted, denied, escalated] = tally.pulse.per_minute(now);
    pb::Service {
        name: name.to_string(),
        domain: terms.domain.to_string(),
        contract_version: terms.version.clone(),
        contract_digest: terms.digest.to_string(),
        owner: terms.owner.clone(),
        purpose: terms.purpose.clone(),
        autonomy: wire::level(terms.autonomy).into(),
        ceiling: wire::level(ceiling).into(),
        open_runs: tally.in_use.runs,
        // As many as the queue has: another number would say which of them are for practice.
        pending_escalations: tally.pending.saturating_add(plane.practice.waiting(name)),
        in_flight: tally.in_flight,
        in_doubt: tally.in_doubt,
        budget: Some(pb::Budget {
            currency: terms.currency.clone(),
            limit_micros: tally.in_use.limit.as_micros(),
            spent_micros: tally.in_use.spent.as_micros(),
            held_micros: tally.in_use.held.as_micros(),
            calls: tally.in_use.calls,
            calls_limit: tally.in_use.calls_limit,
            ..pb::Budget::default()
        }),
        admitted_per_minute: admitted,
        denied_per_minute: denied,
        escalated_per_minute: escalated,
        decisions: tally.pulse.series(now),
        admitted: tally.admitted,
        denied: tally.denied,
        escalated: tally.escalated,
        security_findings: known.security_findings,
        enabled_on: Some(wire::time(terms.delegation.on)),
        enabled_until: Some(wire::time(terms.delegation.until)),
        delegation_lacks: lacks.map(|(reason, _)| reason.code().to_owned()).unwrap_or_default(),
        last_reason: tally.last.map(|(_, reason)| reason.code().to_owned()).unwrap_or_default(),
        clauses: clauses::of(&plane.canaries, terms, tally),
        windows: super::cost::above(&inner.state, name, now),
        reached: reached(known, inner, now),
        tripped: tripped(known, inner),
        breakers: breakers(known, now),
        last_decision_at: tally.last.map(|(at, _)| wire::time(at)),
        tools: terms
            .tools
            .iter()
            .map(|(name, tool)| pb::Tool {
                name: name.to_string(),
                level: wire::level(tool.level.unwrap_or(Level::None)).into(),
                undo: undo(tool),
            })
            .collect(),
    }
}

/// What the meters of the service show, and those of its domain.
fn reached(known: &Service, inner: &Inner, now: Timestamp) -> Vec<pb::Reached> {
    let of_domain =
        inner.state.settings.as_ref().map(|it| ("domain: ", &it.blast_radius, &inner.state.meters));
    let nodes = [("", &known.active.blast_radius, &known.meters)].into_iter().chain(of_domain);
    let shown = nodes.flat_map(|(prefix, rules, meters)| {
        rules.iter().map(move |rule| pb::Reached {
            name: format!("{prefix}{}", rule.meter),
            shown: meters.reading(&rule.meter, now),
            max: rule.max,
            per_ms: rule.meter.per_ms,
        })
    });
    shown.collect()
}

/// The wires that have tripped and wait for people, or for calm.
fn tripped(known: &Service, inner: &Inner) -> Vec<String> {
    let wires = known.wires.each().chain(inner.state.wires.each());
    wires.filter(|(_, tripped)| *tripped).map(|(wire, _)| wire.to_string()).collect()
}

/// The breakers that the contract gives its tools.
fn breakers(known: &Service, now: Timestamp) -> Vec<pb::BreakerState> {
    let of_tools = known.active.tools.iter();
    let states =
        of_tools.filter_map(|(tool, terms)| Some((tool, terms.breaker.as_ref()?))).map(|(tool, breaker)| {
            let none = BreakerState::default();
            let state = known.breakers.get(tool).unwrap_or(&none);
            let (stand, open_for_ms) = match state.stand(breaker, now) {
                Stand::Closed => ("closed", 0),
                Stand::Open(left) => ("open", left),
                Stand::HalfOpen(false) => ("half_open", 0),
                Stand::HalfOpen(true) => ("trying", 0),
            };
            pb::BreakerState {
                tool: tool.to_string(),
                stand: stand.to_owned(),
                open_for_ms,
                failures: u32::try_from(state.failures().0).unwrap_or(u32::MAX),
                opens_at: breaker.failures,
            }
        });
    states.collect()
}

/// How a tool's effect is undone, in words.
pub(super) fn undo(tool: &ToolTerms) -> String {
    match &tool.undo {
        Undo::Nothing => String::new(),
        Undo::By { tool, within_ms, verify: None, .. } => format!("{tool} within {}", span(*within_ms)),
        Undo::By { tool, within_ms, verify: Some(reads), .. } => {
            format!("{tool} within {}, seen by {reads}", span(*within_ms))
        }
        Undo::Irreversible { why } => format!("irreversible: {why}"),
    }
}

/// Milliseconds in the largest whole unit: `72h`, `10m`, `2s`, `500ms`.
fn span(ms: u64) -> String {
    [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]
        .into_iter()
        .find_map(|(unit, size)| {
            let whole = ms.checked_div(size).filter(|_| ms.is_multiple_of(size))?;
            Some(format!("{whole}{unit}"))
        })
        .unwrap_or_default()
}

pub(super) fn switches(plane: &Plane) -> Vec<pb::Switch> {
    let now = clock::now();
    plane
        .business()
        .flat_map(|ward| {
            ward.view.read(|inner| {
                let set = inner.state.switches.values();
                set.map(|set| wire::switch(set, &inner.state, now)).collect::<Vec<_>>()
            })
        })
        .collect()
}
