//! Bad requests: each has a code, a reason that programs read, and a sentence that says place and remedy.

use std::fmt::Write as _;

use remit_proto::v1::{
    self as pb, ActResponse, ActionStatus, Clause, Outcome, create_token_request::Subject,
};
use remit_tests::{
    client::{Agent, Operator, payout, reason},
    mcp,
    site::{Remitd, Site},
    upstream::Mood,
};
use serde_json::json;
use tonic::{Code, Status};

use crate::REMITD;

const READ: &str = r#"{"transaction_id":"US-500-a"}"#;

async fn world() -> (Site, Remitd, Agent, String) {
    of_site(Site::new(REMITD).await).await
}

/// A world whose tools take no key, so that nothing is sent a second time.
async fn keyless() -> (Site, Remitd, Agent, String) {
    let site = Site::new(REMITD).await;
    site.contracts.edit("      idempotency_key: header:Idempotency-Key\n", "");
    of_site(site).await
}

async fn of_site(site: Site) -> (Site, Remitd, Agent, String) {
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    (site, remitd, agent, run)
}

#[track_caller]
fn check<T: std::fmt::Debug>(answer: Result<T, Status>, code: Code, why: &str, says: &[&str]) {
    let status = answer.unwrap_err();
    assert_eq!((status.code(), reason(&status)), (code, why), "{status:?}");
    assert!(status.metadata().get("remit-hint").is_some_and(|hint| !hint.is_empty()), "{status:?}");
    for part in says {
        assert!(status.message().contains(part), "`{part}` is not in: {}", status.message());
    }
}

/// What a clause says about an action that was denied. Each clause answers by itself.
#[track_caller]
fn finding(answer: &ActResponse, clause: Clause, reason: &str, says: &[&str]) {
    assert_eq!(answer.status(), ActionStatus::Denied, "{answer:?}");
    let decision = answer.decision.as_ref().unwrap();
    assert!(!decision.hint.is_empty() && !decision.sentence.is_empty());
    let found = decision.findings.iter().find(|found| found.clause == i32::from(clause)).unwrap();
    assert_eq!((found.outcome(), &*found.reason), (Outcome::Deny, reason), "{found:?}");
    for part in says {
        assert!(found.detail.contains(part), "`{part}` is not in: {}", found.detail);
    }
}

/// The same where this clause is the one that decided.
#[track_caller]
fn denied(answer: &ActResponse, clause: Clause, reason: &str, says: &[&str]) {
    finding(answer, clause, reason, says);
    let decision = answer.decision.as_ref().unwrap();
    assert_eq!((decision.outcome(), decision.clause(), &*decision.reason), (Outcome::Deny, clause, reason));
}

#[tokio::test]
async fn tools_that_are_not_in_the_contract() {
    let (_site, _remitd, mut agent, run) = world().await;
    let unknown = agent.act(&run, "payout.teleport", &json!({})).await;
    denied(&unknown, Clause::Scope, "not_in_scope", &["payout.teleport"]);
    let forbidden = agent.act(&run, "payout.bulk_create", &json!({})).await;
    denied(&forbidden, Clause::Scope, "forbidden_action", &["payout.bulk_create"]);
    let only_undoes = agent.act(&run, "payout.reverse", &json!({ "payout_id": "po-1" })).await;
    denied(&only_undoes, Clause::Scope, "not_in_scope", &["payout.reverse"]);
    let nameless = agent.act(&run, "", &json!({})).await;
    denied(&nameless, Clause::Scope, "not_in_scope", &[]);
}

