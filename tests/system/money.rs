//! Money above the run: spent exactly over a power cut, waited for when it is used up, and a breach that stands.

use remit_proto::v1::{self as pb, ActionStatus, Outcome};
use remit_tests::{
    client::{Agent, Operator, payout},
    site::Site,
    upstream::Mood,
};

use serde_json::{Value, json};

use crate::{REMITD, cli::remit};

/// Spent, held, left and calls of each day and run, in millionths; the pace moves with the clock.
async fn books(operator: &mut Operator, of: &str) -> Vec<(String, u64, u64, Option<u64>, u32)> {
    let request = pb::GetCostRequest { of: of.to_owned(), ..pb::GetCostRequest::default() };
    let nodes = operator.0.get_cost(request).await.unwrap().into_inner().nodes;
    let day = nodes.into_iter().filter(|node| node.window != "hour");
    day.map(|it| (it.kind, it.spent_micros, it.held_micros, it.left_micros, it.calls)).collect()
}

/// What `remit cost --books` says: that all of it balances, and the balances of the domain's day.
async fn double_entry(site: &Site, available: i64, held: i64, spent: i64) {
    let said = remit(site, &["cost", "payments", "--books", "-o", "json"]).await.json();
    let books = &said["books"][0];
    assert_eq!((&books["balanced"], &books["differences"]), (&json!(true), &json!([])), "{books:#}");
    assert_eq!(books["domain_total"]["debits_micros"], books["domain_total"]["credits_micros"]);
    let day = |account: &str| {
        let is_it = |it: &&Value| it["kind"] == "domain" && it["window"] == "day" && it["account"] == account;
        books["accounts"].as_array().unwrap().iter().find(is_it).unwrap()["balance_micros"].as_i64().unwrap()
    };
    assert_eq!(["available", "held", "spent"].map(day), [available, held, spent]);
}

#[tokio::test]
async fn an_identity_that_has_made_its_calls_waits_in_another_run_and_over_a_power_cut() {
    let site = Site::new(REMITD).await;
    let file =
        "domain: remit/v1\nname: payments\ncurrency: USD\nbacktest: none\nthrottle: { identity: 2/h }\n";
    site.domain("payments", file);
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let token = agent.token.clone();
    let first = agent.run("case-1").await;
    agent.look_up(&first, "US-500-a").await;
    remitd.kill().await;

    let remitd = site.start().await;
    let mut agent = Agent::connect(&remitd.url(), &token).await;
    let second = agent.run("case-2").await;
    let waits = agent.act(&second, "transactions.get", &json!({ "transaction_id": "US-500-b" })).await;
    let decision = waits.decision.unwrap();
    assert_eq!((decision.outcome(), decision.reason.as_str()), (Outcome::Throttle, "identity_throttled"));
    assert!((1..=1_800_000).contains(&decision.retry_after_ms), "{decision:?}");
    let domains = remit(&site, &["get", "domains", "-o", "json"]).await.json();
    assert_eq!(domains["domains"][0]["throttle"]["identity"], "2/h");
}

