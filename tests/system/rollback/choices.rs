//! The undoing of what a service did in some time, over several runs, at a payout server that refuses some reversals and
//! loses the answer to another; what is parked, waits, is skipped, paused and resumed; and what the ledger says.

use std::collections::BTreeMap;

use remit_proto::v1::{self as pb, ActResponse, ActionStatus, RunStatus, Verdict, rollback_step::Kind};
use remit_tests::{
    client::{Agent, Operator, payout},
    site::{Remitd, Site},
    upstream::{Mood, Reversing},
};
use serde_json::json;
use tonic::Code;

use crate::{
    REMITD,
    cli::remit,
    doubts::{known, without_key},
};

/// The read that shows that a refund was taken back.
const VERIFY: &str = "      verify: { ask: payouts.get, with: { payout_id: result:/payout_id }, expect: { \"result:/status\": reversed } }  # undone is what is seen\n";

/// Refunds are undone one by one, and seen to be so or not.
pub(super) fn independent(site: &Site, verified: bool) {
    let verify = if verified { VERIFY } else { "" };
    site.contracts.edit(VERIFY, &format!("      independent: true\n{verify}"));
}

/// So many runs with a refund each, in turn: `po-1` of the first, and so on.
async fn refunds(agent: &mut Agent, count: u32) -> Vec<ActResponse> {
    let mut paid = Vec::new();
    for number in 1..=count {
        let run = agent.run(&format!("case-{number}")).await;
        paid.push(agent.refund(&run, &format!("US-500-{number}"), 500).await);
    }
    paid
}

fn lately(tool: &str) -> pb::PlanRollbackRequest {
    pb::PlanRollbackRequest {
        scope: "service:refund-decision".to_owned(),
        since: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
        tool: tool.to_owned(),
        ..Default::default()
    }
}

async fn plan(operator: &mut Operator, request: pb::PlanRollbackRequest) -> pb::RollbackPlan {
    operator.0.plan_rollback(request).await.unwrap().into_inner()
}

/// The ledger has exactly the reversals that the journal calls undone, each under the key of its compensation.
async fn ledger_is_the_journal(site: &Site, operator: &mut Operator, paid: &[ActResponse]) {
    let mut undone = BTreeMap::new();
    for (number, paid) in paid.iter().enumerate() {
        let action = operator.action(&paid.action).await.action.unwrap();
        if action.status() == ActionStatus::Undone {
            undone.insert(format!("po-{}", number + 1), action.undone_by);
        }
    }
    let reversals = site.upstream.ledger().reversals();
    assert_eq!(reversals.iter().cloned().collect::<BTreeMap<_, _>>(), undone);
    assert_eq!(reversals.len(), undone.len(), "one was reversed twice: {reversals:?}");
    operator.verify().await;
}

#[tokio::test]
async fn what_a_service_did_lately_is_undone_and_what_is_refused_is_parked() {
    let site = Site::new(REMITD).await;
    independent(&site, false);
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let paid = refunds(&mut agent, 5).await;
    agent.act(&paid[4].run, "customer.note", &json!({ "customer_id": "c-1", "text": "Paid." })).await;
    for (number, reversing) in [(2, Reversing::Refused), (3, Reversing::Unanswered), (5, Reversing::Refused)]
    {
        site.upstream.meets(&format!("po-{number}"), reversing);
    }

    let plan = plan(&mut operator, lately("payout.create")).await;
    let targets: Vec<_> = plan.steps.iter().map(|step| step.target.clone().unwrap().id).collect();
    assert_eq!(
        targets,
        paid.iter().rev().map(|paid| paid.action.clone()).collect::<Vec<_>>(),
        "last effect first"
    );
    assert_eq!((plan.runs.len(), plan.counts["compensate"]), (5, 5));
    assert_eq!((plan.returns_micros, plan.currency.as_str()), (25_000_000, "USD"));
    assert!(plan.steps.iter().all(|step| step.independent && step.returns_micros == Some(5_000_000)));
    assert!(site.upstream.ledger().reversals().is_empty(), "a plan changes nothing");

    let seen = operator.undo(&plan).await.unwrap();
    let states: Vec<&str> = seen.iter().map(|progress| progress.state.as_str()).collect();
    assert!(states.contains(&"in_doubt"), "{states:?}");
    let last = seen.last().unwrap();
    assert_eq!((last.done, last.undone, last.parked, last.waiting), (true, 3, 2, 0), "{states:?}");
    let parked = operator.parked().await;
    let of: Vec<_> = parked.iter().map(|it| it.target.clone().unwrap().id).collect();
    assert_eq!(of, [paid[4].action.clone(), paid[1].action.clone()], "as refused, exactly");
    for it in &parked {
        assert_eq!((it.why.as_str(), it.owner.as_str()), ("refused", "dana.reyes@acme.example"));
        assert!(it.note.contains("422") && it.until.is_some(), "{it:?}");
    }
    ledger_is_the_journal(&site, &mut operator, &paid).await;
    // Every run is fenced, also that of which only a part is undone.
    for paid in &paid {
        assert_eq!(operator.run(&paid.run).await.run.unwrap().status(), RunStatus::RolledBack);
        let late = agent.act(&paid.run, "transactions.get", &json!({ "transaction_id": "US-1-x" })).await;
        assert_eq!(late.status(), ActionStatus::Denied);
    }

    // A person takes one over; for the other the server has come round, and another plan undoes it.
    operator.skip(&plan.id, &paid[1].action).await.unwrap();
    site.upstream.meets_all();
    let actions = vec![paid[4].action.clone()];
    let again = pb::PlanRollbackRequest { actions, ..Default::default() };
    let again = operator.0.plan_rollback(again).await.unwrap().into_inner();
    assert_eq!((again.steps.len(), again.steps[0].later), (1, 0));
    let last = operator.undo(&again).await.unwrap().pop().unwrap();
    assert_eq!((last.undone, last.parked), (1, 0));
    assert_eq!(operator.parked().await, []);
    ledger_is_the_journal(&site, &mut operator, &paid).await;
}

