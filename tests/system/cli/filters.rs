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
    for words in [vec!["tail"], vec!["get", "actions"], vec!["get", "escalations"]] {
        let said = remit(&site, &[&words[..], &["sevice=x"]].concat()).await;
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
    let request = pb::ListActionsRequest { filter: "a".repeat(1_025), ..Default::default() };
    assert_eq!(operator.0.list_actions(request).await.unwrap_err().code(), tonic::Code::InvalidArgument);
}