#[tokio::test]
async fn a_day_is_spent_to_the_unit_over_a_power_cut() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("spend: { hour: 5000, day: 50000 }", "spend: { day: 0.80 }");
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let token = agent.token.clone();
    let first = agent.run("case-1").await;
    for sale in ["US-500-a", "US-500-b"] {
        assert_eq!(agent.refund(&first, sale, 500).await.status(), ActionStatus::Succeeded);
    }
    // A lost reply keeps its hold.
    let second = agent.run("case-2").await;
    agent.look_up(&second, "US-500-c").await;
    site.upstream.turn(Mood::Status(503));
    let lost = agent.act(&second, "payout.create", &payout("US-500-c", 500)).await;
    assert_eq!(lost.status(), ActionStatus::InDoubt, "{lost:?}");
    site.upstream.turn(Mood::Honest);
    let before = books(&mut operator, "refund-decision").await;
    let day = |kind: &str, left| (kind.to_owned(), 503_600, 250_000, left, 9);
    assert_eq!(before, [day("service", Some(46_400)), day("domain", None)]);
    remitd.kill().await;

    let remitd = site.start().await;
    let (mut agent, mut operator) = (Agent::connect(&remitd.url(), &token).await, remitd.operator().await);
    assert_eq!(books(&mut operator, "refund-decision").await, before);
    double_entry(&site, -753_600, 250_000, 503_600).await;
    let of_run = books(&mut operator, &second).await;
    assert_eq!(of_run[0], ("run".to_owned(), 1_200, 250_000, Some(748_800), 3));
    assert_eq!(of_run[1..], before);
    // Both runs are open, and the one that has used more of its limit is told first.
    let all = pb::GetCostRequest { open_runs: true, ..pb::GetCostRequest::default() };
    let nodes = operator.0.get_cost(all).await.unwrap().into_inner().nodes;
    let runs: Vec<_> = nodes.iter().filter(|node| node.kind == "run").collect();
    let told: Vec<_> = runs.iter().map(|it| (it.run_name.as_str(), it.service.as_str())).collect();
    assert_eq!(told, [("case-1", "refund-decision"), ("case-2", "refund-decision")]);
    let said = remit(&site, &["cost", "refund-decision", "--runs", "-o", "json"]).await.json();
    assert_eq!(said["cost"][4]["run_name"], "case-1", "{said:#}");
    agent.look_up(&second, "US-500-d").await;
    let waits = agent.act(&second, "payout.create", &payout("US-500-d", 500)).await;
    let decision = waits.decision.unwrap();
    assert_eq!((decision.outcome(), decision.reason.as_str()), (Outcome::Throttle, "budget_exhausted"));
    let unknown = pb::GetCostRequest { of: "ghost".to_owned(), ..pb::GetCostRequest::default() };
    assert_eq!(operator.0.get_cost(unknown).await.unwrap_err().code(), tonic::Code::NotFound);
}

#[tokio::test]
async fn a_report_above_the_ceiling_stops_the_tool_until_a_person_lets_it_go() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("payout.create: 0.25", "payout.create: { most: 0.25, reported: result:/cost }");
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let token = agent.token.clone();
    let run = agent.run("case-1").await;
    agent.look_up(&run, "US-500-a").await;
    site.upstream
        .turn(Mood::Says(r#"{ "payout_id": "po-9", "status": "paid", "cost": 0.6500001 }"#.to_owned()));
    let paid = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!(paid.status(), ActionStatus::Succeeded, "{paid:?}");
    site.upstream.turn(Mood::Honest);
    let budget = remitd.operator().await.run(&run).await.run.unwrap().budget.unwrap();
    assert_eq!((budget.spent_micros, budget.held_micros), (1_200 + 650_001, 0), "in full, rounded up");
    remitd.kill().await;

    let remitd = site.start().await;
    let (mut agent, mut operator) = (Agent::connect(&remitd.url(), &token).await, remitd.operator().await);
    let other = agent.run("case-2").await;
    agent.look_up(&other, "US-500-b").await;
    let refused = agent.act(&other, "payout.create", &payout("US-500-b", 500)).await;
    assert_eq!(refused.decision.unwrap().reason, "tool_quarantined");
    let scope = "tool:refund-decision/payout.create";
    let switches = operator.0.list_switches(pb::ListSwitchesRequest {}).await.unwrap().into_inner().switches;
    assert_eq!((switches[0].scope.as_str(), switches[0].by.as_str()), (scope, "remitd"));
    assert!(
        switches[0].reason.contains("cost 0.650001 by its own report, 0.25 was reserved"),
        "{switches:?}"
    );
    operator.release(scope).await;
    // Without an amount the ceiling is charged.
    let paid = agent.act(&other, "payout.create", &payout("US-500-b", 500)).await;
    assert_eq!(paid.status(), ActionStatus::Succeeded, "{paid:?}");
    assert_eq!(books(&mut operator, &other).await[0].1, 1_200 + 250_000);
}
