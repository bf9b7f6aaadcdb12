//! Clause 4: the central rules, as the preparation evaluated them. An error in a policy denies.

use crate::{
    Clause, Outcome, Reason,
    decide::Case,
    decision::{Finding, Objection},
    proposal::PolicyVerdict,
};

pub(super) fn finding(case: Case<'_>) -> Finding {
    match &case.assessment.policy {
        PolicyVerdict::Permit { policies } => Finding::content(Clause::Policy, policies.join(", ")),
        PolicyVerdict::Escalate { policies, .. } if case.approved => Finding {
            reason: Reason::Approved,
            ..Finding::content(Clause::Policy, format!("{}, approved", policies.join(", ")))
        },
        PolicyVerdict::Escalate { policies, asks } => {
            let because = asks.first().map_or("", |ask| ask.because.as_str());
            let detail = format!("policy `{}`: {because}", policies.join(", "));
            Finding::object(
                Clause::Policy,
                Outcome::Escalate,
                Objection::new(Reason::PolicyEscalates, detail),
            )
        }
        PolicyVerdict::Object(objection) => Finding::object(Clause::Policy, Outcome::Deny, objection.clone()),
    }
}
