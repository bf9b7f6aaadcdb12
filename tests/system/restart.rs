//! Ends and beginnings: a graceful end loses no answer, a restart keeps everything.

use std::io::ErrorKind;

use remit_proto::v1::{self as pb, ActionStatus, Level};
use remit_tests::{
    client::{Agent, Operator, payout},
    site::{PATIENCE, Remitd, Site},
    upstream::Mood,
};
use tokio::net::TcpStream;

use crate::REMITD;

/// Waits until nothing listens there any more.
async fn closed(remitd: &Remitd) {
    let look = async {
        loop {
            match TcpStream::connect(remitd.address).await {
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => return,
                Ok(_) | Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, look).await.expect("it stops listening");
}

#[tokio::test]
async fn a_graceful_end_waits_for_what_is_under_way() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("timeout: 1s", "timeout: 9s");
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    agent.look_up(&run, "US-500-a").await;
    site.upstream.turn(Mood::Silent);
    let flight =
        tokio::spawn(async move { agent.act(&run, "payout.create", &payout("US-500-a", 500)).await });
    site.upstream.paid(1).await;

    remitd.terminate().await;
    closed(&remitd).await;
    site.upstream.turn(Mood::Honest);
    let paid = flight.await.unwrap();
    assert_eq!(paid.status(), ActionStatus::Succeeded, "{paid:?}");
    assert!(remitd.ended().await.success());

    let remitd = site.start().await;
    let detail = remitd.operator().await.action(&paid.action).await;
    assert_eq!(detail.action.unwrap().status(), ActionStatus::Succeeded);
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
}

#[tokio::test]
async fn what_was_in_flight_at_a_power_cut_is_in_doubt_and_without_a_key_not_sent_again() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("      idempotency_key: header:Idempotency-Key\n", "");
    site.contracts.edit("timeout: 1s", "timeout: 20s");
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let token = agent.token.clone();
    let run = agent.run("case-1").await;
    agent.look_up(&run, "US-500-a").await;
    site.upstream.turn(Mood::Silent);
    let (case, mut other) = (run.clone(), agent.clone());
    let flight = tokio::spawn(async move {
        other.try_act(&case, "payout.create", &payout("US-500-a", 500).to_string()).await
    });
    site.upstream.paid(1).await;
    remitd.kill().await;
    assert!(flight.await.unwrap().is_err(), "nobody was told anything");
    site.upstream.turn(Mood::Honest);

    let remitd = site.start().await;
    let mut agent = Agent::connect(&remitd.url(), &token).await;
    let asked = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!(asked.status(), ActionStatus::InDoubt, "the same call joins it: {asked:?}");
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
    let budget = remitd.operator().await.run(&run).await.run.unwrap().budget.unwrap();
    assert!(250_000 <= budget.held_micros, "its money stays held: {budget:?}");
}

/// Everything that an operator can look at.
async fn picture(operator: &mut Operator, run: &str) -> impl PartialEq + std::fmt::Debug + use<> {
    let runs = operator.0.list_runs(pb::ListRunsRequest::default()).await.unwrap().into_inner();
    let actions = operator.0.list_actions(pb::ListActionsRequest::default()).await.unwrap().into_inner();
    let switches = operator.0.list_switches(pb::ListSwitchesRequest {}).await.unwrap().into_inner();
    let pending = operator.pending().await;
    let tokens = operator.0.list_tokens(pb::ListTokensRequest {}).await.unwrap().into_inner();
    let mut details = Vec::new();
    for action in &actions.actions {
        details.push(operator.action(&action.id).await);
    }
    (runs, details, switches, pending, tokens, operator.run(run).await)
}

#[tokio::test]
async fn a_restart_keeps_budgets_switches_escalations_and_evidence() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    agent.refund(&run, "US-500-a", 500).await;
    let held = agent.refund(&run, "US-50000-b", 30_000).await;
    agent.look_up(&run, "US-700-c").await;
    let other = agent.run("case-2").await;
    operator.ceiling(&format!("run:{other}"), Level::Read).await;
    let before = picture(&mut operator, &run).await;
    let token = agent.token.clone();
    remitd.kill().await;

    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    let mut agent = Agent::connect(&remitd.url(), &token).await;
    assert_eq!(picture(&mut operator, &run).await, before);
    assert_eq!(agent.run("case-1").await, run, "the name still means the open run");

    let escalation = operator.pending().await.remove(0);
    operator.answer(&escalation, true).await.unwrap();
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Succeeded);
    let blocked = agent.act(&run, "payout.create", &payout("US-700-c", 700)).await;
    assert_eq!(
        blocked.decision.unwrap().reason,
        "tool_calls_exhausted",
        "two payouts a run, counted over the restart"
    );
    let noted = serde_json::json!({ "customer_id": "c-1", "text": "Hello." });
    assert_eq!(agent.act(&other, "customer.note", &noted).await.decision.unwrap().reason, "above_ceiling");
}

#[tokio::test]
async fn evidence_that_was_read_before_a_restart_still_counts_after_it() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let token = agent.token.clone();
    let run = agent.run("case-1").await;
    agent.look_up(&run, "US-500-a").await;
    remitd.stop().await;
    let remitd = site.start().await;
    let mut agent = Agent::connect(&remitd.url(), &token).await;
    let paid = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!(paid.status(), ActionStatus::Succeeded, "{paid:?}");
}
