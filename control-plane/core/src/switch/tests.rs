//! Scopes: their text form and what they cover.

use super::*;

#[test]
fn scope_text() {
    let run = format!("run:run_{}", "0".repeat(32));
    for text in
        ["all", "domain:payments", "service:refund-decision", "tool:refund-decision/payout.create", &run]
    {
        assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
    }
    for bad in ["", "everything", "domain:", "service", "tool:a", "tool:a/", "tool:/b", "run:7", "All"] {
        assert!(bad.parse::<Scope>().is_err(), "{bad}");
    }
}

#[test]
fn coverage() {
    let (domain, service, tool) = ("payments".into(), "refunds".into(), "payout.create".into());
    let run = RunId::new(uuid::Uuid::from_u128(1));
    let whole = Place { domain: &domain, service: &service, tool: None, run: None };
    let place = Place { tool: Some(&tool), run: Some(run), ..whole };
    let run_scope = format!("run:{run}");
    // scope, covers the action, covers the service as a whole
    let table = [
        ("all", true, true),
        ("domain:payments", true, true),
        ("domain:access", false, false),
        ("service:refunds", true, true),
        ("service:other", false, false),
        ("tool:refunds/payout.create", true, false),
        ("tool:refunds/other", false, false),
        ("tool:other/payout.create", false, false),
        (run_scope.as_str(), true, false),
    ];
    for (text, action, service) in table {
        let scope: Scope = text.parse().unwrap();
        assert_eq!((scope.covers(place), scope.covers(whole)), (action, service), "{text}");
    }
}
