//! What is shown is what the core does: administrators hold every duty, and whom only a rule asks is named.

use super::who;
use crate::start::sample::{Place, REFUNDS, settle_people};

#[tokio::test]
async fn administrators_and_those_whom_only_a_rule_asks() {
    let place = Place::new();
    place.edit(REFUNDS, "    build: [group:agent-platform]", "    #");
    place.edit(REFUNDS, "to: group:payments-risk", "to: group:fraud");
    let running = place.folders(&[REFUNDS]).await.unwrap();
    let before = who(running.plane(), REFUNDS).unwrap();
    assert!(!before.owner_known && !before.enabled_by_known);
    settle_people(running.plane()).await;
    let shown = who(running.plane(), REFUNDS).unwrap();
    assert!(shown.owner_known && shown.enabled_by_known && shown.hands.is_empty());
    let duty = |name: &str| shown.duties.iter().find(|duty| duty.name == name).unwrap();
    let has = |name: &str, person: &str| duty(name).people.iter().any(|holder| holder == person);
    assert!(duty("build").groups.is_empty() && has("build", "root") && !has("build", "bob"));
    assert!(has("run", "olga") && has("approve", "rita"));
    // `payments-eu` is asked by a policy alone.
    assert_eq!(duty("answer").groups, ["fraud", "payments-eu"]);
    assert!(has("answer", "root") && !has("answer", "rita"));
    let granted = |person: &str| -> Vec<&str> {
        let of =
            |grant: &&remit_proto::v1::Grant| grant.token.as_ref().is_some_and(|it| it.subject == person);
        let found = shown.grants.iter().filter(of);
        found.flat_map(|grant| grant.grants.iter().map(String::as_str)).collect()
    };
    assert_eq!(granted("lee.park@acme.example"), ["enabled it"]);
    assert_eq!(granted("root"), ["build", "approve", "run", "answer"]);
    running.shutdown().await;
}
