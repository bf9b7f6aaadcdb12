//! Clause 3, sufficiency: of several facts, so many are fresh and come from sources that do not depend on each other.

use crate::{
    Reason,
    decision::Objection,
    proposal::{Assessment, EvidenceUse},
};

/// Objects when those that are not too old come from too few sources. What is to spare may be old. `rule` is where
/// the contract says how many are needed.
pub(super) fn too_few(
    (assessment, rule): (&Assessment, &str),
    old: &[(&EvidenceUse, Objection)],
) -> Option<Objection> {
    let count = assessment.at_least?;
    let enough = |sources: usize| usize::try_from(count).is_ok_and(|count| count <= sources);
    let fresh = assessment.sources(|used| !old.iter().any(|(it, _)| *it == used));
    if enough(fresh) {
        return None;
    }
    let why: Vec<&str> = old.iter().map(|(_, stale)| stale.detail.as_str()).collect();
    let (reason, text) = if enough(assessment.sources(|_| true)) {
        (Reason::EvidenceStale, format!("fresh: {fresh}; {}", why.join("; ")))
    } else {
        (Reason::EvidenceInsufficient, format!("seen: {fresh}"))
    };
    Some(Objection::new(
        reason,
        format!("independent sources that are needed: {count} (`{rule}.at_least`), {text}"),
    ))
}
