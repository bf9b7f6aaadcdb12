//! What recomputing the hash chains and verifying the signatures of approvals found.

use remit_proto::v1::{ApprovalSignatures, DomainVerification, UnverifiedApproval, VerifyResponse};
use serde_json::{Value, json};

use crate::cli::{
    paint::Tone,
    table::{Cell, Column},
    words,
};

/// What `remit verify` shows.
pub const COLUMNS: &[Column<DomainVerification>] = &[
    Column::new("DOMAIN", |row: &DomainVerification, _| Cell::new(&row.domain)),
    Column::new("CHAIN", |row: &DomainVerification, _| {
        if is_intact(row) {
            Cell::new("intact").tone(Tone::Good)
        } else {
            Cell::new("BROKEN").tone(Tone::Bad)
        }
    }),
    Column::new("EVENTS", |row: &DomainVerification, _| Cell::new(row.events.to_string())).right(),
    Column::new("APPROVALS", |row: &DomainVerification, _| approvals(row)),
    Column::new("HEAD", |row: &DomainVerification, _| Cell::new(&row.head)),
    Column::new("PROBLEM", |row: &DomainVerification, _| Cell::new(&row.problem)),
];

/// The chain alone. A control plane of before signatures were verified says nothing but whether all is well.
#[must_use]
pub const fn is_intact(row: &DomainVerification) -> bool {
    row.intact || row.ok
}

fn approvals(row: &DomainVerification) -> Cell {
    let Some(ApprovalSignatures { verified, without_key, failed, .. }) = &row.signatures else {
        return Cell::new("not verified").tone(Tone::Warn);
    };
    let wrong = (0 < *failed).then(|| format!("{failed} NOT VERIFIED"));
    let right = (0 < *verified).then(|| format!("{verified} verified"));
    let bare = (0 < *without_key).then(|| format!("{without_key} without a key"));
    let told: Vec<_> = [wrong, right, bare].into_iter().flatten().collect();
    let tone = if 0 < *failed { Tone::Bad } else { Tone::Plain };
    Cell::new(if told.is_empty() { "none".to_owned() } else { told.join(", ") }).tone(tone)
}

/// The first approval of a domain that does not verify, in words.
#[must_use]
pub fn unverified(domain: &str, found: &UnverifiedApproval) -> String {
    let UnverifiedApproval { seq, escalation, contract, by, key, problem, .. } = found;
    let what = if escalation.is_empty() { format!("contract {contract}") } else { escalation.clone() };
    let key = if key.is_empty() { String::new() } else { format!(" with key {key}") };
    format!("event {seq} of `{domain}`: the approval of {what} by `{by}`{key} does not verify: {problem}")
}

/// The verification as an object.
#[must_use]
pub fn json(response: &VerifyResponse) -> Value {
    json!({
        "ok": response.ok,
        "domains": response.domains.iter().map(|domain| json!({
            "domain": domain.domain,
            "events": domain.events,
            "head": domain.head,
            "ok": domain.ok,
            "intact": is_intact(domain),
            "problem": words::text(&domain.problem),
            "signatures": domain.signatures.as_ref().map(signatures),
        })).collect::<Vec<_>>(),
    })
}

fn signatures(found: &ApprovalSignatures) -> Value {
    json!({
        "verified": found.verified,
        "without_key": found.without_key,
        "failed": found.failed,
        "first_failed": found.first_failed.as_ref().map(|first| json!({
            "seq": first.seq,
            "escalation": words::text(&first.escalation),
            "contract": words::text(&first.contract),
            "by": first.by,
            "key": words::text(&first.key),
            "problem": first.problem,
            "remedy": first.remedy,
        })),
    })
}
