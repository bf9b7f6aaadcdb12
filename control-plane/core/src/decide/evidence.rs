//! Clause 3: what is cited was seen in this very run, and is fresh enough now.

use crate::{
    Assertion, Clause, Outcome, Reason,
    decide::Case,
    decision::{Finding, Objection},
    proposal::EvidenceUse,
};

pub(super) fn finding(case: Case<'_>) -> Finding {
    let deny = |objection| Finding::object(Clause::Evidence, Outcome::Deny, objection);
    if let Some(objection) = &case.assessment.evidence_objection {
        return deny(objection.clone());
    }
    let mut old = Vec::new();
    for used in &case.assessment.evidence {
        match unattested(case, used) {
            None => {}
            Some(stale) if used.is_spare() && stale.reason == Reason::EvidenceStale => {
                old.push((used, stale));
            }
            Some(objection) => return deny(objection),
        }
    }
    if let Some(objection) = super::sources::too_few(case.assessment, &old) {
        return deny(objection);
    }
    if let Some(why) = case.returned {
        return Finding::object(Clause::Evidence, Outcome::Escalate, why.clone());
    }
    if let Some(objection) = case.assessment.origin_objection.as_ref().filter(|_| !case.approved) {
        return Finding::object(Clause::Evidence, Outcome::Escalate, objection.clone());
    }
    let known = case.assessment.evidence.iter().map(|used| account(case, used));
    let known: Vec<String> = known.chain(case.proposal.asserted.iter().map(said)).collect();
    Finding::content(Clause::Evidence, known.join(", "))
}

/// An assertion with its source and the beginning of its digest.
fn said(said: &Assertion) -> String {
    let digest: String = said.content.digest().to_string().chars().take(8).collect();
    format!("{} (said by the service, {}, {digest})", said.item, said.source)
}

/// An item with its age and the beginning of its digest.
fn account(case: Case<'_>, used: &EvidenceUse) -> String {
    let digest: String = used.digest.to_string().chars().take(8).collect();
    format!("{} ({} old, {digest})", used.item, seconds(case.now.since_ms(used.dated())))
}

fn unattested(case: Case<'_>, used: &EvidenceUse) -> Option<Objection> {
    let item = &used.item;
    match case.run.evidence.get(&(item.clone(), used.action)) {
        // The preparation may not invent what the run has not seen.
        None => Some(Objection::new(Reason::EvidenceMissing, format!("`{item}` was not seen in this run"))),
        Some((digest, _)) if *digest != used.digest => Some(Objection::new(
            Reason::EvidenceMissing,
            format!("`{item}` has another digest than what was seen"),
        )),
        Some((_, seen_at)) => {
            // A time of its own never makes a fact fresher than its arrival.
            let own = used.as_of.filter(|own| own < seen_at);
            let age = case.now.since_ms(own.unwrap_or(*seen_at));
            // People had the time that the rule gives them, and what they saw was read again since.
            let limit = used.fresh_for_ms.filter(|_| !case.is_second_look())?;
            let by = if own.is_some() { " by its own time" } else { "" };
            (age > limit).then(|| {
                Objection::new(
                    Reason::EvidenceStale,
                    format!("`{item}` is {} old{by}, it counts for {}", seconds(age), seconds(limit)),
                )
            })
        }
    }
}

/// Milliseconds as seconds with one decimal.
fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
}
