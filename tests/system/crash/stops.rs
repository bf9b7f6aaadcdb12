//! Power cuts at each named point of a stop and of its release: it holds whole or not at all, what was acknowledged holds,
//! and the same request sent again is the same stop.

use futures::{StreamExt as _, stream};
use remit_proto::v1::{self as pb, ActionStatus, Level, SwitchMode};
use remit_tests::{client::Agent, client::payout, site::Site, upstream::Mood};
use serde_json::json;

use crate::REMITD;

/// Sites that are up at a time.
const AT_A_TIME: usize = 4;

const SCOPE: &str = "service:refund-decision";

/// Points, and whether what was on its way at them holds after the next start.
const SETTING: [(&str, bool); 4] = [
    ("before-commit:switch_set", false),
    ("after-commit:switch_set", true),
    ("after-commit:escalation_closed", true),
    ("before-answer:switch_set", true),
];
const RELEASING: [(&str, bool); 3] = [
    ("before-commit:switch_released", false),
    ("after-commit:switch_released", true),
    ("before-answer:switch_released", true),
];

/// A stop that cuts off what is in flight.
fn stop() -> pb::SetSwitchRequest {
    pb::SetSwitchRequest {
        scope: SCOPE.to_owned(),
        ceiling: Level::None.into(),
        reason: "something is wrong".to_owned(),
        idempotency_id: "the same stop".to_owned(),
        mode: SwitchMode::Cancel.into(),
        ..pb::SetSwitchRequest::default()
    }
}

async fn switches(operator: &mut remit_tests::client::Operator) -> Vec<pb::Switch> {
    operator.0.list_switches(pb::ListSwitchesRequest {}).await.unwrap().into_inner().switches
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_at_any_point_of_a_stop_leaves_it_whole_or_not_there() {
    stream::iter(SETTING).for_each_concurrent(AT_A_TIME, |cut| Box::pin(set(cut))).await;
}

async fn set((point, holds): (&str, bool)) {
    let site = Site::new(REMITD).await;
    site.contracts.edit("timeout: 1s", "timeout: 20s");
    let remitd = site.start_to_end_at(&format!("{point}=return")).await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    let held = agent.refund(&run, "US-30000-a", 30_000).await;
    assert_eq!(held.status(), ActionStatus::Held, "{point}");
    agent.look_up(&run, "US-500-b").await;
    site.upstream.turn(Mood::Silent);
    let (mut other, of) = (agent.clone(), run.clone());
    let pay = payout("US-500-b", 500).to_string();
    let flying = tokio::spawn(async move { other.try_act(&of, "payout.create", &pay).await.map(drop) });
    site.upstream.paid(1).await;
    assert!(operator.0.set_switch(stop()).await.is_err(), "{point}: nobody was told");
    assert!(flying.await.unwrap().is_err(), "{point}");
    assert!(!remitd.ended().await.success(), "{point}");
    site.upstream.turn(Mood::Honest);

    let token = agent.token;
    let remitd = site.start().await;
    let (mut agent, mut operator) = (Agent::connect(&remitd.url(), &token).await, remitd.operator().await);
    operator.verify().await;
    let (set, pending) = (switches(&mut operator).await, operator.pending().await);
    assert_eq!((set.len(), pending.len()), if holds { (1, 0) } else { (0, 1) }, "{point}");
    if holds {
        assert_eq!(
            operator.action(&held.action).await.action.unwrap().status(),
            ActionStatus::Denied,
            "{point}"
        );
    }

    // Sent again it is the same one.
    let again = operator.0.set_switch(stop()).await.unwrap().into_inner();
    let now = switches(&mut operator).await;
    assert_eq!((now.len(), &now[0].id), (1, &again.switches[0].id), "{point}");
    assert!(set.iter().all(|set| set.id == now[0].id), "{point}");
    assert!(operator.pending().await.is_empty(), "{point}");
    let read = agent.act(&run, "transactions.get", &json!({ "transaction_id": "US-500-b" })).await;
    assert_eq!(read.decision.unwrap().reason, "stopped", "{point}");
    assert_eq!(site.upstream.ledger().payouts().len(), 1, "{point}");
    operator.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_at_any_point_of_a_release_lets_go_whole_or_not_at_all() {
    stream::iter(RELEASING).for_each_concurrent(AT_A_TIME, |cut| Box::pin(release(cut))).await;
}

async fn release((point, lifted): (&str, bool)) {
    let site = Site::new(REMITD).await;
    let remitd = site.start_to_end_at(&format!("{point}=return")).await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    operator.ceiling(SCOPE, Level::None).await;
    let request = pb::ReleaseSwitchRequest {
        target: SCOPE.to_owned(),
        reason: "the cause was found and mended".to_owned(),
        idempotency_id: String::new(),
    };
    assert!(operator.0.release_switch(request).await.is_err(), "{point}: nobody was told");
    assert!(!remitd.ended().await.success(), "{point}");

    let token = agent.token;
    let remitd = site.start().await;
    let (mut agent, mut operator) = (Agent::connect(&remitd.url(), &token).await, remitd.operator().await);
    assert_eq!(switches(&mut operator).await.is_empty(), lifted, "{point}");
    let read = agent.act(&run, "transactions.get", &json!({ "transaction_id": "US-500-a" })).await;
    let goes = if lifted { ActionStatus::Succeeded } else { ActionStatus::Denied };
    assert_eq!(read.status(), goes, "{point}: {read:?}");
    operator.verify().await;
}
