//! A stop while the control plane does not answer where it usually does.

use std::net::TcpListener;

use remit_tests::{
    client::payout,
    site::{Remitd, Site},
};
use tokio::net::TcpStream;

use crate::{REMITD, cli::remit};

/// Connections that are there and say nothing, more than the control plane has room for.
async fn crowd(site: &Remitd) -> Vec<TcpStream> {
    let mut crowd = Vec::new();
    for _ in 0..100 {
        crowd.push(TcpStream::connect(site.address).await.unwrap());
    }
    crowd
}

#[tokio::test]
async fn a_stop_is_heard_while_a_crowd_keeps_everybody_else_out() {
    let site = Site::new(REMITD).await;
    let remitd = site.start_with_files(96).await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    agent.look_up(&run, "US-500-a").await;
    let crowd = crowd(&remitd).await;

    // A run that is named by the end of its id takes no question before, which nobody would hear.
    let ending = run.get(run.len() - 8..).unwrap();
    let stopped = remit(&site, &["stop", &format!("run:{ending}"), "-o", "json"]).await.json();
    assert_eq!(
        (&stopped["over"], &stopped["switches"][0]["scope"]),
        (&"stop_endpoint".into(), &format!("run:{run}").into())
    );
    // Whoever is in goes on, and a stop reaches them.
    let stopped = remit(&site, &["stop", "all", "--reason", "a crowd", "-o", "json"]).await.json();
    assert_eq!(stopped["over"], "stop_endpoint", "{stopped}");
    let refused = agent.act(&run, "payout.create", &payout("US-500-a", 500)).await;
    assert_eq!(refused.decision.unwrap().reason, "stopped");
    assert!(site.upstream.ledger().payouts().is_empty());

    drop(crowd);
    let said = remit(&site, &["get", "switches", "-o", "json"]).await.json();
    let reasons: Vec<_> = said["switches"].as_array().unwrap().iter().map(|it| &it["reason"]).collect();
    assert!(reasons.contains(&&"a crowd".into()), "{said}");
    remitd.operator().await.verify().await;
}

#[tokio::test]
async fn a_stop_is_heard_where_the_usual_address_is_wrong() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    // Nobody listens there: a proxy that is down, a port that has moved.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let context = std::fs::read_to_string(site.data().join("context.toml")).unwrap();
    let elsewhere = site.path().join("elsewhere.toml");
    std::fs::write(&elsewhere, context.replacen(&remitd.url(), &format!("http://{nobody}"), 1)).unwrap();
    let elsewhere = elsewhere.to_str().unwrap();

    let words = ["--context", elsewhere, "stop", "service:refund-decision", "--reason", "odd payouts"];
    let said = remit(&site, &words).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("the line for stops"), "{said:?}");
    // What lets go again is not heard there.
    let words =
        ["--context", elsewhere, "release", "service:refund-decision", "--reason", "it is all well again"];
    remit(&site, &words).await.failed(3, &[&nobody.to_string()]);
}
