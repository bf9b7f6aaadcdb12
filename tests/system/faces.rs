//! Both faces hold no rule: the same calls get the same decisions, over gRPC and over MCP.

use remit_proto::v1::{self as pb, ActionStatus, Outcome};
use remit_tests::{
    client::{Agent, Operator, payout},
    contracts::{REFUNDS, WORKFLOW},
    mcp::{self, Tools},
    site::Site,
};
use serde_json::{Value, json};

use crate::REMITD;

/// One call, and what must be decided about it.
struct Call {
    tool: &'static str,
    params: Value,
    status: ActionStatus,
    reason: &'static str,
}

fn call(tool: &'static str, params: Value, status: ActionStatus, reason: &'static str) -> Call {
    Call { tool, params, status, reason }
}

/// A whole case; `face` keeps the sales of the two faces apart.
fn calls(face: &str) -> Vec<Call> {
    use ActionStatus::{Denied, Held, Succeeded};
    let small = format!("US-500-{face}");
    let large = format!("US-50000-{face}");
    let read = |sale: &str| json!({ "transaction_id": sale });
    let mut stolen = payout(&small, 500);
    stolen["account"] = json!("acct-of-somebody-else");
    vec![
        call("payout.create", payout(&small, 500), Denied, "evidence_missing"),
        call("transactions.get", read(&small), Succeeded, "within_contract"),
        call("eligibility.check", read(&small), Succeeded, "within_contract"),
        call("payout.create", stolen, Denied, "origin_unknown"),
        call("payout.create", payout(&small, 501), Denied, "policy_forbids"),
        call("transactions.get", json!({ "transaction_id": "../etc" }), Denied, "parameters_invalid"),
        call("payout.bulk_create", json!({}), Denied, "forbidden_action"),
        call("payout.teleport", json!({}), Denied, "not_in_scope"),
        call("payout.create", payout(&small, 500), Succeeded, "within_contract"),
        call("payout.create", payout(&small, 499), Denied, "effect_taken"),
        call("transactions.get", read(&large), Succeeded, "within_contract"),
        call("eligibility.check", read(&large), Succeeded, "within_contract"),
        call("payout.create", payout(&large, 30_000), Held, "needs_approval"),
    ]
}

/// What a decision says, without the ages and names that differ between two cases.
fn verdicts(detail: &pb::ActionDetail) -> Vec<(i32, i32, String)> {
    let decision = detail.decision.as_ref().unwrap();
    decision.findings.iter().map(|found| (found.clause, found.outcome, found.reason.clone())).collect()
}

async fn over_grpc(agent: &mut Agent, run: &str, operator: &mut Operator) -> Vec<pb::ActionDetail> {
    let mut details = Vec::new();
    for call in calls("g") {
        let answer = agent.act(run, call.tool, &call.params).await;
        assert_eq!(answer.status(), call.status, "{}: {answer:?}", call.tool);
        assert_eq!(answer.decision.unwrap().reason, call.reason, "{}", call.tool);
        details.push(operator.action(&answer.action).await);
    }
    details
}

async fn over_mcp(tools: &Tools, operator: &mut Operator) -> Vec<pb::ActionDetail> {
    let mut details = Vec::new();
    for call in calls("m") {
        let result = tools.call(call.tool, &call.params).await;
        let done = call.status == ActionStatus::Succeeded;
        assert_eq!(result.is_error, Some(!done), "{}: {result:?}", call.tool);
        if !done {
            assert_eq!(mcp::says(&result, "reason"), call.reason, "{}: {result:?}", call.tool);
        }
        details.push(operator.action(&mcp::action(&result)).await);
    }
    details
}

#[tokio::test]
async fn the_same_calls_get_the_same_decisions() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-grpc").await;
    let over_grpc = over_grpc(&mut agent, &run, &mut operator).await;
    let tools = Tools::connect(&remitd.url(), &agent.token, "case-mcp").await;
    let over_mcp = over_mcp(&tools, &mut operator).await;
    assert_eq!(over_grpc.len(), over_mcp.len());
    for (grpc, mcp) in over_grpc.iter().zip(&over_mcp) {
        let (one, other) = (grpc.action.as_ref().unwrap(), mcp.action.as_ref().unwrap());
        assert_eq!((&*one.channel, &*other.channel), ("grpc", "mcp"));
        let wanted = (&one.tool, one.outcome, one.status, &one.reason, one.clause, one.cost_micros);
        let found =
            (&other.tool, other.outcome, other.status, &other.reason, other.clause, other.cost_micros);
        assert_eq!(wanted, found);
        assert_eq!(verdicts(grpc), verdicts(mcp), "{}", one.tool);
        assert_eq!(verdicts(grpc).len(), 7, "every clause answers");
    }
    let payouts = site.upstream.ledger().payouts();
    let paid: Vec<&str> = payouts.iter().map(|payout| payout.transaction.as_str()).collect();
    assert_eq!(paid, ["US-500-g", "US-500-m"]);
    let keys: Vec<&str> = payouts.iter().map(|payout| payout.key.as_str()).collect();
    let actions = [&over_grpc, &over_mcp].map(|all| all[8].action.as_ref().unwrap().id.clone());
    assert_eq!(keys, actions, "the action's id is the tool's idempotency key");
}

