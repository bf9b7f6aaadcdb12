//! Ceilings: after the acknowledged position nothing above them is admitted; what is below goes on.

use remit_core::DomainName;
use remit_journal::Journal;
use remit_proto::v1::{self as pb, ActionStatus, Level, in_flight::Fate};
use remit_tests::{
    admit::is_admit,
    client::{Agent, Operator, payout},
    site::Site,
};
use serde_json::json;
use tokio::task::JoinSet;

use crate::REMITD;

const SCOPE: &str = "service:refund-decision";

/// Refunds sale after sale, until it is told to stop. Returns how often it paid.
pub(crate) async fn refund_until_stopped(mut agent: Agent, name: usize) -> usize {
    let mut case = 0;
    loop {
        let run = agent.run(&format!("case-{name}-{case}")).await;
        let sale = format!("US-500-{name}-{case}");
        for tool in ["transactions.get", "eligibility.check"] {
            let read = agent.act(&run, tool, &json!({ "transaction_id": sale })).await;
            if read.status() == ActionStatus::Denied {
                assert_eq!(read.decision.unwrap().reason, "stopped");
                return case;
            }
        }
        let paid = agent.act(&run, "payout.create", &payout(&sale, 500)).await;
        if paid.status() == ActionStatus::Denied {
            assert_eq!(paid.decision.unwrap().reason, "stopped");
            return case;
        }
        assert_eq!(paid.status(), ActionStatus::Succeeded, "{paid:?}");
        case += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_acknowledged_stop_nothing_is_admitted() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("rate: 10/s", "rate: 10000/s");
    site.contracts.edit("rate: 50/s", "rate: 10000/s");
    let remitd = site.start().await;
    let agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let mut agents = JoinSet::new();
    for name in 0..6 {
        agents.spawn(refund_until_stopped(agent.clone(), name));
    }
    site.upstream.paid(12).await;
    let stop = operator.ceiling(SCOPE, Level::None).await;
    let position = stop.positions["payments"];
    assert!(0 < stop.containment_us);
    let paid: usize = agents.join_all().await.into_iter().sum();
    assert!(12 <= paid);
    // Whoever comes after it is stopped, too.
    let mut late = agent.clone();
    let run = late.run("late").await;
    let refused = late.act(&run, "transactions.get", &json!({ "transaction_id": "US-1-x" })).await;
    assert_eq!(refused.decision.unwrap().reason, "stopped");
    remitd.stop().await;

    // The promise, checked in the journal itself.
    let journal = Journal::open(&site.data()).unwrap();
    let after = journal.read(&DomainName::from("payments"), position, 100_000).unwrap();
    assert!(!after.is_empty(), "the late call is there");
    let admitted: Vec<_> = after.iter().filter(|record| is_admit(record)).collect();
    assert!(admitted.is_empty(), "{admitted:?}");
    journal.close();
}

#[tokio::test]
async fn a_stop_lists_what_is_in_flight_and_voids_what_is_held() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("timeout: 1s", "timeout: 20s");
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let run = agent.run("case-1").await;
    let held = agent.refund(&run, "US-50000-a", 30_000).await;
    agent.look_up(&run, "US-500-b").await;
    site.upstream.turn(remit_tests::upstream::Mood::Silent);
    let mut other = agent.clone();
    let flight = {
        let run = run.clone();
        tokio::spawn(async move { other.act(&run, "payout.create", &payout("US-500-b", 500)).await })
    };
    site.upstream.paid(1).await;

    let stop = operator.ceiling(SCOPE, Level::None).await;
    assert_eq!(stop.voided, 1);
    let [row] = stop.in_flight.try_into().unwrap();
    assert_eq!((row.sent, row.fate()), (true, Fate::MayFinish));
    assert!(row.action.unwrap().params_json.contains("US-500-b"));
    assert!(operator.pending().await.is_empty());
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Denied);

    site.upstream.turn(remit_tests::upstream::Mood::Honest);
    assert_eq!(flight.await.unwrap().status(), ActionStatus::Succeeded, "what was sent may finish");
}

#[tokio::test]
async fn safe_mode_drafts_and_a_release_gives_the_rest_back() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let run = agent.run("case-1").await;
    operator.ceiling(SCOPE, Level::Draft).await;

    let refused = agent.refund(&run, "US-500-a", 500).await;
    assert_eq!(
        (refused.status(), &*refused.decision.unwrap().reason),
        (ActionStatus::Denied, "above_ceiling")
    );
    let note = json!({ "customer_id": "c-1", "text": "Waits for the release." });
    assert_eq!(agent.act(&run, "customer.note", &note).await.status(), ActionStatus::Succeeded);

    let services = operator.0.list_services(pb::ListServicesRequest {}).await.unwrap().into_inner().services;
    assert_eq!((services[0].autonomy(), services[0].ceiling()), (Level::Execute, Level::Draft));
    assert_eq!(operator.release(SCOPE).await.released.len(), 1);
    assert_eq!(agent.refund(&run, "US-500-a", 500).await.status(), ActionStatus::Succeeded);
}

#[tokio::test]
async fn the_lowest_of_two_ceilings_holds() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let run = agent.run("case-1").await;
    operator.ceiling("all", Level::None).await;
    operator.ceiling(&format!("run:{run}"), Level::Read).await;
    let read = json!({ "transaction_id": "US-500-a" });
    assert_eq!(agent.act(&run, "transactions.get", &read).await.decision.unwrap().reason, "stopped");
    assert!(operator.release("all").await.released.is_empty(), "it takes two");
    let second = operator.person_token("second", &["payments-oncall"]).await;
    let mut second = Operator::connect(&remitd.url(), &second).await;
    assert_eq!(second.release("all").await.released.len(), 1);
    assert_eq!(agent.act(&run, "transactions.get", &read).await.status(), ActionStatus::Succeeded);
    let note = json!({ "customer_id": "c-1", "text": "Hello." });
    assert_eq!(agent.act(&run, "customer.note", &note).await.decision.unwrap().reason, "above_ceiling");
}
