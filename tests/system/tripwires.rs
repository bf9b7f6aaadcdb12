//! What stops a service by itself, asks people at the edge, and tells them: with the real process, under load.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use futures::TryStreamExt as _;
use remit_core::{DomainName, Event, Level, switch::Scope};
use remit_journal::Journal;
use remit_proto::v1::{self as pb, ActionStatus, decision_update::What};
use remit_tests::{
    admit::is_admit,
    client::{Agent, payout},
    site::{PATIENCE, Site},
    upstream::Mood,
};
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::JoinSet};

use crate::REMITD;

/// Refunds sale after sale, whatever becomes of them, until the service is stopped.
async fn refund_until_stopped(mut agent: Agent, name: usize) {
    for case in 0.. {
        let run = agent.run(&format!("case-{name}-{case}")).await;
        let sale = format!("US-500-{name}-{case}");
        let mut calls = vec![("transactions.get", json!({ "transaction_id": sale }))];
        calls.push(("eligibility.check", json!({ "transaction_id": sale })));
        calls.push(("payout.create", payout(&sale, 500)));
        for (tool, params) in calls {
            let answer = agent.act(&run, tool, &params).await;
            if answer.decision.is_some_and(|decision| decision.reason == "stopped") {
                return;
            }
        }
    }
}

