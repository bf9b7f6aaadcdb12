//! One filter text, asked of the trace, of lists, and of the server without the command line before it.

use remit_proto::v1 as pb;
use remit_tests::client::{payout, reason};
use serde_json::Value;

use super::{remit, world};

#[tokio::test]
async fn lists_show_what_the_filter_lets_through() {
    let (site, remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    agent.look_up(&run, "US-500-a").await;
    agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    agent.act(&run, "payout.create", &payout("US-500-b", 700)).await;
    let held = agent.refund(&run, "US-50000-c", 30_000).await;
    for (filter, tools) in [
        ("tool~^payout params.amount_minor>=500", 3),
        ("tool~^payout params.amount_minor<700", 1),
        ("tool=payout.create outcome=escalate", 1),
        ("status in (succeeded, held) !tool:get !tool~check$", 2),
        ("age>1h", 0),
    ] {
        let said = remit(&site, &["get", "actions", filter, "-o", "json"]).await.json();
        let found = said["actions"].as_array().unwrap();
        assert_eq!(found.len(), tools, "{filter}: {said}");
    }
    let waits =
        remit(&site, &["get", "escalations", "due>1s params.amount_minor=30000", "-o", "json"]).await.json();
    assert_eq!(waits["escalations"][0]["id"], Value::from(held.escalation), "{waits}");
    let none = remit(&site, &["get", "escalations", "params.amount_minor=30001", "-o", "json"]).await.json();
    assert_eq!(none["escalations"], Value::Array(Vec::new()));
    drop(remitd);
}

#[tokio::test]
async fn what_is_no_filter_is_refused_here_and_there() {
    let (site, remitd, _) = world().await;
    let verbs: [&[&str]; 5] =
        [&["tail"], &["get", "actions"], &["get", "escalations"], &["audit"], &["audit", "--filter"]];
    for words in verbs {
        let said = remit(&site, &[words, &["sevice=x"]].concat()).await;
        assert_eq!(said.code, 2, "{said:?}");
        let lines: Vec<&str> = said.err.lines().collect();
        assert_eq!(lines[..2], ["  sevice=x", "  ^^^^^^"], "{said:?}");
        assert_eq!(lines[2], "error: the filter: there is no field `sevice`; did you mean `service`?");
    }
    let mut operator = remitd.operator().await;
    let request = pb::WatchTraceRequest { filter: "sevice=x".to_owned(), ..Default::default() };
    let refused = operator.0.watch_trace(request).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (tonic::Code::InvalidArgument, "invalid"));
    assert!(refused.message().contains("did you mean `service`?"), "{refused}");
    let request = pb::ListAuditRequest { filter: "by=(".to_owned(), limit: 1 };
    let refused = operator.0.list_audit(request).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (tonic::Code::InvalidArgument, "invalid"));
    assert!(refused.message().contains("the filter: "), "{refused}");
    let request = pb::ListActionsRequest { filter: "a".repeat(1_025), ..Default::default() };
    assert_eq!(operator.0.list_actions(request).await.unwrap_err().code(), tonic::Code::InvalidArgument);
}

#[tokio::test]
async fn the_audit_shows_what_the_filter_lets_through_and_counts_the_rest() {
    let (site, remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    agent.refund(&run, "US-50000-a", 30_000).await;
    let pending = remitd.operator().await.pending().await;
    let deny = ["deny", &pending[0].id, "--reason", "wrong account"];
    assert_eq!(remit(&site, &deny).await.code, 0);
    for (scope, reason) in [("service:refund-decision", "spend is 4x"), ("all", "a drill")] {
        assert_eq!(remit(&site, &["stop", scope, "--reason", reason]).await.code, 0);
    }
    let all = remit(&site, &["audit", "-o", "json"]).await.json();
    let count = all["audit"].as_array().unwrap().len();
    assert_eq!(all["hidden"], 0, "{all}");
    for (filter, found) in [
        ("kind=switch_set", 2),
        ("kind=switch_set !reason:drill", 1),
        ("svc=refund-decision kind~\"^(switch|escalation)\"", 2),
        ("what:payout.create reason=\"wrong account\"", 1),
        ("kind=switch_set until=-1h", 0),
        ("4X", 1),
        (&format!("run={run} domain=payments"), 1),
        ("who=nobody", 0),
    ] {
        for words in [vec!["audit", filter], vec!["audit", "--filter", filter]] {
            let said = remit(&site, &[&words[..], &["-o", "json"]].concat()).await.json();
            let entries = said["audit"].as_array().unwrap().len();
            let hidden = usize::try_from(said["hidden"].as_u64().unwrap()).unwrap();
            assert_eq!((entries, hidden), (found, count - found), "{filter}: {said}");
        }
    }
}