#[tokio::test]
async fn parameters_that_violate_the_schema() {
    let (site, _remitd, mut agent, run) = world().await;
    agent.look_up(&run, "US-500-a").await;
    let mut tried = async |change: fn(&mut serde_json::Value), says: &[&str]| {
        let mut params = payout("US-500-a", 500);
        change(&mut params);
        let answer = agent.act(&run, "payout.create", &params).await;
        finding(&answer, Clause::Tooling, "parameters_invalid", says);
    };
    tried(|params| params["amount_minor"] = json!("500"), &["amount_minor"]).await;
    tried(|params| params["amount_minor"] = json!(0), &["amount_minor", "1"]).await;
    tried(|params| params["surprise"] = json!(true), &["surprise"]).await;
    tried(|params| drop(params.as_object_mut().unwrap().remove("currency")), &["currency"]).await;
    tried(|params| params["transaction_id"] = json!("../../etc"), &["transaction_id"]).await;
    assert!(site.upstream.ledger().payouts().is_empty());
}

#[tokio::test]
async fn json_that_two_readers_read_differently() {
    let (site, remitd, mut agent, run) = world().await;
    let deep = format!(r#"{{"transaction_id":{}{}}}"#, "[".repeat(70), "]".repeat(70));
    let large = format!(r#"{{"transaction_id":"{}"}}"#, "x".repeat(300 * 1024));
    let twice = r#"{"transaction_id":"US-1-a","transaction_id":"US-500-a"}"#;
    for (params, says) in [
        (twice, "transaction_id"),
        (deep.as_str(), "64"),
        (large.as_str(), "262144"),
        (r#"{"transaction_id":"#, "EOF"),
        (r#"["US-500-a"]"#, "not a JSON object"),
        (r#"{"transaction_id":9007199254740993}"#, "9007199254740993"),
    ] {
        let answer = agent.try_act(&run, "transactions.get", params).await;
        check(answer, Code::InvalidArgument, "invalid", &["the parameters are not acceptable", says]);
    }
    for (arguments, says) in [(twice, "transaction_id"), (&deep, "64"), (r#"{"transaction_id":"#, "line 1")] {
        let request = mcp::request("transactions.get", arguments);
        let (status, body) = mcp::post(&remitd.url(), &agent.token, request).await;
        assert_eq!(status, 400, "{body}");
        assert!(body.contains("-32700") && body.contains(says), "{body}");
    }
    let actions = remitd.operator().await.run(&run).await.actions;
    assert!(actions.is_empty(), "none of it came as far as a decision: {actions:?}");
    drop(site);
}

#[tokio::test]
async fn bodies_over_a_mebibyte() {
    let (_site, remitd, mut agent, run) = world().await;
    let large = format!(r#"{{"transaction_id":"{}"}}"#, "x".repeat(1024 * 1024 + 1));
    let refused = agent.try_act(&run, "transactions.get", &large).await.unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange, "{refused}");
    assert!(refused.message().contains("1048576"), "{refused}");

    let request = mcp::request("transactions.get", &large);
    let (status, body) = mcp::post(&remitd.url(), &agent.token, request).await;
    assert_eq!(status, 413, "{body}");
    assert!(body.contains("1048576"), "{body}");
    // It goes on serving.
    let read = agent.try_act(&run, "transactions.get", READ).await.unwrap();
    assert_eq!(read.status(), ActionStatus::Succeeded);
}

#[tokio::test]
async fn tokens_that_do_not_count() {
    let (_site, remitd, mut agent, run) = world().await;
    let url = remitd.url();
    let unknown = format!("remit_cred_{}_{}", "0".repeat(32), "0".repeat(64));
    let mut forged = agent.token.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == '0' { '1' } else { '0' });
    for (token, says) in [
        ("", "no token"),
        ("hunter2", "not one of this control plane"),
        (&unknown, "not one of this control plane"),
        (&forged, "not one of this control plane"),
    ] {
        let mut stranger = Agent::connect(&url, token).await;
        let answer = stranger.try_act(&run, "transactions.get", READ).await;
        check(answer, Code::Unauthenticated, "unauthenticated", &[says]);
        let answer = Operator::connect(&url, token).await.0.who_am_i(pb::WhoAmIRequest {}).await;
        check(answer, Code::Unauthenticated, "unauthenticated", &[says]);
        let (status, body) = mcp::post(&url, token, mcp::request("transactions.get", READ)).await;
        assert_eq!(status, 401, "{body}");
        assert!(body.contains("unauthenticated"), "{body}");
    }

    let mut operator = remitd.operator().await;
    let (id, secret) = operator.token(Subject::Service("refund-decision".to_owned()), &[]).await;
    let mut revoked = Agent::connect(&url, &secret).await;
    assert!(revoked.try_act(&run, "transactions.get", READ).await.is_ok());
    operator.0.revoke_token(pb::RevokeTokenRequest { id }).await.unwrap();
    let answer = revoked.try_act(&run, "transactions.get", READ).await;
    check(answer, Code::Unauthenticated, "unauthenticated", &["revoked"]);
    let (status, body) = mcp::post(&url, &secret, mcp::request("transactions.get", READ)).await;
    assert!(status == 401 && body.contains("revoked"), "{status} {body}");
    assert!(agent.try_act(&run, "transactions.get", READ).await.is_ok(), "other tokens still count");
}

#[tokio::test]
async fn the_wrong_token_for_a_face() {
    let (_site, remitd, agent, run) = world().await;
    let answer = Operator::connect(&remitd.url(), &agent.token).await.0.who_am_i(pb::WhoAmIRequest {}).await;
    check(answer, Code::PermissionDenied, "not_permitted", &["refund-decision", "operator token"]);
    let person = remitd.operator().await.person_token("ann", &["remit-admins"]).await;
    let mut person = Agent::connect(&remitd.url(), &person).await;
    let answer = person.try_act(&run, "transactions.get", READ).await;
    check(answer, Code::PermissionDenied, "not_permitted", &["ann", "service token"]);
    let (status, body) =
        mcp::post(&remitd.url(), &person.token, mcp::request("transactions.get", READ)).await;
    assert!(status == 403 && body.contains("not_permitted"), "{status} {body}");
}

#[tokio::test]
async fn scopes_that_are_wrong() {
    let (_site, remitd, mut agent, _run) = world().await;
    let set = |scope: &str| pb::SetSwitchRequest {
        scope: scope.to_owned(),
        ceiling: pb::Level::None.into(),
        reason: "something is wrong".to_owned(),
        ..pb::SetSwitchRequest::default()
    };
    let mut operator = remitd.operator().await;
    for scope in ["", "everything", "service:", "tool:refund-decision"] {
        let says = format!("`{scope}` is not a scope, expected `all`, `domain:D`");
        let answer = operator.0.set_switch(set(scope)).await;
        check(answer, Code::InvalidArgument, "invalid", &[&says]);
    }
    for scope in ["service:refund-decison", "domain:payment", "tool:refund-decision/payout.craete"] {
        let answer = operator.0.set_switch(set(scope)).await;
        let name = scope.rsplit([':', '/']).next().unwrap();
        check(answer, Code::NotFound, "not_found", &[name]);
    }
    let bystander = operator.person_token("bob", &["payments-risk"]).await;
    let mut bystander = Operator::connect(&remitd.url(), &bystander).await;
    let answer = bystander.0.set_switch(set("service:refund-decision")).await;
    check(answer, Code::PermissionDenied, "not_permitted", &["bob", "payments-oncall"]);
    let answer = bystander.0.create_token(pb::CreateTokenRequest::default()).await;
    check(answer, Code::PermissionDenied, "not_permitted", &["bob", "remit-admins"]);
    let answer = agent.try_run("access-grants", "case-1").await;
    check(answer, Code::NotFound, "not_found", &["access-grants"]);
    assert!(
        operator.0.list_switches(pb::ListSwitchesRequest {}).await.unwrap().into_inner().switches.is_empty()
    );
}

#[tokio::test]
async fn ids_that_lead_nowhere() {
    let (_site, remitd, mut agent, _run) = world().await;
    let mut operator = remitd.operator().await;
    let nowhere = format!("run_{}", "0".repeat(32));
    check(agent.try_act(&nowhere, "transactions.get", READ).await, Code::NotFound, "not_found", &[&nowhere]);
    let answer = agent.try_act("case-1", "transactions.get", READ).await;
    check(answer, Code::InvalidArgument, "invalid", &["`case-1`", "run_"]);
    let answer = operator.0.get_action(pb::GetActionRequest { id: "act_1".to_owned() }).await;
    check(answer, Code::NotFound, "not_found", &["act_1"]);
    let answer =
        operator.0.decide(pb::DecideRequest { escalation: "esc_1".to_owned(), ..Default::default() }).await;
    check(answer, Code::NotFound, "not_found", &["esc_1"]);
}

#[tokio::test]
async fn an_upstream_that_is_down() {
    let (mut site, remitd, mut agent, run) = world().await;
    agent.look_up(&run, "US-500-a").await;
    site.upstream.go_down().await;
    let read = agent.try_act(&run, "transactions.get", READ).await.unwrap();
    assert_eq!(read.status(), ActionStatus::Failed);
    assert!(read.note.starts_with("no connection to the tool: "), "{}", read.note);
    let paid = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!(paid.status(), ActionStatus::Failed, "no byte left us, so it is not in doubt: {paid:?}");
    let budget = remitd.operator().await.run(&run).await.run.unwrap().budget.unwrap();
    assert_eq!((budget.held_micros, budget.spent_micros), (0, 1_200), "what failed costs nothing");
}

#[tokio::test]
async fn an_upstream_that_answers_garbage() {
    let mut odd = String::from(r#"{"payout_id":"po-1","#);
    for n in 0..40_000 {
        write!(odd, r#""field-{n}":{n},"#).unwrap();
    }
    for (mood, says) in [
        (Mood::Says("<html>Bad gateway</html>".to_owned()), "not acceptable JSON"),
        (Mood::Says(r#"{"payout_id":"po-1","payout_id":"po-2"}"#.to_owned()), "payout_id"),
        (Mood::Says(odd), "larger than 262144 bytes"),
        (Mood::Status(500), "500"),
    ] {
        let (site, remitd, mut agent, run) = keyless().await;
        agent.look_up(&run, "US-500-a").await;
        site.upstream.turn(mood);
        let read = agent.try_act(&run, "transactions.get", READ).await.unwrap();
        assert_eq!(read.status(), ActionStatus::Failed, "a read leaves nothing behind: {read:?}");
        assert!(read.note.contains(says), "{}", read.note);

        let paid = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
        assert_eq!(paid.status(), ActionStatus::InDoubt, "nobody knows: {paid:?}");
        site.upstream.turn(Mood::Honest);
        let again = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
        assert_eq!((&again.action, again.status()), (&paid.action, ActionStatus::InDoubt));
        assert_eq!(site.upstream.ledger().payouts().len(), 1, "it is never sent twice");
        assert_eq!(remitd.operator().await.run(&run).await.run.unwrap().in_doubt, 1);
    }
}

#[tokio::test]
async fn an_upstream_that_refuses() {
    let (site, _remitd, mut agent, run) = world().await;
    agent.look_up(&run, "US-500-a").await;
    site.upstream.turn(Mood::Status(422));
    let refused = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!(refused.status(), ActionStatus::Failed, "a refusal is definite: {refused:?}");
    assert!(refused.note.contains("422") && refused.note.contains("out of order"), "{}", refused.note);
}

#[tokio::test]
async fn an_upstream_that_never_answers() {
    let (site, _remitd, mut agent, run) = keyless().await;
    agent.look_up(&run, "US-500-a").await;
    site.upstream.turn(Mood::Silent);
    let paid = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!((paid.status(), &*paid.note), (ActionStatus::InDoubt, "no answer within 1000 ms"));
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
}
