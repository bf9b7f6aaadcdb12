//! Contract versions: who proposed, approved and activated them, and whether the signature holds.

use remit_control_plane::signature;
use remit_core::{Digest, version::statement};
use remit_proto::v1::{Approval, ContractVersion};
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

/// True when the approval bears the signature of its key over this version and what was shown: recomputed
/// here, not believed. Whose key it is, the control plane says.
#[must_use]
pub fn is_signed(digest: &str, approval: &Approval) -> bool {
    let named = hex::decode(&approval.public_key).map(|bytes| Digest::of(&bytes).to_string());
    let Ok(version) = digest.parse::<Digest>() else { return false };
    named.as_ref() == Ok(&approval.key)
        && signature::is_by(
            &approval.public_key,
            &approval.signature,
            statement(version, &approval.shown, &approval.by),
        )
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
            "signed": is_signed(&row.digest, approval),
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
        let holds = is_signed(&row.digest, approval);
        let signed =
            if holds { "signed with key" } else { "NOT signed: the signature does not hold for key" };
        screen.field("approved", &format!("{}, {signed} {}", approval.by, short(&approval.key)))?;
        for line in approval.shown.lines() {
            screen.field("", line)?;
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