/// A place where alerts are posted. It takes none at first.
async fn webhook() -> (String, mpsc::UnboundedReceiver<Value>) {
    type Hook = (Arc<AtomicUsize>, mpsc::UnboundedSender<Value>);
    async fn take(State((seen, sender)): State<Hook>, Json(body): Json<Value>) -> StatusCode {
        if seen.fetch_add(1, Ordering::SeqCst) == 0 {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        sender.send(body).unwrap();
        StatusCode::NO_CONTENT
    }
    let (sender, taken) = mpsc::unbounded_channel();
    let hook: Hook = (Arc::default(), sender);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/alerts", listener.local_addr().unwrap());
    let router = Router::new().route("/alerts", post(take)).with_state(hook);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, taken)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tripwire_stops_the_service_under_load_and_tells_people() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("rate: 10/s", "rate: 10000/s");
    site.contracts.edit("rate: 50/s", "rate: 10000/s");
    site.contracts.edit("in_doubt >= 300, over: 1m", "in_doubt >= 3, over: 10m");
    let (url, mut taken) = webhook().await;
    let domain = "domain: remit/v1\nname: payments\ncurrency: USD\nbacktest: none\n";
    site.domain("payments", &format!("{domain}notify: {{ webhook: \"{url}\" }}\n"));
    let remitd = site.start().await;
    let (agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let request = pb::WatchDecisionsRequest::default();
    let mut decisions = operator.0.watch_decisions(request).await.unwrap().into_inner();
    let mut agents = JoinSet::new();
    for name in 0..6 {
        agents.spawn(refund_until_stopped(agent.clone(), name));
    }
    site.upstream.paid(6).await;
    site.upstream.turn(Mood::Mute);
    tokio::time::timeout(PATIENCE, agents.join_all()).await.expect("the wire stops them");

    let told = tokio::time::timeout(PATIENCE, taken.recv()).await.expect("it is posted again").unwrap();
    let alerted = loop {
        let update = decisions.message().await.unwrap().unwrap();
        if let Some(What::Tripped(tripped)) = update.what {
            break (update.seq, tripped);
        }
    };
    let (position, tripped) = alerted;
    assert_eq!((tripped.scope.as_str(), tripped.then.as_str()), ("service:refund-decision", "stop"));
    assert_eq!(tripped.wire, "in_doubt >= 3 over 10m");
    let same = json!({
        "alert": "tripwire_tripped", "environment": "test", "domain": "payments", "position": position, "at": told["at"],
        "scope": tripped.scope, "tripwire": tripped.wire, "then": tripped.then, "figures": tripped.figures,
        "events": tripped.events, "switch": tripped.switch_id,
    });
    assert_eq!(told, same);
    remitd.stop().await;
    assert!(site.log().contains("a tripwire has tripped"), "{}", site.log());

    // In the journal itself: three doubts, the wire, its switch, and no admit any more.
    let journal = Journal::open(&site.data()).unwrap();
    let records = journal.read(&DomainName::from("payments"), 0, 1_000_000).unwrap();
    let at = |position: u64| records.iter().find(|record| record.seq == position).unwrap();
    assert!(tripped.events.len() >= 3 && tripped.events.iter().all(|event| *event < position));
    for event in &tripped.events {
        assert!(matches!(at(*event).event, Event::ActionSettled(_)), "{:?}", at(*event));
    }
    let Event::SwitchSet(set) = &at(position + 1).event else { panic!("{:?}", at(position + 1)) };
    assert_eq!((set.ceiling, set.id.to_string()), (Level::None, tripped.switch_id));
    assert!(matches!(&set.scope, Scope::Service(service) if service.as_str() == "refund-decision"));
    let late: Vec<_> = records.iter().filter(|record| record.seq > position && is_admit(record)).collect();
    assert!(late.is_empty(), "{late:?}");
    let wires = records.iter().filter(|record| matches!(record.event, Event::TripwireTripped(_))).count();
    assert_eq!(wires, 1, "once");
    journal.close();
}

#[tokio::test]
async fn a_stopped_service_stays_stopped_over_a_power_cut_and_begins_anew_when_people_lift_it() {
    let site = Site::new(REMITD).await;
    site.contracts.edit(
        "forbidden_attempts >= 3, over: 10m, then: observe",
        "forbidden_attempts >= 2, over: 10m, then: read",
    );
    let remitd = site.start().await;
    let (mut agent, token) = (remitd.agent().await, remitd.agent().await.token);
    let run = agent.run("case-1").await;
    agent.look_up(&run, "US-500-a").await;
    for number in 0..2 {
        let tried = agent.act(&run, "payout.bulk_create", &json!({ "number": number })).await;
        assert_eq!(tried.decision.unwrap().reason, "forbidden_action");
    }
    remitd.kill().await;

    let remitd = site.start().await;
    let (mut agent, mut operator) = (Agent::connect(&remitd.url(), &token).await, remitd.operator().await);
    let refused = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!(refused.decision.unwrap().reason, "above_ceiling");
    let released = operator.release("service:refund-decision").await;
    assert!(released.released[0].reason.contains("forbidden_attempts >= 2 over 10m"), "{released:?}");
    let paid = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!(paid.status(), ActionStatus::Succeeded, "{paid:?}");
    agent.act(&run, "payout.bulk_create", &json!({})).await;
    agent.look_up(&run, "US-500-b").await;
    assert!(
        operator.0.list_switches(pb::ListSwitchesRequest {}).await.unwrap().into_inner().switches.is_empty()
    );
}

#[tokio::test]
async fn at_the_edge_people_are_asked_and_blast_says_what_was_touched() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("count: 20000/h", "count: 2/h");
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    for number in 1..3 {
        let run = agent.run(&format!("case-{number}")).await;
        let paid = agent.refund(&run, &format!("US-500-{number}"), 500).await;
        assert_eq!(paid.status(), ActionStatus::Succeeded);
    }
    let run = agent.run("case-3").await;
    let held = agent.refund(&run, "US-500-3", 500).await;
    assert_eq!((held.status(), held.decision.unwrap().reason.as_str()), (ActionStatus::Held, "blast_radius"));
    let question = operator.pending().await.remove(0);
    assert_eq!(question.rules, ["recovery.blast_radius.payout.create.count"]);
    assert_eq!(question.groups, ["payments-oncall"]);
    operator.answer(&question, true).await.unwrap();
    let end = agent.end_of(&held.action).await;
    assert_eq!(end.status(), ActionStatus::Succeeded, "{end:?}");

    let request = pb::GetBlastRequest { service: "refund-decision".to_owned(), since_ms: 0 };
    let blast = operator.0.get_blast(request).await.unwrap().into_inner();
    let payouts = blast.tools.iter().find(|tool| tool.tool == "payout.create").unwrap();
    assert_eq!(
        (payouts.admitted, payouts.succeeded, payouts.reversible, payouts.cost_micros),
        (3, 3, 3, 750_000)
    );
    let money = blast.measures.iter().find(|measure| measure.name == "payout.create.sum").unwrap();
    assert_eq!((money.of.as_str(), money.total, money.distinct), ("params:/amount_minor", 1_500, false));
    let unknown = pb::GetBlastRequest { service: "ghost".to_owned(), since_ms: 0 };
    assert_eq!(operator.0.get_blast(unknown).await.unwrap_err().code(), tonic::Code::NotFound);

    // What is undone is told as undone, and stays counted: it was out there.
    let plan = operator
        .0
        .plan_rollback(pb::PlanRollbackRequest { run, ..Default::default() })
        .await
        .unwrap()
        .into_inner();
    let start = pb::StartRollbackRequest {
        plan: plan.id,
        digest: plan.digest,
        reason: "the last one was wrong".to_owned(),
        idempotency_id: String::new(),
    };
    let progress = operator.0.start_rollback(start).await.unwrap().into_inner();
    let progress: Vec<pb::RollbackProgress> = progress.try_collect().await.unwrap();
    assert_eq!(progress.last().map(|last| (last.undone, last.parked)), Some((1, 0)));
    let request = pb::GetBlastRequest { service: "refund-decision".to_owned(), since_ms: 600_000 };
    let blast = operator.0.get_blast(request).await.unwrap().into_inner();
    let payouts = blast.tools.iter().find(|tool| tool.tool == "payout.create").unwrap();
    assert_eq!((payouts.admitted, payouts.undone, payouts.reversible), (3, 1, 2));
    let services = operator.0.list_services(pb::ListServicesRequest {}).await.unwrap().into_inner().services;
    let gauge = services[0].reached.iter().find(|gauge| gauge.name == "payout.create.count").unwrap();
    assert_eq!((gauge.shown, gauge.max, gauge.per_ms), (3, 2, 3_600_000));
}

#[tokio::test]
async fn an_address_that_is_not_set_is_said_at_the_start() {
    let site = Site::new(REMITD).await;
    let domain = "domain: remit/v1\nname: payments\ncurrency: USD\nbacktest: none\n";
    site.domain("payments", &format!("{domain}notify: {{ webhook: \"${{ALERTS_URL}}\" }}\n"));
    let refused = site.start_refused().await;
    assert_eq!(refused.code, Some(1), "{}", refused.said);
    for words in [
        "payments.yaml:5:20: the webhook names `${ALERTS_URL}`, which is not set",
        "hint: set the environment variable `ALERTS_URL`",
    ] {
        assert!(refused.said.contains(words), "{}", refused.said);
    }
}
