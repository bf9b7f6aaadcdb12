//! How tools are called, from the agent to the tool and back: again, and from memory.

use remit_proto::v1::{ActionStatus, Level};
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
async fn another_read_answers_while_the_tool_is_down() {
    let site = Site::new(REMITD).await;
    site.contracts.edit(
        "retry: { attempts: 3 }",
        "fallback: { then: { tool: tickets.get, with: { ticket_id: params:/transaction_id } } }",
    );
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    let sale = |id: &str| json!({ "transaction_id": id });
    let good = agent.act(&run, "transactions.get", &sale(SALE)).await;
    assert_eq!((good.status(), good.stands_in), (ActionStatus::Succeeded, None), "{:?}", good.note);

    site.upstream.turn(Mood::Blind);
    let other = agent.act(&run, "transactions.get", &sale(SALE)).await;
    assert_eq!(other.status(), ActionStatus::Succeeded, "{}", other.note);
    assert!(other.result_json.contains("I want my money back."), "{}", other.result_json);
    let first = other.stands_in.unwrap();
    assert!(first.tool == "transactions.get" && first.why.contains("503"), "{first:?}");
    // Both are on record, each as what it is; the second says for what it stands in.
    assert_eq!(operator.action(&first.action).await.action.unwrap().status(), ActionStatus::Failed);
    let known = operator.action(&other.action).await;
    assert_eq!(known.action.as_ref().unwrap().tool, "tickets.get");
    assert!(
        format!("{:?}", known.decision).contains(&format!("stands in for {}", first.action)),
        "{known:?}"
    );

    // The other one may not be read: the caller gets the first answer, and why nothing stood in.
    operator.ceiling("tool:refund-decision/tickets.get", Level::None).await;
    let refused = agent.act(&run, "transactions.get", &sale("US-501-b")).await;
    assert_eq!((refused.status(), refused.stands_in), (ActionStatus::Failed, None), "{}", refused.note);
    assert!(refused.note.contains("503") && refused.note.contains("stopped this scope"), "{}", refused.note);
    operator.release("tool:refund-decision/tickets.get").await;

    // It is down, too.
    site.upstream.turn(Mood::Status(503));
    let failed = agent.act(&run, "transactions.get", &sale("US-502-c")).await;
    assert_eq!((failed.status(), failed.stands_in), (ActionStatus::Failed, None), "{}", failed.note);
    assert!(failed.note.contains("`tickets.get` stood in (act_"), "{}", failed.note);
    assert_eq!(operator.run(&run).await.actions.len(), 7, "one read, and three with what stood in");
    operator.verify().await;
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