/// Every face declares what a run is about, once; nobody who joins it can say otherwise.
#[tokio::test]
async fn a_run_is_declared_when_it_starts() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let (mut operator, mut agent) = (remitd.operator().await, remitd.agent().await);
    let asked = r#"{ "transaction_id": "US-500-a", "account": "acct-1" }"#;
    let run = agent.try_declared(REFUNDS, "case-g", WORKFLOW, asked).await.unwrap();
    assert_eq!(agent.try_declared(REFUNDS, "case-g", "", "").await.unwrap(), run);
    let other = agent.try_declared(REFUNDS, "case-g", "", r#"{"account":"acct-2"}"#).await.unwrap_err();
    assert!(other.message().contains("another request"), "{other}");
    let broken = agent.try_declared(REFUNDS, "case-h", WORKFLOW, r#"{"a":1,"a":2}"#).await.unwrap_err();
    assert!(broken.message().contains("key `a` appears twice"), "{broken}");

    let headers = [("remit-run", "case-m"), ("remit-workflow", WORKFLOW), ("remit-request", asked)];
    let tools = Tools::connect_with(&remitd.url(), &agent.token, &headers).await;
    let seen = tools.call("transactions.get", &json!({ "transaction_id": "US-500-a" })).await;
    let over_mcp = operator.action(&mcp::action(&seen)).await.action.unwrap().run;
    let meta = r#"{"remit-run":"case-m","remit-request":{"account":"acct-2"}}"#;
    let body = mcp::request_with(meta, "transactions.get", r#"{"transaction_id":"US-500-a"}"#);
    let (_, answer) = mcp::post(&remitd.url(), &agent.token, body).await;
    assert!(answer.contains("another request"), "{answer}");
    for id in [run, over_mcp] {
        let detail = operator.run(&id).await;
        assert_eq!(detail.request_json, r#"{"account":"acct-1","transaction_id":"US-500-a"}"#);
    }
}

/// A library for tracing sends `traceparent` unasked: it stands for a run only where the caller names none.
#[tokio::test]
async fn a_trace_stands_for_a_run_only_where_none_is_named() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let (mut operator, agent) = (remitd.operator().await, remitd.agent().await);
    let traced = ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let declared = ("remit-workflow", WORKFLOW);
    let trace = "trace-4bf92f3577b34da6a3ce929d0e0e4736";
    let table = [
        ("/runs/case-1", vec![traced, declared], "{}", "case-1"),
        ("", vec![traced, declared, ("remit-run", "case-2")], "{}", "case-2"),
        ("", vec![traced, declared], r#"{"remit-run":"case-3"}"#, "case-3"),
        ("", vec![traced, declared], "{}", trace),
        ("", vec![declared], "{}", "mcp-refund-decision"),
    ];
    for (path, headers, meta, expect) in table {
        let body = mcp::request_with(meta, "transactions.get", r#"{"transaction_id":"US-500-a"}"#);
        let (_, answer) = mcp::post_with((&remitd.url(), path), &agent.token, &headers, body).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let run = answer["result"]["_meta"]["run"].as_str().unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(operator.run(run).await.run.unwrap().name, expect, "{path} {meta}");
    }
}

/// A run gets the actions and the budgets of its workflow, and of no other, over every face.
#[tokio::test]
async fn a_run_gets_what_its_workflow_has() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let (mut operator, mut agent) = (remitd.operator().await, remitd.agent().await);
    for (workflow, says) in [("", "names the workflow"), ("refnud", "it has `enquiry`, `refund`")] {
        let refused = agent.try_declared(REFUNDS, "case-1", workflow, "").await.unwrap_err();
        assert_eq!(refused.code(), tonic::Code::InvalidArgument);
        assert!(refused.message().contains(says), "{refused}");
    }
    let run = agent.try_declared(REFUNDS, "case-g", "enquiry", "").await.unwrap();
    let sale = "US-500-a";
    agent.look_up(&run, sale).await;
    let denied = agent.act(&run, "payout.create", &payout(sale, 500)).await;
    assert_eq!(denied.decision.unwrap().reason, "not_in_workflow");
    let shown = operator.run(&run).await.run.unwrap();
    assert_eq!((&*shown.workflow, shown.budget.unwrap().limit_micros), ("enquiry", 50_000));

    let headers = [("remit-run", "case-m"), ("remit-workflow", "enquiry")];
    let tools = Tools::connect_with(&remitd.url(), &agent.token, &headers).await;
    let names = ["customer.note", "customer.reply", "eligibility.check", "tickets.get", "transactions.get"];
    assert_eq!(tools.names().await, names, "it sees the tools of its workflow");
    let denied = tools.call("payout.create", &payout(sale, 500)).await;
    assert_eq!(mcp::says(&denied, "reason"), "not_in_workflow");
    let nowhere = Tools::connect_with(&remitd.url(), &agent.token, &[("remit-run", "case-n")]).await;
    let refused = nowhere.call("transactions.get", &json!({ "transaction_id": sale })).await;
    assert!(format!("{refused:?}").contains("names the workflow"), "{refused:?}");
    assert!(site.upstream.ledger().payouts().is_empty());
}

/// Who has no delegation any more is told so by code, over every face; and what it tries at what is forbidden is found
/// although no run can be there.
#[tokio::test]
async fn the_end_of_the_delegation_has_its_own_code_before_any_run() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("until: 2031-01-01", "until: 2025-02-01");
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let refused = agent.try_declared(REFUNDS, "case-g", WORKFLOW, "").await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::PermissionDenied);
    assert_eq!(refused.metadata().get("remit-reason").unwrap(), "delegation_ended");
    assert!(refused.message().contains("lee.park@acme.example enabled it until"), "{refused}");

    let tools = Tools::connect(&remitd.url(), &agent.token, "case-m").await;
    let sale = json!({ "transaction_id": "US-500-a" });
    for (tool, params) in [("transactions.get", sale), ("payout.bulk_create", json!({}))] {
        // The second attempt belongs to the finding of the first.
        for _ in 0..2 {
            let told = tools.call(tool, &params).await;
            assert_eq!((told.is_error, &*mcp::says(&told, "reason")), (Some(true), "delegation_ended"));
            assert_eq!(
                mcp::says(&told, "hint"),
                refused.metadata().get("remit-hint").unwrap().to_str().unwrap()
            );
        }
    }
    let metrics = mcp::http().get(format!("{}/metrics", remitd.url())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("remit_security_findings_total{service=\"refund-decision\"} 1"), "{metrics}");
}

#[tokio::test]
async fn an_admitted_payout_shows_what_it_rests_on() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    let paid = agent.refund(&run, "US-500-a", 500).await;
    assert_eq!(paid.decision.as_ref().unwrap().outcome(), Outcome::Admit, "{paid:?}");
    let result: Value = serde_json::from_str(&paid.result_json).unwrap();
    assert_eq!(result["payout_id"], "po-1");

    let detail = remitd.operator().await.action(&paid.action).await;
    let mut items: Vec<&str> = detail.evidence.iter().map(|item| item.item.as_str()).collect();
    items.sort_unstable();
    assert_eq!(items, ["eligibility", "transaction"]);
    for item in &detail.evidence {
        assert!(item.content_json.contains("US-500-a"), "{item:?}");
        assert_eq!(item.digest.len(), 64);
    }
    assert_eq!(detail.action.unwrap().cost_micros, 250_000);
    assert_eq!(detail.undo, "payout.reverse within 72h, seen by payouts.get");
}

#[tokio::test]
async fn the_same_call_again_is_the_same_action() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    let first = agent.refund(&run, "US-500-a", 500).await;
    let again = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!((again.action, again.status), (first.action, first.status));
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
}

#[tokio::test]
async fn agents_see_the_tools_of_their_scope_and_no_other() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let agent = remitd.agent().await;
    let tools = Tools::connect(&remitd.url(), &agent.token, "case-1").await;
    let wanted = [
        "customer.note",
        "customer.reply",
        "eligibility.check",
        "payout.create",
        "payouts.get",
        "tickets.get",
        "transactions.get",
    ];
    assert_eq!(tools.names().await, wanted);
}
