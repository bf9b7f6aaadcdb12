//! Tripwires as they are written: what each means, and what is said of those that mean nothing.

use super::{POLICY, YAML, account, edited};
use crate::{compile, domain};

/// What stands before them in the good document.
const UNDO: &str = "    mail.send: { irreversible: A mail cannot be recalled. }\n";

fn file(wires: &str) -> String {
    format!("domain: remit/v1\nname: sales\ncurrency: EUR\nbacktest: none\ntripwires: [{wires}]\n")
}

#[test]
fn each_means_what_it_says() {
    let table = [
        "{ when: denied_ratio > 0.5, over: 50 actions, then: safe }",
        "{ when: in_doubt >= 3, over: 10m, then: stop }",
        "{ when: in_doubt>=1, over: 1 action, then: none }",
        "{ when: spend_rate > 2.5, over: 10m, baseline: 24h, then: observe }",
        "{ when: breaker_opens >= 2, over: 1h, then: read }",
        "{ when: forbidden_attempts > 0, over: 1d, then: draft }",
        "{ when: undo_rate >= 1.5, over: 100 actions, then: recommend }",
        "{ when: latency_mean > 900ms, over: 5m, then: safe }",
        "{ when: \"latency_p99 > 2s\", over: 200 actions, then: safe }",
        "{ when: queue_waiting > 40, over: 10m, then: recommend }",
        "{ when: queue_oldest >= 30m, over: 1 action, then: recommend }",
    ];
    let read = |wire: &str| {
        let file = domain::parse(&file(wire), "sales.yaml").unwrap_or_else(|problems| panic!("{problems:?}"));
        let said = file.settings.tripwires.iter().map(|wire| format!("{wire}, then {}", wire.then));
        let stored = serde_json::to_string(&file.settings.tripwires[0]).unwrap();
        format!("{wire}\n  {}\n  {stored}\n", said.collect::<String>())
    };
    insta::assert_snapshot!(table.map(read).join(""));
}

#[test]
fn what_means_nothing_is_refused_where_it_stands() {
    let wires = [
        "{ when: denied_ration > 0.5, over: 50 actions, then: safe }",
        "{ when: errors > 5, over: 50 actions, then: safe }",
        "{ when: latency_p100 > 2s, over: 5m, then: safe }",
        "{ when: denied_ratio < 0.5, over: 50 actions, then: safe }",
        "{ when: denied_ratio == 0.5, over: 50 actions, then: safe }",
        "{ when: denied_ratio, over: 50 actions, then: safe }",
        "{ when: denied_ratio > half, over: 50 actions, then: safe }",
        "{ when: denied_ratio > 1, over: 50 actions, then: safe }",
        "{ when: in_doubt > 0.5, over: 5m, then: safe }",
        "{ when: in_doubt >= 0, over: 5m, then: safe }",
        "{ when: in_doubt >= 9, over: 5 actions, then: safe }",
        "{ when: latency_mean > 2, over: 5m, then: safe }",
        "{ when: spend_rate > 3, over: 10m, then: safe }",
        "{ when: spend_rate > 3, over: 50 actions, baseline: 24h, then: safe }",
        "{ when: spend_rate > 3, over: 10m, baseline: 5m, then: safe }",
        "{ when: in_doubt >= 3, over: 10m, baseline: 24h, then: safe }",
        "{ when: in_doubt >= 3, over: 5000 actions, then: safe }",
        "{ when: in_doubt >= 3, over: lately, then: safe }",
        "{ when: in_doubt >= 3, over: 30d, then: safe }",
        "{ when: denied_ratio > 0.5, over: 2 actions, then: safe }",
        "{ when: in_doubt >= 3, over: 10m, then: saef }",
        "{ when: in_doubt >= 3, over: 10m, then: execute }",
        "{ when: in_doubt >= 3, over: 10m }",
        "{ when: in_doubt >= 3, over: 10m, then: safe, to: group:risk }",
        "{ when: in_doubt >= 3, over: 10m, then: safe }, { when: in_doubt >= 3, over: 10m, then: stop }",
        "",
    ];
    let edits = wires.map(|wire| (UNDO, format!("{UNDO}  tripwires: [{wire}]\n")));
    let edits: Vec<(&str, &str)> = edits.iter().map(|(from, to)| (*from, to.as_str())).collect();
    insta::assert_snapshot!(account(&edits, |from, to| compile(&edited(YAML, from, to), POLICY)));
}
