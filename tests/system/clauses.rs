//! Each clause shows, in the running control plane, whether it refuses what it must refuse.

use std::fs;

use futures::StreamExt as _;
use remit_proto::v1::{self as pb, Clause, ClauseStanding};
use remit_tests::{
    contracts::{REFUNDS, shipped},
    mcp,
    site::{PATIENCE, Remitd, Site},
};
use serde_json::json;

use crate::{REMITD, cli::remit};

/// A site whose refund contract has its scenarios with it, with evidence that stays fresh for so long.
async fn site(fresh_for: &str) -> Site {
    let site = Site::new(REMITD).await;
    site.contracts.edit("fresh_for: 60s", &format!("fresh_for: {fresh_for}"));
    let folder = site.contracts.folder().join("scenarios");
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(shipped().join(REFUNDS).join("scenarios")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    site
}

/// The clauses, once the canaries of the service were played.
async fn played(remitd: &Remitd) -> Vec<pb::ClauseState> {
    let mut pictures =
        remitd.operator().await.0.watch_state(pb::WatchStateRequest {}).await.unwrap().into_inner();
    let wait = async {
        loop {
            let service = pictures.next().await.unwrap().unwrap().services.remove(0);
            if service.clauses.iter().all(|state| state.played_at.is_some()) {
                return service.clauses;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("the canaries are played")
}

#[tokio::test]
async fn a_contract_that_does_what_it_says_is_enforced_in_every_clause() {
    let site = site("2s").await;
    let remitd = site.start().await;
    let clauses = played(&remitd).await;
    assert_eq!(clauses.len(), 7);
    for state in &clauses {
        assert_eq!((state.standing(), state.missed), (ClauseStanding::Enforced, 0), "{state:?}");
        assert!(0 < state.canaries && state.objected_at.is_none(), "{state:?}");
    }
    // An action of the service itself.
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    let unread =
        json!({ "transaction_id": "US-500-a", "amount_minor": 500, "currency": "USD", "account": "acc-1" });
    let refused = agent.act(&run, "payout.create", &unread).await.decision.unwrap();
    let shown = remit(&site, &["get", "clauses", REFUNDS, "-o", "json"]).await.json();
    let evidence = &shown["clauses"][2];
    assert_eq!(
        (&evidence["clause"], &evidence["state"]),
        (&json!("evidence"), &json!("enforced")),
        "{shown:#}"
    );
    assert!(evidence["objected_at"].is_string(), "{evidence:#} after {refused:?}");
    let metrics = mcp::http().get(format!("{}/metrics", remitd.url())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    for line in [
        "remit_clauses{service=\"refund-decision\",clause=\"cost\",state=\"enforced\"} 1",
        "remit_canaries_missed{service=\"refund-decision\"} 0",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
    assert!(!site.log().contains("a clause did not refuse"), "{}", site.log());
}

#[tokio::test]
async fn a_clause_that_lets_through_what_it_must_refuse_is_an_alarm() {
    // Its scenarios say that a fact is stale after two seconds.
    let site = site("60s").await;
    let remitd = site.start().await;
    let clauses = played(&remitd).await;
    let off: Vec<_> = clauses.iter().filter(|it| it.standing() != ClauseStanding::Enforced).collect();
    let [evidence] = off.as_slice() else { panic!("{off:#?}") };
    assert_eq!((evidence.clause(), evidence.standing()), (Clause::Evidence, ClauseStanding::Off));
    assert!(0 < evidence.missed && evidence.note.contains("evidence must refuse it"), "{evidence:?}");
    let said = remit(&site, &["get", "clauses"]).await;
    assert!(said.out.contains(" off "), "{said:?}");
    let metrics = mcp::http().get(format!("{}/metrics", remitd.url())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let line = "remit_clauses{service=\"refund-decision\",clause=\"evidence\",state=\"off\"} 1";
    assert!(metrics.contains(line), "{metrics}");
    assert!(site.log().contains("a clause did not refuse what it must refuse"), "{}", site.log());
}

#[tokio::test]
async fn a_contract_without_scenarios_exercises_nothing() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    for state in played(&remitd).await {
        assert_eq!((state.standing(), state.canaries), (ClauseStanding::NotExercised, 0), "{state:?}");
        assert!(state.note.contains("no scenario says"), "{state:?}");
    }
    remit(&site, &["get", "clauses", "ghost"]).await.failed(1, &["ghost", "remit get services"]);
}
