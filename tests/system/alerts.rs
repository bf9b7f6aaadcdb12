//! Alerts: everybody sees who looks at one, over a power cut, until its condition ends; anew it is nobody's.

use remit_proto::v1 as pb;
use remit_tests::{
    client::{Operator, reason},
    site::{Remitd, Site},
};
use serde_json::{Value, json};

use crate::{REMITD, cli::remit};

/// Stops the service without a reason, so that one is owed.
async fn owing(operator: &mut Operator) -> String {
    let request = pb::SetSwitchRequest {
        scope: "service:refund-decision".to_owned(),
        ceiling: pb::Level::None.into(),
        ..pb::SetSwitchRequest::default()
    };
    operator.0.set_switch(request).await.unwrap().into_inner().switches.remove(0).id
}

async fn standing(site: &Site) -> Vec<Value> {
    let found = remit(site, &["get", "alerts", "-o", "json"]).await.json();
    found["alerts"].as_array().unwrap().clone()
}

/// The alert that a picture shows.
async fn pictured(operator: &mut Operator) -> pb::Alert {
    let mut pictures = operator.0.watch_state(pb::WatchStateRequest {}).await.unwrap().into_inner();
    let picture = pictures.message().await.unwrap().unwrap();
    let [alert] = picture.alerts.try_into().unwrap();
    alert
}

async fn person(remitd: &Remitd, name: &str, groups: &[&str]) -> Operator {
    let token = remitd.operator().await.person_token(name, groups).await;
    Operator::connect(&remitd.url(), &token).await
}

#[tokio::test]
async fn who_looks_at_it_is_seen_by_all_and_outlives_the_power() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    assert_eq!(standing(&site).await, [] as [Value; 0]);
    let mut operator = remitd.operator().await;
    let switch = owing(&mut operator).await;
    let [alert] = standing(&site).await.try_into().unwrap();
    assert_eq!(
        (&alert["condition"], &alert["scope"], &alert["about"], &alert["acknowledged"]),
        (&json!("reason_owed"), &json!("service:refund-decision"), &json!(switch), &Value::Null)
    );
    let id = alert["id"].as_str().unwrap();
    // Only who may stop there.
    let (mut lena, mut omar) =
        (person(&remitd, "lena", &["desk"]).await, person(&remitd, "omar", &["payments-oncall"]).await);
    let asked = |alert: &str| pb::AcknowledgeRequest { alert: alert.to_owned(), reason: "on it".to_owned() };
    let refused = lena.0.acknowledge(asked(id)).await.unwrap_err();
    assert_eq!(reason(&refused), "not_permitted", "{refused}");
    let none = omar.0.acknowledge(asked("00000000")).await.unwrap_err();
    assert!(none.message().contains("`remit get alerts` lists them"), "{none}");

    let said = remit(&site, &["ack", id.get(id.len() - 8..).unwrap(), "--reason", "called the bank"]).await;
    assert!(said.code == 0 && said.out.contains("it stands until it ends"), "{said:?}");
    let taken = omar.0.acknowledge(asked(id)).await.unwrap_err();
    assert!(taken.message().contains("looks at it already"), "{taken}");
    let known = pictured(&mut lena).await.acknowledged.unwrap();
    assert_eq!(known.reason, "called the bank");
    let audit = remit(&site, &["audit", "--filter", "kind=alert_acknowledged", "-o", "json"]).await.json();
    let [entry] = <[Value; 1]>::try_from(audit["audit"].as_array().unwrap().clone()).unwrap();
    assert_eq!((&entry["by"], &entry["reason"]), (&json!(known.by), &json!("called the bank")), "{entry}");
    assert_eq!(entry["service"], "refund-decision");
    remitd.kill().await;

    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    assert_eq!(pictured(&mut operator).await.acknowledged, Some(known));
    // It ends with the reason. The same condition of another switch is nobody's.
    remit(&site, &["reason", &switch, "--reason", "double payouts"]).await;
    assert_eq!(standing(&site).await, [] as [Value; 0]);
    operator.release("service:refund-decision").await;
    owing(&mut operator).await;
    assert_eq!(pictured(&mut operator).await.acknowledged, None);
    let gone = remit(&site, &["ack", id, "--reason", "again"]).await;
    gone.failed(1, &["that stands", "remit get alerts"]);
    operator.verify().await;
}
