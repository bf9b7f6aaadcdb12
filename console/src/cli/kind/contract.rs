//! Contract versions: who proposed, approved and activated them, and whether the signature holds.

use remit_control_plane::signature;
use remit_core::{
    Digest, Timestamp,
    review::Review,
    version::{Occasion, Seal, Statement},
};
use remit_proto::v1::{Approval, ContractReview, ContractVersion};
use serde_json::{Value, json};

use crate::cli::{
    failure::Failure,
    paint::Tone,
    screen::Screen,
    table::{Cell, Column, Give},
    words,
};

/// What `remit contract history` shows.
pub const COLUMNS: &[Column<ContractVersion>] = &[
    Column::new("VERSION", |row: &ContractVersion, _| Cell::new(&row.version)),
    Column::new("DIGEST", |row: &ContractVersion, _| Cell::new(short(&row.digest))),
    Column::new("STATE", |row: &ContractVersion, _| Cell::new(&row.status).tone(tone(&row.status))),
    Column::new("PROPOSED", |row: &ContractVersion, _| Cell::new(or_none(&row.proposed_by)))
        .give(Give::Shrink),
    Column::new("APPROVED", |row: &ContractVersion, _| {
        Cell::new(row.approval.as_ref().map_or("-", |approval| approval.by.as_str()))
    })
    .give(Give::Shrink),
    Column::new("REVIEWED", |row: &ContractVersion, _| {
        let review = row.approval.as_ref().and_then(|approval| approval.review.as_ref());
        Cell::new(review.map_or_else(|| "-".to_owned(), |review| format!("{} flips", review.grave)))
    })
    .give(Give::Drop(2)),
    Column::new("ACTIVATED", |row: &ContractVersion, _| Cell::new(or_none(&row.activated_by)))
        .give(Give::Shrink),
    Column::new("RUNS", |row: &ContractVersion, _| Cell::new(row.open_runs.to_string())).right(),
    Column::new("AGE", |row: &ContractVersion, now| {
        Cell::new(words::age(row.proposed_at.as_ref().or(row.activated_at.as_ref()), now))
    })
    .right()
    .give(Give::Drop(1)),
];

/// Enough of a digest to name it.
#[must_use]
pub fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}

fn or_none(name: &str) -> &str {
    if name.is_empty() { "-" } else { name }
}

fn tone(status: &str) -> Tone {
    match status {
        "active" => Tone::Good,
        "proposed" | "approved" => Tone::Warn,
        "revoked" => Tone::Bad,
        _ => Tone::Dim,
    }
}

/// True when the approval bears the signature of its key over this version, its base, this very proposal at this
/// control plane, and all that was shown: recomputed here, not believed. Whose key it is, the control plane says.
#[must_use]
pub fn is_signed(row: &ContractVersion, approval: &Approval) -> bool {
    let named = hex::decode(&approval.public_key).map(|bytes| Digest::of(&bytes).to_string());
    let for_this = (approval.control_plane.as_str(), approval.proposed_at_us)
        == (row.control_plane.as_str(), row.proposed_at_us);
    let is_first_form = approval.control_plane.is_empty() && approval.review.is_none();
    let Some(stated) = stated(row, approval) else { return false };
    (for_this || is_first_form)
        && named.as_ref() == Ok(&approval.key)
        && signature::is_by(&approval.public_key, &approval.signature, stated)
}

/// What the approver must have signed; `None` when it cannot be read.
fn stated(row: &ContractVersion, approval: &Approval) -> Option<Digest> {
    let plane = optional(&approval.control_plane)?;
    let proposed_at = Timestamp::from_micros(approval.proposed_at_us);
    let seal = Seal {
        base: optional(&approval.base)?,
        shown: approval.shown.clone(),
        occasion: plane.map(|plane| Occasion { plane, proposed_at }),
        review: match &approval.review {
            Some(sent) => Some(review(sent)?),
            None => None,
        },
        key: approval.key.parse().ok()?,
        signature: approval.signature.clone(),
    };
    statement(row, &approval.by, &seal)
}