#[tokio::test]
async fn a_choice_says_since_when_and_may_say_of_which_customer() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let paid = refunds(&mut agent, 2).await;
    for (wrong, code) in [
        (pb::PlanRollbackRequest { since: None, ..lately("") }, Code::InvalidArgument),
        (pb::PlanRollbackRequest { scope: "all".to_owned(), ..lately("") }, Code::InvalidArgument),
        (pb::PlanRollbackRequest { scope: "service:ghost".to_owned(), ..lately("") }, Code::NotFound),
        (pb::PlanRollbackRequest { run: "case-1".to_owned(), ..lately("") }, Code::InvalidArgument),
        (lately("customer.reply"), Code::FailedPrecondition),
    ] {
        let refused = operator.0.plan_rollback(wrong.clone()).await.unwrap_err();
        assert_eq!(refused.code(), code, "{wrong:?}: {refused}");
    }
    // What did nothing is not named as what cannot be undone any more.
    let looked = agent.run("case-3").await;
    agent.look_up(&looked, "US-500-3").await;
    let end = pb::EndRunRequest { run: looked.clone(), reason: "done".to_owned() };
    agent.runtime.end_run(end).await.unwrap();
    operator.seen(&looked, "run_ended").await;
    let all = plan(&mut operator, lately("")).await;
    assert_eq!((all.runs.len(), all.left_out), (2, Vec::new()));
    let only = |value: &str| pb::PlanRollbackRequest {
        params: [("/transaction_id".to_owned(), format!("\"{value}\""))].into(),
        ..lately("")
    };
    let one = plan(&mut operator, only("US-500-1")).await;
    let targets: Vec<_> = one.steps.iter().map(|step| step.target.clone().unwrap().id).collect();
    assert_eq!(targets, [paid[0].action.clone()]);
    assert_eq!(one.run, paid[0].run, "it is one run");
    let none = operator.0.plan_rollback(only("US-500-3")).await.unwrap_err();
    assert_eq!(none.code(), Code::FailedPrecondition, "{none}");
}

#[tokio::test]
async fn what_may_rest_on_a_refused_step_waits_for_people() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    let first = agent.refund(&run, "US-500-1", 500).await;
    let second = agent.refund(&run, "US-500-2", 500).await;
    site.upstream.meets("po-2", Reversing::Refused);
    let plan = plan(&mut operator, pb::PlanRollbackRequest { run: run.clone(), ..Default::default() }).await;
    let last = operator.undo(&plan).await.unwrap().pop().unwrap();
    assert_eq!((last.state.as_str(), last.undone, last.parked, last.waiting), ("waiting", 0, 1, 1));
    let shown = operator.rollback(&plan.id).await;
    assert!(shown.rests && !shown.closed, "{shown:?}");
    assert!(shown.steps[1].note.contains(&second.action), "{:?}", shown.steps[1]);
    assert!(site.upstream.ledger().reversals().is_empty());

    // A power cut changes nothing about that, and then the server has come round.
    remitd.kill().await;
    site.upstream.meets_all();
    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    let resume = pb::ResumeRollbackRequest { plan: plan.id.clone(), reason: "it is mended".to_owned() };
    operator.0.resume_rollback(resume).await.unwrap();
    let last = operator.undone(&plan.id).await.pop().unwrap();
    assert_eq!((last.state.as_str(), last.undone, last.parked), ("closed", 2, 0));
    ledger_is_the_journal(&site, &mut operator, &[first, second]).await;
}

