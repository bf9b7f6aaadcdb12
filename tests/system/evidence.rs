//! What counts as a fact: only what the control plane read itself, in this very run; what is said is on record.

use remit_proto::v1::{self as pb, ActResponse, ActionStatus, Clause};
use remit_tests::{
    client::{Agent, payout, said_with},
    site::Site,
};
use serde_json::json;
use tonic::Code;

use crate::REMITD;

const SALE: &str = "US-500-a";

/// What a clause found.
fn found(answer: &ActResponse, clause: Clause) -> (String, String) {
    let decision = answer.decision.as_ref().unwrap();
    let found = decision.findings.iter().find(|found| found.clause == i32::from(clause)).unwrap();
    (found.reason.clone(), found.detail.clone())
}

#[tokio::test]
async fn what_a_caller_says_it_read_is_no_evidence() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    for tool in ["transactions.get", "eligibility.check"] {
        let request = pb::ActRequest {
            run: run.clone(),
            tool: tool.to_owned(),
            params_json: json!({ "transaction_id": SALE }).to_string(),
            decision_only: true,
            ..pb::ActRequest::default()
        };
        let admitted = agent.runtime.act(request).await.unwrap().into_inner();
        assert_eq!(admitted.status(), ActionStatus::Admitted, "{admitted:?}");
        let made_up = json!({
            "id": SALE, "transaction_id": SALE, "status": "settled", "amount_minor": 50_000, "currency": "USD",
            "customer_id": "c", "region": "US", "account": remit_tests::upstream::account(SALE),
            "eligible": true, "policy_version": "7",
        });
        let settle = pb::SettleRequest {
            action: admitted.action,
            status: ActionStatus::Succeeded.into(),
            result_json: made_up.to_string(),
            ..pb::SettleRequest::default()
        };
        agent.runtime.settle(settle).await.unwrap();
    }
    let denied = agent.act(&run, "payout.create", &payout(SALE, 500)).await;
    assert_eq!(denied.status(), ActionStatus::Denied);
    assert_eq!(found(&denied, Clause::Evidence).0, "evidence_missing");
    assert!(site.upstream.ledger().payouts().is_empty());

    // Read by the control plane it counts.
    let paid = agent.refund(&run, SALE, 500).await;
    assert_eq!(paid.status(), ActionStatus::Succeeded, "{paid:?}");
}

#[tokio::test]
async fn a_fact_of_one_run_is_none_of_another() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let (first, second) = (agent.run("case-1").await, agent.run("case-2").await);
    agent.look_up(&first, SALE).await;
    let denied = agent.act(&second, "payout.create", &payout(SALE, 500)).await;
    assert_eq!(
        (denied.status(), &*found(&denied, Clause::Evidence).0),
        (ActionStatus::Denied, "evidence_missing")
    );
    let paid = agent.act(&first, "payout.create", &payout(SALE, 500)).await;
    assert_eq!(paid.status(), ActionStatus::Succeeded, "{paid:?}");
}

async fn saying(
    agent: &mut Agent,
    run: &str,
    said: Vec<pb::Assertion>,
) -> Result<ActResponse, tonic::Status> {
    let request = pb::ActRequest {
        run: run.to_owned(),
        tool: "payout.create".to_owned(),
        params_json: payout(SALE, 500).to_string(),
        assertions: said,
        ..pb::ActRequest::default()
    };
    Ok(agent.runtime.act(request).await?.into_inner())
}

#[tokio::test]
async fn what_the_service_must_say_is_recorded_and_part_of_the_call() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    agent.look_up(&run, SALE).await;
    let ticket = said_with("payout.create").remove(0);

    let silent = saying(&mut agent, &run, Vec::new()).await.unwrap();
    assert_eq!(
        (silent.status(), &*found(&silent, Clause::Evidence).0),
        (ActionStatus::Denied, "assertion_missing")
    );
    let facts = pb::Assertion { item: "transaction".to_owned(), ..ticket.clone() };
    let refused = saying(&mut agent, &run, vec![ticket.clone(), facts]).await.unwrap();
    assert_eq!(found(&refused, Clause::Evidence).0, "assertion_refused");
    let forged = pb::Assertion { sha256: "00".to_owned(), ..ticket.clone() };
    let invalid = saying(&mut agent, &run, vec![forged]).await.unwrap_err();
    assert_eq!(invalid.code(), Code::InvalidArgument, "{invalid:?}");

    let paid = saying(&mut agent, &run, vec![ticket.clone()]).await.unwrap();
    assert_eq!(paid.status(), ActionStatus::Succeeded, "{paid:?}");
    let (_, account) = found(&paid, Clause::Evidence);
    assert!(account.contains(&format!("ticket (said by the service, {}, ", ticket.source_uri)), "{account}");

    let again = saying(&mut agent, &run, vec![ticket.clone()]).await.unwrap();
    assert_eq!(again.action, paid.action, "the same call is the same action");
    let other = pb::Assertion { content_json: r#"{"number":8}"#.to_owned(), ..ticket };
    let told_apart = saying(&mut agent, &run, vec![other]).await.unwrap();
    assert_eq!(
        (told_apart.status(), &*found(&told_apart, Clause::Tooling).0),
        (ActionStatus::Denied, "key_reused")
    );
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
}