/// The digest of an approver's statement about a version.
#[must_use]
pub fn statement(row: &ContractVersion, approver: &str, seal: &Seal) -> Option<Digest> {
    let version = row.digest.parse().ok()?;
    let (service, domain) = (row.service.as_str(), row.domain.as_str());
    Some(Statement { service, domain, version, approver, seal }.digest())
}

/// A digest that may be left out; `None` when it is none.
#[must_use]
pub fn optional(digest: &str) -> Option<Option<Digest>> {
    if digest.is_empty() { Some(None) } else { digest.parse().ok().map(Some) }
}

/// What the record said, as it was sent.
#[must_use]
pub fn review(sent: &ContractReview) -> Option<Review> {
    Some(Review {
        since: Timestamp::from_micros(sent.since_us),
        grave: sent.grave,
        flips: sent.flips.parse().ok()?,
        shown: sent.shown.clone(),
    })
}

/// What the record said, as an object.
#[must_use]
pub fn review_json(review: &ContractReview) -> Value {
    json!({
        "since": Timestamp::from_micros(review.since_us).to_string(),
        "grave": review.grave,
        "flips": review.flips,
        "shown": review.shown,
    })
}

/// The version as an object.
#[must_use]
pub fn json(row: &ContractVersion) -> Value {
    json!({
        "digest": row.digest,
        "service": row.service,
        "domain": row.domain,
        "version": row.version,
        "status": row.status,
        "proposed_by": words::text(&row.proposed_by),
        "proposed_at": words::rfc3339(row.proposed_at.as_ref()),
        "approval": row.approval.as_ref().map(|approval| json!({
            "by": approval.by,
            "at": words::rfc3339(approval.at.as_ref()),
            "base": words::text(&approval.base),
            "shown": approval.shown,
            "key": approval.key,
            "signature": approval.signature,
            "signed": is_signed(row, approval),
            "control_plane": words::text(&approval.control_plane),
            "reviewed": approval.review.as_ref().map(review_json),
        })),
        "activated_by": words::text(&row.activated_by),
        "activated_at": words::rfc3339(row.activated_at.as_ref()),
        "revoked_by": words::text(&row.revoked_by),
        "revoked_at": words::rfc3339(row.revoked_at.as_ref()),
        "revoked_because": words::text(&row.revoked_because),
        "open_runs": row.open_runs,
    })
}

/// The version in full, for people.
///
/// # Errors
/// When the output cannot be written.
pub fn write(row: &ContractVersion, screen: &mut Screen<'_>) -> Result<(), Failure> {
    screen.toned(&format!("{} {} is {}", row.service, row.version, row.status), tone(&row.status))?;
    screen.field("digest", &row.digest)?;
    screen.field("domain", &row.domain)?;
    screen.field("open runs", &row.open_runs.to_string())?;
    let proposed =
        if row.proposed_by.is_empty() { "by nobody: it was loaded from a folder" } else { &row.proposed_by };
    screen.field("proposed", proposed)?;
    if let Some(approval) = &row.approval {
        let holds = is_signed(row, approval);
        let signed =
            if holds { "signed with key" } else { "NOT signed: the signature does not hold for key" };
        screen.field("approved", &format!("{}, {signed} {}", approval.by, short(&approval.key)))?;
        for line in approval.shown.lines() {
            screen.field("", line)?;
        }
        if let Some(review) = &approval.review {
            screen.field("reviewed", &format!("{} flips", review.grave))?;
            for line in review.shown.lines() {
                screen.field("", line)?;
            }
        }
    }
    if !row.activated_by.is_empty() {
        screen.field("activated", &row.activated_by)?;
    }
    if !row.revoked_by.is_empty() {
        screen.field("revoked", &format!("{}: {}", row.revoked_by, row.revoked_because))?;
    }
    Ok(())
}
