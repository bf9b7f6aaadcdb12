//! Rollbacks as the scripted control plane tells them.

use remit_proto::v1 as pb;

use super::{CONTRACT, RUN, action, time};

fn steps() -> Vec<pb::RollbackStep> {
    vec![pb::RollbackStep {
        target: Some(action()),
        kind: pb::rollback_step::Kind::Compensate.into(),
        tool: "payout.reverse".to_owned(),
        params_json: "{\"payout_id\":\"po_1\"}".to_owned(),
        returns_micros: Some(5_000_000),
        cost_micros: 10_000,
        run: RUN.to_owned(),
        ..pb::RollbackStep::default()
    }]
}

/// The id of the plan that the control plane makes.
pub(in crate::cli::tests) const PLAN: &str = "plan_0193a5f2c1d87b3e9c40aa5e99990000";

pub(super) fn plan(run: &str) -> pb::RollbackPlan {
    let runs = if run.is_empty() { vec![RUN.to_owned(), format!("{RUN}2")] } else { vec![run.to_owned()] };
    let left_out = pb::LeftOut { run: RUN.to_owned(), why: "it is being rolled back already".to_owned() };
    pb::RollbackPlan {
        id: PLAN.to_owned(),
        run: run.to_owned(),
        service: "refund-decision".to_owned(),
        steps: steps(),
        digest: CONTRACT.to_owned(),
        expires_at: time(1_700_000_900),
        domain: "payments".to_owned(),
        counts: [("compensate".to_owned(), 1)].into(),
        returns_micros: 5_000_000,
        cost_micros: 10_000,
        currency: "USD".to_owned(),
        asked: if run.is_empty() { "service:refund-decision".to_owned() } else { String::new() },
        left_out: if run.is_empty() { vec![left_out] } else { Vec::new() },
        runs,
    }
}

/// A rollback in which one step is parked and nothing goes on.
pub(super) fn rollback(id: &str) -> pb::Rollback {
    let state = pb::StepState {
        step: steps().pop(),
        state: "parked".to_owned(),
        note: "refused: 422: it was paid out".to_owned(),
        until: time(1_700_000_900),
        by: String::new(),
        owner: "dana".to_owned(),
    };
    pb::Rollback {
        plan: Some(pb::RollbackPlan { id: id.to_owned(), ..plan(RUN) }),
        started_by: "ana".to_owned(),
        since: time(1_700_000_000),
        steps: vec![state],
        counts: [("parked".to_owned(), 1)].into(),
        rests: true,
        ..pb::Rollback::default()
    }
}

/// What it has left to a person.
pub(super) fn parked() -> pb::Parked {
    pb::Parked {
        target: Some(action()),
        plan: PLAN.to_owned(),
        run: RUN.to_owned(),
        why: "refused".to_owned(),
        note: "422: it was paid out".to_owned(),
        owner: "dana".to_owned(),
        until: time(1_700_000_900),
    }
}

/// Its one step and its last message, where so many steps are parked.
pub(super) fn walked(parked: u32) -> [pb::RollbackProgress; 2] {
    let step = pb::RollbackProgress {
        step: 1,
        steps: 1,
        detail: steps().pop(),
        status: pb::ActionStatus::Succeeded.into(),
        state: if parked == 0 { "undone" } else { "parked" }.to_owned(),
        ..pb::RollbackProgress::default()
    };
    let undone = u32::from(parked == 0);
    [step, pb::RollbackProgress { done: true, undone, parked, ..pb::RollbackProgress::default() }]
}
