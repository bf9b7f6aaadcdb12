//! New identifiers: UUID version 7, so that they sort by the time they were drawn.

use remit_core::{ActionId, EscalationId, PlanId, RunId, SwitchId, Timestamp};
use uuid::{ContextV7, Uuid};

/// A fresh UUID.
pub(crate) fn draw() -> Uuid {
    Uuid::now_v7()
}

/// What [`draw`] would have drawn at that moment.
pub(crate) fn drawn_at(at: Timestamp, _: u128) -> Uuid {
    let micros = at.as_micros().max(0);
    let seconds = u64::try_from(micros.div_euclid(1_000_000)).unwrap_or_default();
    let nanos = u32::try_from(micros.rem_euclid(1_000_000).saturating_mul(1_000)).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(ContextV7::new(), seconds, nanos))
}

pub(crate) fn action() -> ActionId {
    ActionId::new(draw())
}

pub(crate) fn run() -> RunId {
    RunId::new(draw())
}

pub(crate) fn escalation() -> EscalationId {
    EscalationId::new(draw())
}

pub(crate) fn switch() -> SwitchId {
    SwitchId::new(draw())
}

pub(crate) fn plan() -> PlanId {
    PlanId::new(draw())
}
