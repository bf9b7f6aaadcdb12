//! Who did what: every deed of people is told with its position, also after a power cut, newest first.

use remit_proto::v1::{ActionStatus, Level};
use remit_tests::{client::Agent, site::Site};
use serde_json::Value;

use crate::{REMITD, cli::remit};

/// Who did what and why, newest first; ids are left out of what was done.
fn told(said: &Value) -> Vec<[String; 3]> {
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let plain = |what: String| {
        let words = what.split(' ').filter(|word| !word.contains("_0"));
        words.collect::<Vec<_>>().join(" ")
    };
    let entries = said["audit"].as_array().unwrap().iter();
    entries.map(|entry| [text(entry, "by"), plain(text(entry, "what")), text(entry, "reason")]).collect()
}

#[tokio::test]
async fn what_people_did_is_told_with_person_and_reason_over_a_power_cut() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let token = agent.token.clone();
    let run = agent.run("case-1").await;
    let held = agent.refund(&run, "US-50000-a", 30_000).await;
    assert_eq!(held.status(), ActionStatus::Held, "{held:?}");
    let pending = operator.pending().await;
    operator.answer(&pending[0], false).await.unwrap();
    operator.ceiling("service:refund-decision", Level::Draft).await;
    operator.release("service:refund-decision").await;
    let before = remit(&site, &["audit", "-o", "json"]).await.json();
    let newest: Vec<_> = told(&before).into_iter().take(3).collect();
    let did: Vec<_> = newest.iter().map(|[_, what, _]| what.as_str()).collect();
    let lowered = "lowered service:refund-decision to draft";
    assert_eq!(did, ["released service:refund-decision", lowered, "denied payout.create"]);
    assert!(newest.iter().all(|[by, _, reason]| by == &newest[0][0] && !by.is_empty() && !reason.is_empty()));
    let tokens = remit(&site, &["audit", "issued", "-o", "json"]).await.json();
    assert!(
        told(&tokens).iter().any(|[_, what, _]| what == "issued a token to service refund-decision:"),
        "{tokens:#}"
    );
    assert!(tokens["audit"].as_array().unwrap().iter().all(|entry| entry["domain"] != "payments"));
    let two = remit(&site, &["audit", "--limit", "2", "-o", "json"]).await.json();
    assert_eq!((two["audit"].as_array().unwrap().len(), two["older"].as_u64()), (2, Some(0)));
    assert_eq!(two["more"].as_u64().unwrap() + 2, u64::try_from(told(&before).len()).unwrap());
    remitd.kill().await;

    let remitd = site.start().await;
    let after = remit(&site, &["audit", "-o", "json"]).await.json();
    assert_eq!(told(&after), told(&before));
    // What a service does is not in it.
    let mut agent = Agent::connect(&remitd.url(), &token).await;
    let again = agent.run("case-2").await;
    agent.look_up(&again, "US-500-b").await;
    assert_eq!(told(&remit(&site, &["audit", "-o", "json"]).await.json()), told(&before));
}
