//! Held actions: what was approved is what runs, a denial and silence run nothing.

use remit_proto::v1::{self as pb, ActResponse, ActionStatus, EscalationStatus};
use remit_tests::{
    client::{Agent, Operator, payout, reason},
    site::{Remitd, Site},
};
use tonic::Code;

use crate::REMITD;

const SALE: &str = "US-50000-a";

/// A refund that waits for a person, and the question about it.
async fn held(agent: &mut Agent, operator: &mut Operator) -> (ActResponse, pb::Escalation) {
    let run = agent.run("case-1").await;
    let held = agent.refund(&run, SALE, 30_000).await;
    assert_eq!(held.status(), ActionStatus::Held, "{held:?}");
    let mut pending = operator.pending().await;
    assert_eq!(pending.len(), 1);
    let escalation = pending.remove(0);
    assert_eq!(escalation.id, held.escalation);
    (held, escalation)
}

async fn world() -> (Site, Remitd, Agent, Operator) {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let (agent, operator) = (remitd.agent().await, remitd.operator().await);
    (site, remitd, agent, operator)
}

#[tokio::test]
async fn what_was_approved_is_what_runs() {
    let (site, _remitd, mut agent, mut operator) = world().await;
    let (held, escalation) = held(&mut agent, &mut operator).await;
    assert_eq!(escalation.groups, ["payments-risk"]);
    assert_eq!(escalation.rules, ["above-autonomous-limit"]);
    assert!(site.upstream.ledger().payouts().is_empty(), "nothing runs before the answer");

    let answered = operator.answer(&escalation, true).await.unwrap();
    assert_eq!(answered.escalation.unwrap().status(), EscalationStatus::Approved);
    let end = agent.end_of(&held.action).await;
    assert_eq!(end.status(), ActionStatus::Succeeded, "{end:?}");

    let payouts = site.upstream.ledger().payouts();
    assert_eq!(payouts.len(), 1);
    assert_eq!(payouts[0].body, escalation.params_json, "the very bytes that were shown");
    assert_eq!(payouts[0].key, held.action);
    let again = operator.answer(&escalation, true).await.unwrap_err();
    assert_eq!((again.code(), reason(&again)), (Code::FailedPrecondition, "conflict"));
}

#[tokio::test]
async fn an_agent_that_asks_again_joins_its_held_call() {
    let (_site, _remitd, mut agent, mut operator) = world().await;
    let (held, escalation) = held(&mut agent, &mut operator).await;
    let again = agent.act(&held.run, "payout.create", &payout(SALE, 30_000)).await;
    assert_eq!((&again.action, again.status()), (&held.action, ActionStatus::Held));
    operator.answer(&escalation, true).await.unwrap();
    let done = agent.act(&held.run, "payout.create", &payout(SALE, 30_000)).await;
    assert_eq!((done.action.as_str(), done.status()), (held.action.as_str(), ActionStatus::Succeeded));
}

#[tokio::test]
async fn only_who_was_asked_may_answer_and_only_what_was_shown() {
    let (site, remitd, mut agent, mut operator) = world().await;
    let (_, escalation) = held(&mut agent, &mut operator).await;

    let token = operator.person_token("eve", &["payments-eu"]).await;
    let mut stranger = Operator::connect(&remitd.url(), &token).await;
    let refused = stranger.answer(&escalation, true).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::PermissionDenied, "not_permitted"));
    assert!(refused.message().contains("payments-risk"), "{refused}");

    let token = operator.person_token("rita", &["payments-risk"]).await;
    let mut approver = Operator::connect(&remitd.url(), &token).await;
    let other = pb::Escalation { digest: "0".repeat(64), ..escalation.clone() };
    let refused = approver.answer(&other, true).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::FailedPrecondition, "conflict"));
    assert_eq!(refused.message(), "what was shown is not what would run");

    assert!(site.upstream.ledger().payouts().is_empty());
    approver.answer(&escalation, true).await.unwrap();
    site.upstream.paid(1).await;
}

#[tokio::test]
async fn a_denial_runs_nothing() {
    let (site, _remitd, mut agent, mut operator) = world().await;
    let (held, escalation) = held(&mut agent, &mut operator).await;
    let answered = operator.answer(&escalation, false).await.unwrap();
    assert_eq!(answered.escalation.unwrap().status(), EscalationStatus::Denied);
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Denied);
    assert!(site.upstream.ledger().payouts().is_empty());
    assert_eq!(operator.run(&held.run).await.run.unwrap().budget.unwrap().held_micros, 0, "its hold is free");
}

#[tokio::test]
async fn silence_lapses_and_runs_nothing() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("within: 30m ", "within: 1s ");
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let (held, escalation) = held(&mut agent, &mut operator).await;
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Lapsed);
    let late = operator.answer(&escalation, true).await.unwrap_err();
    assert_eq!((late.code(), late.message()), (Code::FailedPrecondition, "it is lapsed already"));
    assert!(site.upstream.ledger().payouts().is_empty());
}
