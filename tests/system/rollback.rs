//! Undo: the plan that was shown runs, last effect first, and the ledger agrees.

mod choices;
mod many;
mod power;

use futures::TryStreamExt as _;
use remit_proto::v1::{
    self as pb, ActionStatus, RunStatus,
    rollback_step::Kind::{AlreadyUndone, Compensate},
};
use remit_tests::{client::reason, site::Site};
use serde_json::json;
use tonic::Code;

use crate::REMITD;

fn start(plan: &pb::RollbackPlan) -> pb::StartRollbackRequest {
    pb::StartRollbackRequest {
        plan: plan.id.clone(),
        digest: plan.digest.clone(),
        reason: "the whole case was wrong".to_owned(),
        idempotency_id: String::new(),
    }
}

#[tokio::test]
async fn a_rollback_undoes_the_run_last_effect_first() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let run = agent.run("case-1").await;
    let first = agent.refund(&run, "US-500-a", 500).await;
    let note = agent.act(&run, "customer.note", &json!({ "customer_id": "c-1", "text": "Paid." })).await;
    let second = agent.refund(&run, "US-700-b", 700).await;

    let request = pb::PlanRollbackRequest { run: run.clone(), ..Default::default() };
    let plan = operator.0.plan_rollback(request.clone()).await.unwrap().into_inner();
    let steps: Vec<_> =
        plan.steps.iter().map(|step| (step.target.clone().unwrap().id, step.kind())).collect();
    let wanted = [&second, &note, &first].map(|acted| (acted.action.clone(), Compensate));
    assert_eq!(steps, wanted);
    assert!(site.upstream.ledger().reversals().is_empty(), "a plan changes nothing");

    let forged = pb::StartRollbackRequest { digest: "0".repeat(64), ..start(&plan) };
    let refused = operator.0.start_rollback(forged).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::FailedPrecondition, "conflict"));

    let progress = operator.0.start_rollback(start(&plan)).await.unwrap().into_inner();
    let progress: Vec<_> = progress.try_collect().await.unwrap();
    let last = progress.last().unwrap();
    assert!(last.done);
    assert_eq!((last.undone, last.parked), (3, 0));

    let reversed: Vec<_> = site.upstream.ledger().reversals().into_iter().map(|(payout, _)| payout).collect();
    assert_eq!(reversed, ["po-2", "po-1"]);
    for undone in [&first, &note, &second] {
        let detail = operator.action(&undone.action).await.action.unwrap();
        assert_eq!(detail.status(), ActionStatus::Undone);
        assert_eq!(operator.action(&detail.undone_by).await.action.unwrap().undoes, undone.action);
    }
    assert_eq!(operator.run(&run).await.run.unwrap().status(), RunStatus::RolledBack);

    // A second look finds nothing to do, whether or not the run is still remembered in full.
    if let Ok(again) = operator.0.plan_rollback(request).await {
        assert!(again.get_ref().steps.iter().all(|step| step.kind() == AlreadyUndone), "{again:?}");
        drop(operator.0.start_rollback(start(again.get_ref())).await);
    }
    assert_eq!(site.upstream.ledger().reversals().len(), 2, "nothing is undone twice");
}

#[tokio::test]
async fn a_plan_that_the_run_has_outgrown_does_not_start() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let run = agent.run("case-1").await;
    agent.refund(&run, "US-500-a", 500).await;
    let plan = operator
        .0
        .plan_rollback(pb::PlanRollbackRequest { run: run.clone(), ..Default::default() })
        .await
        .unwrap();
    agent.refund(&run, "US-700-b", 700).await;
    let refused = operator.0.start_rollback(start(&plan.into_inner())).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::FailedPrecondition, "conflict"));
    assert!(site.upstream.ledger().reversals().is_empty());
}

#[tokio::test]
async fn a_run_that_is_undone_does_nothing_new() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let run = agent.run("case-1").await;
    agent.refund(&run, "US-500-a", 500).await;
    let plan = operator
        .0
        .plan_rollback(pb::PlanRollbackRequest { run: run.clone(), ..Default::default() })
        .await
        .unwrap();
    let progress = operator.0.start_rollback(start(&plan.into_inner())).await.unwrap().into_inner();
    let _: Vec<_> = progress.try_collect().await.unwrap();
    let refused = agent.act(&run, "transactions.get", &json!({ "transaction_id": "US-1-x" })).await;
    assert_eq!(refused.status(), ActionStatus::Denied);
    assert_eq!(refused.decision.unwrap().reason, "run_ended");
}