#[tokio::test]
async fn undone_is_what_the_tool_says_when_it_is_looked_at_again() {
    let site = Site::new(REMITD).await;
    independent(&site, true);
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let paid = refunds(&mut agent, 1).await;
    site.upstream.meets("po-1", Reversing::Late);
    operator.ceiling("all", pb::Level::None).await;
    let plan = plan(&mut operator, lately("")).await;
    let seen = operator.undo(&plan).await.unwrap();
    let states: Vec<&str> = seen.iter().map(|progress| progress.state.as_str()).collect();
    let undone = states.iter().position(|state| *state == "undone").unwrap();
    assert!(states[..undone].iter().filter(|state| **state == "verifying").count() >= 3, "{states:?}");
    assert!(seen.iter().any(|progress| progress.note.contains("`/status` is \"paid\"")), "{seen:?}");
    assert_eq!(seen.last().unwrap().undone, 1);
    ledger_is_the_journal(&site, &mut operator, &paid).await;
}

#[tokio::test]
async fn a_payout_that_happened_after_all_opens_its_closed_run_again() {
    let site = Site::new(REMITD).await;
    without_key(&site, false);
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    agent.look_up(&run, "US-500-a").await;
    site.upstream.turn(Mood::Mute);
    let lost = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!(lost.status(), ActionStatus::InDoubt);
    site.upstream.turn(Mood::Honest);
    let plan = plan(&mut operator, pb::PlanRollbackRequest { run: run.clone(), ..Default::default() }).await;
    assert_eq!(plan.steps[0].kind(), Kind::InDoubt);
    // Nobody waits for it in vain: somebody takes it over, and the run is closed.
    let (mut other, id, action) = (operator.clone(), plan.id.clone(), lost.action.clone());
    let (seen, skipped) = tokio::join!(operator.undo(&plan), async move {
        let request = pb::GetRollbackRequest { plan: id.clone() };
        while !other
            .0
            .get_rollback(request.clone())
            .await
            .unwrap()
            .into_inner()
            .counts
            .contains_key("waiting")
        {
            tokio::task::yield_now().await;
        }
        other.skip(&id, &action).await
    });
    let waits = skipped.unwrap();
    assert_eq!(waits.started_by, "olga.ops");
    let last = seen.unwrap().pop().unwrap();
    assert_eq!((last.state.as_str(), last.skipped), ("closed", 1));
    assert_eq!(operator.run(&run).await.run.unwrap().status(), RunStatus::RolledBack);

    operator.resolve(&lost.action, Verdict::Happened, r#"{"payout_id":"po-1"}"#).await.unwrap();
    operator.seen(&run, "rollback_reopened").await;
    known(&mut operator, &run, &lost.action).await;
    let last = operator.undone(&plan.id).await.pop().unwrap();
    assert_eq!((last.state.as_str(), last.undone), ("closed", 1));
    assert_eq!(operator.action(&lost.action).await.action.unwrap().status(), ActionStatus::Undone);
    assert_eq!(site.upstream.ledger().reversals().len(), 1);
    operator.verify().await;
}

#[tokio::test]
async fn the_command_line_plans_runs_and_shows_what_is_left() {
    let site = Site::new(REMITD).await;
    independent(&site, false);
    let remitd: Remitd = site.start().await;
    let paid = refunds(&mut remitd.agent().await, 2).await;
    site.upstream.meets("po-1", Reversing::Refused);
    let scope = ["rollback", "plan", "service:refund-decision", "--since", "5m"];
    let plan = remit(&site, &[&scope[..], &["-o", "json"]].concat()).await.json();
    assert_eq!(
        (&plan["returns_micros"], &plan["counts"]["compensate"]),
        (&10_000_000.into(), &2.into()),
        "{plan}"
    );
    let id = plan["id"].as_str().unwrap();
    let ran = remit(&site, &["rollback", "run", id, "--reason", "paid twice", "-o", "json"]).await;
    assert_eq!(ran.code, 1, "a person must take over: {ran:?}");
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = &lines.last().unwrap()["progress"];
    assert_eq!((&last["undone"], &last["parked"], &last["done"]), (&1.into(), &1.into(), &true.into()));
    let parked = remit(&site, &["get", "parked", "-o", "json"]).await.json();
    assert_eq!(parked["parked"][0]["target"]["id"], paid[0].action.as_str(), "{parked}");
    remit(&site, &["rollback", "run", id, "--reason", "again"]).await.failed(4, &["started already"]);
    remit(&site, &["rollback", "pause", id, "--reason", "too late"]).await.failed(4, &["is closed"]);
    let skipped = remit(&site, &["rollback", "skip", id, &paid[0].action, "--reason", "by hand"]).await;
    assert!(skipped.code == 0 && skipped.out.contains("skipped"), "{skipped:?}");
    assert_eq!(remit(&site, &["get", "parked", "-o", "json"]).await.json()["parked"], json!([]));
}
