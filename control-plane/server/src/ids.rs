//! New identifiers: UUID version 7, so that they sort by the time they were drawn.

use remit_core::{ActionId, EscalationId, PlanId, RunId, SwitchId};
use uuid::Uuid;

/// A fresh UUID.
pub(crate) fn draw() -> Uuid {
    Uuid::now_v7()
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
