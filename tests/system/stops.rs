//! What a stop cuts off, who says why, and who lets go again.

use futures::StreamExt as _;
use remit_proto::v1::{self as pb, ActionStatus, Level, SwitchMode, in_flight::Fate};
use remit_tests::{
    client::{Operator, payout, reason},
    site::Site,
    upstream::Mood,
};
use serde_json::json;

use crate::REMITD;

const SCOPE: &str = "service:refund-decision";

fn stop(scope: &str) -> pb::SetSwitchRequest {
    let ceiling = Level::None.into();
    pb::SetSwitchRequest { scope: scope.to_owned(), ceiling, ..pb::SetSwitchRequest::default() }
}

/// A run with a payment that was sent and is not answered, and its caller, who waits.
async fn unanswered(
    site: &Site,
    agent: &mut remit_tests::client::Agent,
) -> (String, tokio::task::JoinHandle<pb::ActResponse>) {
    let run = agent.run("case-1").await;
    agent.look_up(&run, "US-500-b").await;
    site.upstream.turn(Mood::Silent);
    let (mut other, of) = (agent.clone(), run.clone());
    let call = tokio::spawn(async move { other.act(&of, "payout.create", &payout("US-500-b", 500)).await });
    site.upstream.paid(1).await;
    (run, call)
}

#[tokio::test]
async fn a_stop_that_cancels_leaves_in_doubt_what_was_on_its_way() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("timeout: 1s", "timeout: 20s");
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let (_, call) = unanswered(&site, &mut agent).await;

    let request = pb::SetSwitchRequest { mode: SwitchMode::Cancel.into(), ..stop(SCOPE) };
    let set = operator.0.set_switch(request).await.unwrap().into_inner();
    let [row] = set.in_flight.try_into().unwrap();
    assert_eq!((row.sent, row.fate()), (true, Fate::InDoubt));
    let answered = call.await.unwrap();
    assert_eq!((&answered.action, answered.status()), (&row.action.unwrap().id, ActionStatus::InDoubt));

    // Nobody sends it again while it is stopped, and it is one payment at the tool.
    let detail = operator.action(&answered.action).await.action.unwrap();
    assert_eq!(detail.status(), ActionStatus::InDoubt);
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
    let said = operator.resolve(&answered.action, pb::Verdict::Happened, r#"{"payout_id":"po-1"}"#).await;
    assert_eq!(said.unwrap().action.unwrap().status(), ActionStatus::Succeeded);
    operator.verify().await;
}

#[tokio::test]
async fn what_may_finish_is_followed_to_its_end() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("timeout: 1s", "timeout: 20s");
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let (_, call) = unanswered(&site, &mut agent).await;
    let set = operator.0.set_switch(stop(SCOPE)).await.unwrap().into_inner();
    let actions: Vec<String> =
        set.in_flight.iter().filter_map(|row| row.action.as_ref()).map(|row| row.id.clone()).collect();
    assert_eq!(actions.len(), 1);
    let follow = pb::FollowInFlightRequest { actions: actions.clone() };
    let mut ended = operator.0.follow_in_flight(follow).await.unwrap().into_inner();
    site.upstream.turn(Mood::Honest);
    let row = ended.next().await.unwrap().unwrap().action.unwrap();
    assert_eq!((&row.id, row.status()), (&actions[0], ActionStatus::Succeeded));
    assert!(ended.next().await.is_none(), "nothing else was in flight");
    assert_eq!(call.await.unwrap().status(), ActionStatus::Succeeded);
}

#[tokio::test]
async fn the_reason_follows_and_the_switch_has_an_owner_and_a_review() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    operator.person_token("lena", &["payments-oncall"]).await;
    let request = pb::SetSwitchRequest { review_ms: 4 * 3_600_000, ..stop(SCOPE) };
    let [set] = operator.0.set_switch(request).await.unwrap().into_inner().switches.try_into().unwrap();
    let [at, review, due] = [set.set_at, set.review_at, set.reason_due].map(|it| it.unwrap().seconds);
    assert_eq!((review - at, due - at), (4 * 3_600, 600));
    assert_eq!(set.owner, set.by);
    let told = |owner: &str| pb::ExplainSwitchRequest {
        target: set.id.clone(),
        reason: "double payouts".to_owned(),
        review_ms: 60_000,
        owner: owner.to_owned(),
    };
    let refused = operator.0.explain_switch(told("nobody")).await.unwrap_err();
    assert_eq!(reason(&refused), "not_found");
    operator.0.explain_switch(told("lena")).await.unwrap();
    remitd.kill().await;

    // A power cut forgets none of it.
    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    let list = operator.0.list_switches(pb::ListSwitchesRequest {}).await.unwrap().into_inner();
    let [known] = list.switches.try_into().unwrap();
    assert_eq!((&*known.reason, &*known.owner, known.reason_due), ("double payouts", "lena", None));
    assert!(known.review_at.unwrap().seconds - at < 3_600);
}

#[tokio::test]
async fn two_people_let_go_where_the_contract_says_so() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("recovery:\n", "recovery:\n  release: { people: 2 }\n");
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let second = operator.person_token("second", &["payments-oncall"]).await;
    let mut second = Operator::connect(&remitd.url(), &second).await;
    let run = agent.run("case-1").await;
    let held = agent.refund(&run, "US-50000-a", 30_000).await;
    operator.ceiling(SCOPE, Level::None).await;

    let target = SCOPE.to_owned();
    let preview =
        operator.0.preview_release(pb::PreviewReleaseRequest { target }).await.unwrap().into_inner();
    let [row] = preview.resumes.try_into().unwrap();
    assert_eq!((row.before(), row.after(), row.open_runs), (Level::None, Level::Execute, 1));
    assert!(row.tools.iter().any(|tool| tool == "payout.create"), "{row:?}");

    let read = json!({ "transaction_id": "US-500-a" });
    for _ in 0..2 {
        let asked = operator.release(SCOPE).await;
        assert!(asked.released.is_empty(), "one person is not two");
        assert!(asked.requested[0].requested.is_some());
        assert_eq!(agent.act(&run, "transactions.get", &read).await.status(), ActionStatus::Denied);
    }
    let released = second.release(SCOPE).await;
    assert_eq!((released.released.len(), released.resumes.len()), (1, 1));
    assert_eq!(agent.act(&run, "transactions.get", &read).await.status(), ActionStatus::Succeeded);
    // What was held stays void.
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Denied);
    assert!(operator.pending().await.is_empty());
    let events = operator.export("refund-decision").await;
    let last = events.iter().rfind(|event| event.event_json.contains("switch_released")).unwrap();
    assert!(last.event_json.contains("requested_by"), "{}", last.event_json);
}
