//! Clause 5: parameters fit the schema, the logical effect is free, the rate is kept.

use crate::{
    Clause, Outcome, Reason,
    decide::Case,
    decision::{Finding, Objection},
};

/// The finding, and for a throttle the milliseconds after which to come back.
pub(super) fn finding(case: Case<'_>) -> (Finding, Option<u64>) {
    let object = |outcome, objection| Finding::object(Clause::Tooling, outcome, objection);
    if let Some(objection) = &case.assessment.tooling_objection {
        return (object(Outcome::Deny, objection.clone()), None);
    }
    if let Some(holder) = case.key_used_by {
        let detail = match case.proposal.key {
            Some(_) => format!("the key belongs to {holder}"),
            None => format!("{holder} is the same call, but with other assertions"),
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
    (Finding::content(Clause::Tooling, ""), None)
}

/// One logical effect at most once: whoever holds it is named.
fn taken(case: Case<'_>) -> Option<Objection> {
    let effect = case.assessment.effect.as_ref()?;
    let holder = case.state.holder(effect).filter(|holder| *holder != case.proposal.action)?;
    // Of a run whose actions were dropped, only effects that exist still hold their name.
    let status = case.state.actions.get(&holder).map_or("succeeded", |action| action.status.as_str());
    Some(Objection::new(Reason::EffectTaken, format!("`{effect}` belongs to {holder}, which is {status}")))
}
