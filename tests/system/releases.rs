//! Between the question and the approval the world may move: then the approval is void, and people are told.

use remit_proto::v1::{self as pb, ActResponse, ActionStatus, EscalationStatus};
use remit_tests::{
    client::{Agent, Operator},
    site::{Remitd, Site},
    upstream::Mood,
};

use crate::REMITD;

const SALE: &str = "US-50000-a";

/// A refund of 300.00 that waits for a person, who was shown the transaction and its eligibility. Both could be
/// answered from memory, which is no answer to how things are now.
async fn held() -> (Site, Remitd, Agent, Operator, ActResponse) {
    let site = Site::new(REMITD).await;
    site.contracts.edit(
        "timeout: 2s\n      rate: 50/s\n\n    eligibility",
        "timeout: 20s\n      fallback: { stale_for: 10m }\n      rate: 50/s\n\n    eligibility",
    );
    site.contracts
        .edit("rate: 50/s\n\n    tickets", "fallback: { stale_for: 10m }\n      rate: 50/s\n\n    tickets");
    let remitd = site.start().await;
    let (mut agent, operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    let held = agent.refund(&run, SALE, 30_000).await;
    assert_eq!(held.status(), ActionStatus::Held, "{held:?}");
    (site, remitd, agent, operator, held)
}

async fn approve(operator: &mut Operator) -> (pb::Escalation, pb::Action) {
    let asked = operator.pending().await.remove(0);
    let answered = operator.answer(&asked, true).await.unwrap();
    let after = answered.escalation.unwrap();
    assert_eq!(after.id, asked.id);
    (after, answered.action.unwrap())
}

fn moved(escalation: &pb::Escalation) -> Vec<String> {
    let line = |it: &pb::MovedFact| format!("{}:{} {} -> {}", it.item, it.pointer, it.was_json, it.is_json);
    escalation.moved.iter().map(line).collect()
}

#[tokio::test]
async fn a_transaction_that_changes_while_the_question_waits_voids_the_approval() {
    let (site, _remitd, mut agent, mut operator, held) = held().await;
    site.upstream.correct("amount_minor", 40_000);
    let looks = site.upstream.looks();

    let (after, action) = approve(&mut operator).await;
    assert_eq!(site.upstream.looks(), looks + 1, "read again, once");
    assert_eq!((after.status(), action.status()), (EscalationStatus::Voided, ActionStatus::Held));
    assert_eq!(moved(&after), ["transaction:/amount_minor 50000 -> 40000"], "the approver is told");
    assert_eq!(after.note, "`transaction` has moved since people were asked");
    assert!(site.upstream.ledger().payouts().is_empty(), "nothing ran on the old facts");

    let pending = operator.pending().await;
    let [again] = &pending[..] else { panic!("{pending:?}") };
    assert_eq!((&again.id, &again.replaces, &again.action), (&after.replaced_by, &after.id, &held.action));
    assert_eq!((moved(again), again.votes.len()), (moved(&after), 0));
    assert_ne!(again.digest, after.digest);
    let detail = operator.action(&held.action).await;
    let shown = detail.evidence.iter().find(|item| item.item == "transaction").unwrap();
    assert!(shown.content_json.contains("\"amount_minor\":40000"), "people see it as it is now: {shown:?}");
    let finding = &detail.decision.unwrap().findings[2];
    assert_eq!(finding.reason, "fact_moved", "{finding:?}");
    let reread = operator.action(&shown.action).await.action.unwrap();
    assert_eq!((reread.rereads.as_str(), reread.tool.as_str()), (after.id.as_str(), "transactions.get"));

    let old = operator.answer(&after, true).await.unwrap_err();
    assert_eq!(old.message(), "it is voided already");
    let joined = agent.act(&held.run, "payout.create", &remit_tests::client::payout(SALE, 30_000)).await;
    assert_eq!((joined.action, joined.escalation), (held.action.clone(), again.id.clone()));

    let (after, _) = approve(&mut operator).await;
    assert_eq!(after.status(), EscalationStatus::Approved);
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Succeeded);
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
    operator.verify().await;
}

