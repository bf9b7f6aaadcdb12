//! Attempts at what a contract forbids by name, where no run was there to be decided in: findings all the same.

use crate::{Digest, ServiceName, Timestamp, ToolName, refusal::Refusal, state::State};

/// Attempts at one tool within so many milliseconds are one finding: whoever is refused must not be able to fill
/// the journal.
const ONE_FINDING_MS: u64 = 60_000;

/// The version that forbids it; `None` when the attempt belongs to a finding that was made a moment ago.
pub(super) fn counts(
    state: &State,
    service: &ServiceName,
    principal: &str,
    tool: &ToolName,
    now: Timestamp,
) -> Result<Option<Digest>, Refusal> {
    let known = state.services.get(service).ok_or_else(|| Refusal::not_found("service", service))?;
    if known.active.principal != principal {
        return Err(Refusal::NotPermitted {
            who: format!("`{principal}`"),
            what: "act for this service",
            needs: format!("the contract names `{}`", known.active.principal),
        });
    }
    if !known.active.forbidden.contains(tool) {
        return Err(Refusal::Invalid(format!("`{tool}` is not forbidden by name")));
    }
    let fresh = known.attempted.get(tool).is_none_or(|last| last.plus_ms(ONE_FINDING_MS) <= now);
    Ok(fresh.then_some(known.active.digest))
}
