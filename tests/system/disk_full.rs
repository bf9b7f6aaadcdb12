//! A full disk: everything is refused, what was answered is safe, reading goes on, and room heals it.
//!
//! The limit on the size of a file that a process may write is the one that works everywhere: to SQLite
//! it looks like a disk without room.

use remit_proto::v1::{self as pb, ActionStatus};
use remit_tests::{
    client::{Agent, payout, reason},
    mcp,
    site::{Remitd, Site},
};
use serde_json::json;
use tonic::{Code, Status};

use crate::REMITD;

/// Room for some dozens of refunds, in blocks of 512 bytes.
const ROOM: u32 = 2_048;

/// Refunds until the control plane cannot any more. Returns the answered payouts and the first error.
pub(crate) async fn refund_until_refused(agent: &mut Agent) -> (Vec<String>, String, Status) {
    let mut paid = Vec::new();
    for case in 0..100_000 {
        let sale = format!("US-500-{case}");
        let read = json!({ "transaction_id": sale }).to_string();
        let pay = payout(&sale, 500).to_string();
        let run = match agent.try_run("refund-decision", &format!("case-{case}")).await {
            Ok(run) => run,
            Err(status) => return (paid, String::new(), status),
        };
        let calls = [("transactions.get", &read), ("eligibility.check", &read), ("payout.create", &pay)];
        for (tool, params) in calls {
            match agent.try_act(&run, tool, params).await {
                Ok(answer) if answer.status() == ActionStatus::Succeeded => {
                    if tool == "payout.create" {
                        paid.push(answer.action);
                    }
                }
                // The tool answered, and its answer could not be written down.
                Ok(answer) => panic!("neither done nor refused: {answer:?}"),
                Err(status) => return (paid, run, status),
            }
        }
    }
    panic!("the journal never failed")
}

#[track_caller]
pub(crate) fn check<T: std::fmt::Debug>(answer: Result<T, Status>) {
    let status = answer.unwrap_err();
    assert_eq!((status.code(), reason(&status)), (Code::Unavailable, "journal_unavailable"), "{status:?}");
    assert!(status.message().contains("journal"), "{status}");
}

/// The next start has all that was answered, and knows of each payout that was made.
pub(crate) async fn start_with_all(site: &Site, paid: &[String]) -> Remitd {
    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    operator.verify().await;
    for action in paid {
        assert_eq!(operator.action(action).await.action.unwrap().status(), ActionStatus::Succeeded);
    }
    for payout in &site.upstream.ledger().payouts() {
        let known = operator.action(&payout.key).await.action.unwrap().status();
        assert!(matches!(known, ActionStatus::Succeeded | ActionStatus::InDoubt), "{payout:?} is {known:?}");
    }
    remitd
}

#[tokio::test]
async fn a_full_disk_refuses_everything_and_loses_nothing() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("rate: 10/s", "rate: 10000/s");
    site.contracts.edit("rate: 50/s", "rate: 10000/s");
    let remitd = site.start_with_room_for(ROOM).await;
    let mut agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let (paid, run, status) = refund_until_refused(&mut agent).await;
    check::<()>(Err(status.clone()));
    assert!(status.message().contains("journal.sqlite"), "the place: {status}");
    assert!(status.message().contains("check that disk"), "the remedy: {status}");
    assert!(!paid.is_empty());

    check(agent.try_run("refund-decision", "one-more").await);
    check(agent.try_act(&run, "transactions.get", r#"{"transaction_id":"US-1-x"}"#).await);
    let stop = pb::SetSwitchRequest {
        scope: "all".to_owned(),
        ceiling: pb::Level::None.into(),
        ..Default::default()
    };
    check(operator.0.set_switch(stop).await);
    let ready = mcp::http().get(format!("{}/readyz", remitd.url())).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    let said = ready.text().await.unwrap();
    assert!(said.contains("payments"), "{said}");
    let alive = mcp::http().get(format!("{}/healthz", remitd.url())).send().await.unwrap();
    assert_eq!(alive.status(), 200);

    // Reading goes on.
    assert_eq!(operator.run(&run).await.run.unwrap().id, run);
    let last = operator.action(paid.last().unwrap()).await;
    assert_eq!(last.action.unwrap().status(), ActionStatus::Succeeded);
    operator.verify().await;
    remitd.stop().await;

    let token = agent.token.clone();
    let remitd = start_with_all(&site, &paid).await;
    let mut agent = Agent::connect(&remitd.url(), &token).await;
    let run = agent.run("after").await;
    assert_eq!(agent.refund(&run, "US-500-after", 500).await.status(), ActionStatus::Succeeded);
}
