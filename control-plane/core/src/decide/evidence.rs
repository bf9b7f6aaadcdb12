//! Clause 3: what is cited was seen in this very run, and is fresh enough now.

use crate::{
    Assertion, Clause, Outcome, Reason,
    decide::Case,
    decision::{Finding, Objection},
    proposal::EvidenceUse,
};

pub(super) fn finding(case: Case<'_>) -> Finding {
    let object = |outcome, objection: &Objection| {
        let detail = with(&objection.detail, &known(case));
        Finding::object(Clause::Evidence, outcome, Objection::new(objection.reason, detail))
    };
    if let Some(objection) = &case.assessment.evidence_objection {
        return object(Outcome::Deny, objection);
    }
    let mut old = Vec::new();
    for used in &case.assessment.evidence {
        match unattested(case, used) {
            None => {}
            Some(stale) if used.is_spare() && stale.reason == Reason::EvidenceStale => {
                old.push((used, stale));
            }
            Some(objection) => return Finding::object(Clause::Evidence, Outcome::Deny, objection),
        }
    }
    let rule = format!("evidence.needs.{}", case.proposal.tool);
    if let Some(objection) = super::sources::too_few((case.assessment, &rule), &old) {
        return object(Outcome::Deny, &objection);
    }
    if let Some(why) = case.returned.filter(|why| why.reason != Reason::RuleAsksNow) {
        return object(Outcome::Escalate, why);
    }
    match &case.assessment.origin_objection {
        Some(foreign) if case.approved => Finding {
            reason: Reason::Approved,
            ..Finding::content(Clause::Evidence, with(&format!("{}, approved", foreign.detail), &known(case)))
        },
        Some(foreign) => object(Outcome::Escalate, foreign),
        None => Finding::content(Clause::Evidence, by(&rule, &known(case))),
    }
}

/// An objection with the facts that are known: which, how old, and which very ones.
fn with(detail: &str, known: &str) -> String {
    if known.is_empty() { detail.to_owned() } else { format!("{detail}; known are {known}") }
}

/// The facts that are known, and the rule that they are enough for.
fn by(rule: &str, known: &str) -> String {
    if known.is_empty() { String::new() } else { format!("{known} (`{rule}`)") }
}

/// What the action rests on, and what the service says beside it.
fn known(case: Case<'_>) -> String {
    let known = case.assessment.evidence.iter().map(|used| account(case, used));
    let known: Vec<String> = known.chain(case.proposal.asserted.iter().map(said)).collect();
    known.join(", ")
}

/// An assertion with its source and the beginning of its digest.
fn said(said: &Assertion) -> String {
    let digest = said.content.digest().beginning();
    format!("{} (said by the service, {}, {digest})", said.item, said.source)
}

/// An item with its age and the beginning of its digest.
fn account(case: Case<'_>, used: &EvidenceUse) -> String {
    let age = seconds(case.now.since_ms(used.dated()));
    format!("{} ({age} old, {})", used.item, used.digest.beginning())
}

fn unattested(case: Case<'_>, used: &EvidenceUse) -> Option<Objection> {
    let item = &used.item;
    match case.run.evidence.get(&(item.clone(), used.action)) {
        // The preparation may not invent what the run has not seen.
        None => Some(unseen(case, &format!("`{item}` was not seen in this run"))),
        Some((digest, _)) if *digest != used.digest => {
            let (is, was) = (used.digest.beginning(), digest.beginning());
            Some(unseen(case, &format!("`{item}` ({is}) has another digest than what was seen ({was})")))
        }
        Some((_, seen_at)) => {
            // A time of its own never makes a fact fresher than its arrival.
            let own = used.as_of.filter(|own| own < seen_at);
            let age = case.now.since_ms(own.unwrap_or(*seen_at));
            let limit = used.fresh_for_ms.filter(|_| has_limit(case, used, own.is_some()))?;
            let by = if own.is_some() { " by its own time" } else { "" };
            (age > limit).then(|| {
                let (age, limit, digest) = (seconds(age), seconds(limit), used.digest.beginning());
                let rule = format!("evidence.items.{item}.fresh_for");
                Objection::new(
                    Reason::EvidenceStale,
                    format!("`{item}` ({digest}) is {age} old{by}, it counts for {limit} (`{rule}`)"),
                )
            })
        }
    }
}

fn unseen(case: Case<'_>, what: &str) -> Objection {
    let rule = format!("evidence.needs.{}", case.proposal.tool);
    Objection::new(Reason::EvidenceMissing, format!("{what} (`{rule}`)"))
}

/// People had the time that the rule gives them, and what they saw was read again since: that has just arrived,
/// but an answer that says itself that it is old is old. What was not read again is never gone on.
fn has_limit(case: Case<'_>, used: &EvidenceUse, by_own_time: bool) -> bool {
    let held = case.state.held.get(&case.proposal.action);
    let read_again = held.is_some_and(|held| case.state.is_reread(used, held.question.id));
    !case.is_second_look() || (by_own_time && read_again)
}

/// Milliseconds as seconds with one decimal.
fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
}