#[tokio::test]
async fn what_no_clause_looks_at_may_change() {
    let (site, _remitd, mut agent, mut operator, held) = held().await;
    let before = operator.run(&held.run).await.run.unwrap().budget.unwrap();
    site.upstream.correct("seen_by_the_bank_at", "12:00");
    let (after, _) = approve(&mut operator).await;
    assert_eq!((after.status(), moved(&after).len()), (EscalationStatus::Approved, 0));
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Succeeded);
    let after = operator.run(&held.run).await.run.unwrap().budget.unwrap();
    assert_eq!(after.calls, before.calls, "what the control plane reads is no call of the service");
    let reads = 200 + 1_000;
    assert_eq!(after.spent_micros, before.spent_micros + 250_000 + reads, "and its cost is counted");
}

#[tokio::test]
async fn facts_that_cannot_be_read_release_nothing_and_can_be_approved_again() {
    let (site, _remitd, mut agent, mut operator, held) = held().await;
    site.upstream.turn(Mood::Status(503));
    let (after, action) = approve(&mut operator).await;
    assert_eq!((after.status(), action.status()), (EscalationStatus::Voided, ActionStatus::Held));
    assert!(after.note.contains("could not be read again") && after.note.contains("503"), "{}", after.note);
    assert!(after.moved.is_empty() && site.upstream.ledger().payouts().is_empty());
    site.upstream.turn(Mood::Honest);
    approve(&mut operator).await;
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Succeeded);
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
}

#[tokio::test]
async fn what_the_policy_forbids_by_now_is_denied_and_nobody_is_asked() {
    let (site, _remitd, mut agent, mut operator, held) = held().await;
    site.upstream.correct("status", "charged_back");
    let (after, action) = approve(&mut operator).await;
    assert_eq!((action.status(), action.reason.as_str()), (ActionStatus::Denied, "policy_forbids"));
    assert_eq!(moved(&after), [r#"transaction:/status "settled" -> "charged_back""#], "people see why");
    assert!(after.note.starts_with("approved, but by now:"), "{}", after.note);
    let detail = operator.action(&held.action).await;
    let shown = detail.evidence.iter().find(|item| item.item == "transaction").unwrap();
    assert!(shown.content_json.contains("charged_back"), "what it was denied on is what is shown: {shown:?}");
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Denied);
    assert!(operator.pending().await.is_empty() && site.upstream.ledger().payouts().is_empty());
}

#[tokio::test]
async fn a_power_cut_between_approval_and_release_is_taken_up_again() {
    let (site, remitd, agent, mut operator, held) = held().await;
    site.upstream.turn(Mood::Silent);
    let looks = site.upstream.looks();
    let asked = operator.pending().await.remove(0);
    let answer = tokio::spawn(async move { operator.answer(&asked, true).await });
    site.upstream.looked(looks + 1).await;
    remitd.kill().await;
    assert!(answer.await.unwrap().is_err(), "nobody was told anything");
    assert!(site.upstream.ledger().payouts().is_empty());

    site.upstream.turn(Mood::Honest);
    let remitd = site.start().await;
    let mut agent = Agent::connect(&remitd.url(), &agent.token).await;
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Succeeded);
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
    assert!(looks + 2 <= site.upstream.looks(), "it was read again after the start");
}

#[tokio::test]
async fn what_was_asked_for_is_a_home_at_the_release_too_also_after_a_restart() {
    let site = Site::new(REMITD).await;
    site.contracts.edit(
        "/account: [\"transaction:/account\", \"request:/account\"]",
        "/account: [\"request:/account\"]",
    );
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let params = remit_tests::client::payout(SALE, 30_000);
    let request = serde_json::json!({ "account": params["account"] }).to_string();
    let run = agent.try_declared("refund-decision", "case-1", "refund", &request).await.unwrap();
    let held = agent.refund(&run, SALE, 30_000).await;
    assert_eq!(held.status(), ActionStatus::Held, "{held:?}");
    let other = agent.run("case-2").await;
    let foreign = agent.refund(&other, "US-50000-b", 30_000).await;
    assert_eq!(foreign.status(), ActionStatus::Denied, "nobody asked for this account: {foreign:?}");

    remitd.kill().await;
    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    approve(&mut operator).await;
    let mut agent = Agent::connect(&remitd.url(), &agent.token).await;
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::Succeeded);
}
