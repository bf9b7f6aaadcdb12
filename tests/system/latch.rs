//! Stopped from beside it: without a connection, a token or a journal, and over restarts.

use jiff::Timestamp;
use remit_control_plane::latch;
use remit_proto::v1::{self as pb, ActionStatus};
use remit_tests::{
    client::{Agent, Operator, payout, reason, said_with},
    mcp,
    site::{Remitd, Site},
};
use serde_json::Value;

use crate::{
    REMITD,
    cli::{Said, remit},
    disk_full::{refund_until_refused, start_with_all},
};

async fn beside(site: &Site, verb: &str, more: &[&str]) -> Said {
    let data = site.data();
    remit(site, &[&[verb, "--local", "--data", data.to_str().unwrap()], more].concat()).await
}

async fn ready(remitd: &Remitd) -> (u16, String) {
    let answer = mcp::http().get(format!("{}/readyz", remitd.url())).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// A call that would be admitted is stopped, and nothing of it reaches the tool.
#[track_caller]
fn stopped(answer: pb::ActResponse) {
    assert_eq!(answer.decision.unwrap().reason, "stopped");
}

async fn sure(agent: &mut Agent, name: &str) -> String {
    let run = agent.run(name).await;
    agent.look_up(&run, "US-500-a").await;
    run
}

#[tokio::test]
async fn a_latch_stops_everything_over_restarts_until_it_is_lifted_and_two_people_let_go() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = sure(&mut agent, "case-1").await;
    assert_eq!(ready(&remitd).await.0, 200);

    let said = beside(&site, "stop", &["--reason", "it pays twice"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("as a switch over everything"), "{said:?}");
    stopped(agent.act(&run, "payout.create", &payout("US-500-a", 500)).await);
    assert_eq!(ready(&remitd).await, (503, "stopped on its machine\n".to_owned()));
    let switches = remit(&site, &["get", "switches", "-o", "json"]).await.json();
    let why = &switches["switches"][0]["reason"];
    assert_eq!(why, "stopped on its machine by olga.ops: it pays twice");
    // Once more changes nothing and says so.
    let again = beside(&site, "stop", &["--reason", "again", "-o", "json"]).await.json();
    assert_eq!((&again["already"], &again["journal"]), (&true.into(), &"recorded".into()));

    remitd.kill().await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = sure_to_be_stopped(&mut agent, "case-2").await;
    assert!(site.upstream.ledger().payouts().is_empty());

    // Lifted, it is a switch like any other over everything.
    let said = beside(&site, "release", &[]).await;
    assert_eq!(said.code, 0, "{said:?}");
    beside(&site, "release", &[]).await.failed(1, &["is not set"]);
    stopped(agent.act(&run, "transactions.get", &serde_json::json!({ "transaction_id": "US-500-a" })).await);
    let mut operator = remitd.operator().await;
    let other = operator.person_token("second", &["payments-oncall"]).await;
    let mut second = Operator::connect(&remitd.url(), &other).await;
    operator.release("all").await;
    second.release("all").await;
    agent.look_up(&run, "US-500-a").await;
    assert_eq!(ready(&remitd).await.0, 200);
    operator.verify().await;
}

async fn sure_to_be_stopped(agent: &mut Agent, name: &str) -> String {
    let run = agent.run(name).await;
    let read = serde_json::json!({ "transaction_id": "US-500-a" });
    stopped(agent.act(&run, "transactions.get", &read).await);
    run
}

#[tokio::test]
async fn a_release_under_the_latch_lets_nothing_go() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = sure(&mut agent, "case-1").await;
    assert_eq!(beside(&site, "stop", &[]).await.code, 0);
    let mut operator = remitd.operator().await;
    let other = operator.person_token("second", &["payments-oncall"]).await;
    let mut second = Operator::connect(&remitd.url(), &other).await;
    operator.release("all").await;
    second.release("all").await;
    stopped(agent.act(&run, "payout.create", &payout("US-500-a", 500)).await);
    assert!(site.upstream.ledger().payouts().is_empty());
}

#[tokio::test]
async fn a_latch_holds_where_the_journal_cannot_be_written() {
    let site = Site::new(REMITD).await;
    let remitd = site.start_with_room_for(2_048).await;
    let mut agent = remitd.agent().await;
    let (paid, run, _) = refund_until_refused(&mut agent).await;

    let said: Value = beside(&site, "stop", &["--reason", "no disk", "-o", "json"]).await.json();
    assert_eq!(said["journal"], "failed", "{said}");
    assert!(said["cause"].as_str().unwrap().contains("journal"), "{said}");
    let before = site.upstream.ledger().payouts().len();
    let refused = agent.try_act(&run, "payout.create", &payout("US-500-a", 500).to_string()).await;
    assert_eq!(reason(&refused.unwrap_err()), "journal_unavailable");
    remitd.kill().await;

    // With room again it is in the journal before anything else is.
    let remitd = start_with_all(&site, &paid).await;
    sure_to_be_stopped(&mut remitd.agent().await, "case-after").await;
    assert_eq!(site.upstream.ledger().payouts().len(), before);
}

/// The file alone, as it is at the moment at which `remit stop --local` has renamed it.
fn latched(site: &Site) {
    latch::set(&site.data(), &latch::Said::new("olga.ops", "it pays twice", Timestamp::UNIX_EPOCH)).unwrap();
}

/// Nothing waits until the control plane notices by itself, also where it only decides and its caller would act.
#[tokio::test]
async fn the_next_call_is_stopped_however_soon_it_comes() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = sure(&mut agent, "case-1").await;
    latched(&site);
    let ask = pb::ActRequest {
        run,
        tool: "payout.create".to_owned(),
        params_json: payout("US-500-a", 500).to_string(),
        decision_only: true,
        assertions: said_with("payout.create"),
        ..pb::ActRequest::default()
    };
    stopped(agent.runtime.act(ask).await.unwrap().into_inner());
}

/// A call is admitted, and its start is still on its way to a slow disk when the latch is set.
#[tokio::test]
async fn a_call_that_a_slow_disk_keeps_back_does_not_leave_after_the_latch_is_set() {
    for _ in 0..5 {
        let site = Site::new(REMITD).await;
        let Some(remitd) = site.start_with_syncs("delay_enter=200000").await else { return };
        let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
        let run = sure(&mut agent, "case-1").await;
        let (mut other, of) = (agent.clone(), run.clone());
        let call =
            tokio::spawn(async move { other.act(&of, "payout.create", &payout("US-500-a", 500)).await });
        let decided =
            |record: &pb::TraceRecord| record.kind == "action_decided" && record.tool == "payout.create";
        operator.seen_of(&run, decided).await;
        latched(&site);
        if !site.upstream.ledger().payouts().is_empty() {
            // The test was too slow: it had left already.
            continue;
        }
        let answered = call.await.unwrap();
        assert_eq!(answered.status(), ActionStatus::Failed, "{answered:?}");
        assert!(site.upstream.ledger().payouts().is_empty());
        operator.verify().await;
        return;
    }
    panic!("the call had always left before the latch was set");
}

#[tokio::test]
async fn a_folder_that_is_no_data_directory_is_refused() {
    let site = Site::new(REMITD).await;
    beside(&site, "stop", &[]).await.failed(2, &["is not the data directory", "nothing was stopped"]);
    remit(&site, &["stop", "--local"]).await.failed(2, &["--data"]);
}
