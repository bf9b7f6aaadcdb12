//! A switch, and what goes again without it, as the small control plane of the tests tells of them.

use remit_proto::v1 as pb;

use super::plane::time;

pub(super) fn resumes() -> Vec<pb::Resumes> {
    vec![pb::Resumes {
        domain: "payments".to_owned(),
        service: "refund-decision".to_owned(),
        before: pb::Level::None.into(),
        after: pb::Level::Execute.into(),
        tools: vec!["customer.note".to_owned(), "payout.create".to_owned()],
        open_runs: 2,
        ..pb::Resumes::default()
    }]
}

pub(super) fn switch(scope: &str, ceiling: i32, reason: &str) -> pb::Switch {
    pb::Switch {
        id: "swi_0193a5f2c1d87b3e9c40aa5e77778888".to_owned(),
        scope: scope.to_owned(),
        ceiling,
        by: "ana".to_owned(),
        reason: reason.to_owned(),
        set_at: time(1_700_000_000),
        domain: "payments".to_owned(),
        owner: "ana".to_owned(),
        review_at: time(1_700_001_800),
        ..pb::Switch::default()
    }
}
