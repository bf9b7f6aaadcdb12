//! Power cuts at each named point of a rollback over two runs: the next start goes on where it was, and nothing is
//! undone twice or left behind.

use futures::{StreamExt as _, stream};
use remit_proto::v1::{self as pb, ActionStatus, RunStatus};
use remit_tests::{site::Site, upstream::Reversing};

use super::choices::independent;
use crate::REMITD;

/// Sites that are up at a time.
const AT_A_TIME: usize = 4;

/// Points, and how often each is passed unharmed: two runs have made two reads and a payout each before.
const CUTS: [(&str, u32); 22] = [
    ("before-commit:rollback_planned", 0),
    ("after-commit:rollback_planned", 0),
    ("before-commit:rollback_started", 0),
    ("after-commit:rollback_started", 0),
    ("after-commit:rollback_started", 1),
    ("before-answer:rollback_started", 0),
    ("before-commit:action_decided", 6),
    ("after-commit:action_decided", 6),
    ("before-commit:action_started", 6),
    ("after-commit:action_started", 6),
    ("before-send", 6),
    ("after-reply", 6),
    ("before-commit:action_settled", 6),
    ("after-commit:action_settled", 6),
    ("before-commit:rollback_closed", 0),
    ("after-commit:rollback_closed", 0),
    ("before-commit:action_decided", 7),
    ("after-commit:action_started", 7),
    ("after-reply", 7),
    ("after-commit:action_settled", 7),
    ("before-commit:rollback_closed", 1),
    ("after-commit:rollback_closed", 1),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_at_any_point_of_a_rollback_neither_doubles_nor_loses_a_step() {
    stream::iter(CUTS).for_each_concurrent(AT_A_TIME, |cut| Box::pin(play(cut))).await;
}

async fn play((point, passes): (&str, u32)) {
    let when = format!("{point} after {passes}");
    let site = Site::new(REMITD).await;
    independent(&site, false);
    let remitd = site.start_to_end_at(&format!("{point}={passes}*off->return")).await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let mut paid = Vec::new();
    for number in 1..=2 {
        let run = agent.run(&format!("case-{number}")).await;
        paid.push(agent.refund(&run, &format!("US-500-{number}"), 500).await);
    }
    let request = pb::PlanRollbackRequest {
        scope: "service:refund-decision".to_owned(),
        since: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
        ..Default::default()
    };
    let mut plan = operator.0.plan_rollback(request.clone()).await.map(tonic::Response::into_inner).ok();
    if let Some(plan) = &plan {
        // The connection ends with the process, before or after the last message.
        drop(operator.undo(plan).await);
    }
    assert!(!remitd.ended().await.success(), "{when}");

    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    operator.verify().await;
    let started = match &plan {
        Some(plan) => {
            let all = operator.0.list_rollbacks(pb::ListRollbacksRequest { all: true }).await.unwrap();
            all.into_inner().rollbacks.iter().any(|it| it.plan.as_ref().unwrap().id == plan.id)
        }
        None => false,
    };
    let last = if started {
        operator.undone(&plan.take().unwrap().id).await.pop().unwrap()
    } else {
        let plan = operator.0.plan_rollback(request).await.unwrap().into_inner();
        operator.undo(&plan).await.unwrap().pop().unwrap()
    };
    assert_eq!((last.state.as_str(), last.undone, last.parked), ("closed", 2, 0), "{when}: {last:?}");
    for paid in &paid {
        let action = operator.action(&paid.action).await.action.unwrap();
        assert_eq!(action.status(), ActionStatus::Undone, "{when}");
        assert_eq!(operator.run(&paid.run).await.run.unwrap().status(), RunStatus::RolledBack, "{when}");
    }
    let mut reversed: Vec<_> =
        site.upstream.ledger().reversals().into_iter().map(|(payout, _)| payout).collect();
    reversed.sort_unstable();
    assert_eq!(reversed, ["po-1", "po-2"], "{when}");
    operator.verify().await;
}

#[tokio::test]
async fn what_was_parked_is_still_on_the_list_after_a_power_cut() {
    for point in ["before-commit:step_parked", "after-commit:step_parked"] {
        let site = Site::new(REMITD).await;
        independent(&site, false);
        site.upstream.meets("po-1", Reversing::Refused);
        let remitd = site.start_to_end_at(&format!("{point}=return")).await;
        let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
        let run = agent.run("case-1").await;
        let paid = agent.refund(&run, "US-500-1", 500).await;
        let request = pb::PlanRollbackRequest { run: run.clone(), ..Default::default() };
        let plan = operator.0.plan_rollback(request).await.unwrap().into_inner();
        drop(operator.undo(&plan).await);
        assert!(!remitd.ended().await.success(), "{point}");

        let remitd = site.start().await;
        let mut operator = remitd.operator().await;
        let last = operator.undone(&plan.id).await.pop().unwrap();
        assert_eq!((last.undone, last.parked), (0, 1), "{point}");
        let parked = operator.parked().await;
        assert_eq!(parked[0].target.as_ref().unwrap().id, paid.action, "{point}");
        assert!(site.upstream.ledger().reversals().is_empty(), "{point}");
    }
}
