//! Clause 1: the authenticated principal is the contract's, the delegation stands, the run is open.

use crate::{
    Clause, Outcome, Reason,
    decide::Case,
    decision::{Finding, Objection},
    state::Phase,
};

pub(super) fn finding(case: Case<'_>) -> Finding {
    match objection(case) {
        None => Finding::content(Clause::Identity, acts(case)),
        Some(objection) => Finding::object(Clause::Identity, Outcome::Deny, objection),
    }
}

fn acts(case: Case<'_>) -> String {
    format!("acts as {} (`identity.principal`)", case.proposal.principal)
}

fn objection(case: Case<'_>) -> Option<Objection> {
    let terms = &case.run.terms;
    if case.proposal.principal != terms.principal || case.proposal.principal != case.run.principal {
        let detail = format!(
            "`{}` acts, the contract names `{}` (`identity.principal`)",
            case.proposal.principal, terms.principal
        );
        return Some(Objection::new(Reason::PrincipalMismatch, detail));
    }
    if case.assessment.contract != terms.digest {
        // The preparation looked at another version than the run keeps: unknown means deny.
        let detail = format!("judged under {}, the run keeps {}", case.assessment.contract, terms.digest);
        return Some(Objection::new(Reason::PolicyError, detail));
    }
    if let Some((reason, detail)) = terms.delegation.lacks(case.now) {
        let end = if reason == Reason::DelegationNotBegun { "on" } else { "until" };
        return Some(Objection::new(reason, format!("{detail} (`identity.delegation.{end}`)")));
    }
    match case.run.phase {
        Phase::Open => None,
        Phase::Stopped if let Some(reason) = case.run.withdrawn() => {
            Some(Objection::new(reason, format!("the run keeps version {}", terms.version)))
        }
        Phase::Completed | Phase::Stopped | Phase::RolledBack => {
            Some(Objection::new(Reason::RunEnded, format!("the run is {}", case.run.phase.as_str())))
        }
        Phase::RollingBack => Some(Objection::new(Reason::RunRollingBack, "an operator is undoing the run")),
    }
}
