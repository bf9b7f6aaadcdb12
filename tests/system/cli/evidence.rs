//! `remit show evidence` and `remit approve`, where a fact has moved: what people see of where facts come from.

use serde_json::json;

use super::{remit, world};

const SALE: &str = "US-50000-a";

#[tokio::test]
async fn a_fact_with_its_provenance() {
    let (site, _remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let read = agent.act(&run, "transactions.get", &json!({ "transaction_id": SALE })).await;
    let held = agent.refund(&run, SALE, 30_000).await;

    // The refund rests on the newer of the two reads.
    let unused = remit(&site, &["show", "evidence", &read.action, "-o", "json"]).await.json();
    assert_eq!((&unused["read"]["tool"], &unused["relied_on_by"]), (&json!("transactions.get"), &json!([])));
    let detail = remit(&site, &["show", &held.action, "-o", "json"]).await.json();
    let item = &detail["evidence"][0];
    let (source, digest) = (item["action"].as_str().unwrap(), item["digest"].as_str().unwrap());
    let shown = remit(&site, &["show", "evidence", &format!("{source}/transaction")]).await;
    assert_eq!(shown.code, 0, "{shown:?}");
    for part in [source, digest, &run, SALE, "the service, over grpc", "relied on  1", &held.action] {
        assert!(shown.out.contains(part), "`{part}` is not in {}", shown.out);
    }

    remit(&site, &["show", "evidence", &format!("{source}/transactoin")])
        .await
        .failed(1, &["nothing relies on"]);
    remit(&site, &["show", "evidence", &held.action])
        .await
        .failed(1, &["is no evidence", "a fact is a read"]);
    remit(&site, &["show", "evidence", "act_nobody"]).await.failed(1, &["act_nobody"]);

    site.upstream.correct("amount_minor", 40_000);
    let (_, short) = held.action.split_at(held.action.len() - 8);
    let void = remit(&site, &["approve", short, "--reason", "receipts seen"]).await;
    assert!(void.out.contains("transaction:/amount_minor was 50000, is 40000"), "{void:?}");
    void.failed(1, &["is void and nothing ran", "asks again"]);
    let detail = remit(&site, &["show", &held.action, "-o", "json"]).await.json();
    let again = detail["evidence"][0]["action"].as_str().unwrap();
    let shown = remit(&site, &["show", "evidence", again]).await;
    assert!(shown.out.contains("the control plane, before the release of esc_"), "{shown:?}");
}
