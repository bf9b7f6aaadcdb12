//! How tools are called, from the agent to the tool and back: again, and from memory.

use remit_proto::v1::ActionStatus;
use remit_tests::{site::Site, upstream::Mood};
use serde_json::json;

use crate::REMITD;

const SALE: &str = "US-500-a";

#[tokio::test]
async fn a_read_is_sent_again_and_says_so() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    site.upstream.turn(Mood::Status(503));
    let failed = agent.act(&run, "transactions.get", &json!({ "transaction_id": SALE })).await;
    assert_eq!((failed.status(), &*failed.fault, failed.retries), (ActionStatus::Failed, "broken", 2));
    assert_eq!(site.upstream.looks(), 3);
    // A refusal is the last word.
    site.upstream.turn(Mood::Status(404));
    let refused = agent.act(&run, "transactions.get", &json!({ "transaction_id": SALE })).await;
    assert_eq!((refused.status(), &*refused.fault, refused.retries), (ActionStatus::Failed, "refused", 0));
    assert_eq!(site.upstream.looks(), 4);
}

#[tokio::test]
async fn a_tool_that_is_down_is_answered_for_and_the_answer_says_so() {
    let mut site = Site::new(REMITD).await;
    site.contracts.edit("retry: { attempts: 3 }", "fallback: { stale_for: 2m }");
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    let sale = json!({ "transaction_id": SALE });
    let good = agent.act(&run, "transactions.get", &sale).await;
    assert_eq!((good.status(), good.stale_since), (ActionStatus::Succeeded, None), "{good:?}");
    site.upstream.go_down().await;
    let stale = agent.act(&run, "transactions.get", &sale).await;
    assert_eq!((stale.status(), &*stale.fault), (ActionStatus::Succeeded, "unreachable"), "{stale:?}");
    assert_eq!(stale.result_json, good.result_json);
    assert!(stale.stale_since.is_some());
    // Of another nothing is known.
    let other = agent.act(&run, "transactions.get", &json!({ "transaction_id": "US-600-b" })).await;
    assert_eq!((other.status(), other.stale_since), (ActionStatus::Failed, None), "{other:?}");
}
