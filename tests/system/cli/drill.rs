//! Drills of the shipped contracts: a control plane of their own, calls that are really in flight, and a report that is
//! kept. Neither the control plane that decides nor a tool notices anything.

use remit_proto::v1::ListSwitchesRequest;
use remit_tests::{contracts::REFUNDS, site::Site};
use serde_json::Value;

use super::remit;
use crate::REMITD;

const ACCESS: &str = "access-grants";

/// A site with both shipped contracts, as they are shipped, and the file of one of their domains.
async fn shipped() -> Site {
    let site = Site::new(REMITD).await;
    site.contracts.ship(REFUNDS);
    site.contracts.ship(ACCESS);
    let file =
        "domain: remit/v1\nname: payments\ncurrency: USD\nbacktest: none\nthrottle: { identity: 100/s }\n";
    site.domain("payments", file);
    site
}

fn number(report: &Value, key: &str) -> u64 {
    report[key].as_u64().unwrap_or_else(|| panic!("no {key} in {report}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_is_stopped_under_load() {
    let site = shipped().await;
    let remitd = site.start().await;
    for (service, tool, file) in [(REFUNDS, "payout.create", true), (ACCESS, "grant.create", false)] {
        let drill = ["drill", "stop", service, "--load", "12", "--for", "1s", "-o", "json"];
        let report = remit(&site, &drill).await.json();
        assert_eq!((&report["service"], &report["tool"]), (&service.into(), &tool.into()), "{report}");
        assert_eq!(report["domain_file"], file, "{report}");
        assert_eq!((number(&report, "late_admits"), number(&report, "begun_after")), (0, 0), "{report}");
        assert!(0 < number(&report, "let_go") && 0 < number(&report, "refused"), "{report}");
        assert!(number(&report, "acknowledged_us") <= number(&report, "contained_us"), "{report}");
        let flying = report["in_flight"].as_array().unwrap();
        assert!(flying.iter().any(|it| it["tool"] == tool && it["sent"] == true), "{report}");
        assert!(flying.iter().all(|it| it["ended"].is_string()), "{report}");
        assert_eq!(report["wrong"], Value::Array(Vec::new()));
    }
    let shown = remit(&site, &["drill", "list"]).await;
    assert!(shown.code == 0 && shown.out.contains("ACKNOWLEDGED"), "{shown:?}");
    let kept = remit(&site, &["drill", "list", "-o", "json"]).await.json();
    let services: Vec<_> =
        kept["drills"].as_array().unwrap().iter().map(|it| it["service"].clone()).collect();
    assert_eq!(services, [REFUNDS, ACCESS]);
    let switches = remitd.operator().await.0.list_switches(ListSwitchesRequest {}).await.unwrap();
    assert_eq!(switches.into_inner().switches, [], "nothing is stopped where it counts");
    assert!(site.upstream.ledger().payouts().is_empty(), "no tool was called");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_service_did_is_undone_but_what_is_refused() {
    let site = shipped().await;
    let _remitd = site.start().await;
    for service in [REFUNDS, ACCESS] {
        let drill = ["drill", "undo", service, "--effects", "12", "--refuse", "25", "-o", "json"];
        let report = remit(&site, &drill).await.json();
        let figures = ["effects", "undone", "parked", "refused", "answers_lost", "doubled", "in_doubt"];
        let figures = figures.map(|key| number(&report, key));
        assert_eq!(figures, [12, 9, 3, 3, 2, 0, 0], "{report}");
        assert!(1 < number(&report, "runs"), "{report}");
    }
    let only = remit(&site, &["drill", "list", ACCESS, "-o", "json"]).await.json();
    assert_eq!(only["drills"].as_array().unwrap().len(), 1, "{only}");
}

#[tokio::test]
async fn what_cannot_be_drilled_is_said_with_the_remedy() {
    // This contract comes without its scenarios.
    let site = Site::new(REMITD).await;
    let _remitd = site.start().await;
    let stop = remit(&site, &["drill", "stop", REFUNDS]).await;
    stop.failed(
        1,
        &["no scenario of `refund-decision` shows an effect that goes through", "add one to `scenarios/`"],
    );
    remit(&site, &["drill", "undo", "ghost"]).await.failed(1, &["ghost"]);
    let none = remit(&site, &["drill", "list"]).await;
    assert_eq!((none.code, none.out.as_str(), none.err.trim()), (0, "", "no drills"));
}
