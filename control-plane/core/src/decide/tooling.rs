//! Clause 5: parameters fit the schema, the logical effect is free, the rate is kept.

use crate::{
    Clause, Outcome, Reason,
    breaker::Stand,
    decide::Case,
    decision::{Finding, Objection},
};

/// When to come again while others are under way, in milliseconds: a tool answers sooner or later, nobody knows
/// when, and whoever asks once a quarter of a second is no burden.
const CROWDED_MS: u64 = 250;

/// When to come again while a probe is needed, in milliseconds.
const PROBE_MS: u64 = 1_000;

/// The finding, and for a throttle the milliseconds after which to come back.
pub(super) fn finding(case: Case<'_>) -> (Finding, Option<u64>) {
    let object = |outcome, objection| Finding::object(Clause::Tooling, outcome, objection);
    if let Some(objection) = &case.assessment.tooling_objection {
        return (object(Outcome::Deny, objection.clone()), None);
    }
    if let Some(holder) = case.key_used_by {
        let detail = match (&case.proposal.key, case.reused) {
            (Some(_), Some(reused)) => format!("the key belongs to {holder}: {}", reused.differs),
            (Some(_), None) => format!("the key belongs to {holder}"),
            (None, _) => format!("{holder} is the same call, but with other assertions"),
        };
        let objection = Objection::new(Reason::KeyReused, detail);
        return (object(Outcome::Deny, objection), None);
    }
    if let Some(objection) = taken(case) {
        return (object(Outcome::Deny, objection), None);
    }
    if let Some(rate) = case.tool.and_then(|tool| tool.rate)
        && !case.is_second_look()
    {
        let arrival = case
            .state
            .services
            .get(&case.run.terms.service)
            .and_then(|service| service.arrivals.get(&case.proposal.tool))
            .copied();
        if let Err(wait_ms) = crate::rate::conform(rate, arrival, case.now) {
            let detail = format!("{} in {} ms are used, {wait_ms} ms to wait", rate.count, rate.per_ms);
            let objection = Objection::new(Reason::RateExceeded, detail);
            return (object(Outcome::Throttle, objection), Some(wait_ms));
        }
    }
    if let Some((objection, wait_ms)) = shut(case) {
        return (object(Outcome::Throttle, objection), Some(wait_ms));
    }
    if let Some(objection) = crowded(case) {
        return (object(Outcome::Throttle, objection), Some(CROWDED_MS));
    }
    (Finding::content(Clause::Tooling, ""), None)
}

/// The tool's breaker is not closed. What people approved is theirs to try.
fn shut(case: Case<'_>) -> Option<(Objection, u64)> {
    let breaker = case.tool?.breaker.as_ref().filter(|_| !case.is_second_look())?;
    let tool = &case.proposal.tool;
    let state = case.state.services.get(&case.run.terms.service)?.breakers.get(tool)?;
    let said = |reason, detail: String, wait_ms| Some((Objection::new(reason, detail), wait_ms));
    match (state.stand(breaker, case.now), &breaker.probe) {
        (Stand::Closed, _) | (Stand::HalfOpen(false), None) => None,
        (Stand::Open(left_ms), _) => {
            let (failures, calls) = state.failures();
            let detail = format!("{failures} of the last {calls} calls of `{tool}` failed");
            said(Reason::BreakerOpen, detail, left_ms)
        }
        (Stand::HalfOpen(_), None) => {
            said(Reason::BreakerOpen, format!("one call tries whether `{tool}` is back"), CROWDED_MS)
        }
        (Stand::HalfOpen(_), Some(probe)) => {
            said(Reason::ProbeNeeded, format!("`{tool}` is tried again once `{probe}` succeeds"), PROBE_MS)
        }
    }
}

/// As many calls are under way as may be. People who approved one need not wait for others to end.
fn crowded(case: Case<'_>) -> Option<Objection> {
    let most = case.tool?.concurrency.filter(|_| !case.is_second_look())?;
    let tool = &case.proposal.tool;
    let under_way = case.state.services.get(&case.run.terms.service)?.in_flight.get(tool).copied()?;
    (under_way >= most).then(|| {
        let detail = format!("{under_way} calls of `{tool}` are under way, {most} may be at a time");
        Objection::new(Reason::ConcurrencyExceeded, detail)
    })
}

/// One logical effect at most once: whoever holds it is named.
fn taken(case: Case<'_>) -> Option<Objection> {
    let effect = case.assessment.effect.as_ref()?;
    let holder = case.state.holder(effect).filter(|holder| *holder != case.proposal.action)?;
    // Of a run whose actions were dropped, only effects that exist still hold their name.
    let status = case.state.actions.get(&holder).map_or("succeeded", |action| action.status.as_str());
    Some(Objection::new(Reason::EffectTaken, format!("`{effect}` belongs to {holder}, which is {status}")))
}
