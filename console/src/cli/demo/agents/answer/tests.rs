//! Answers are read alike, and each reason is met as its hint asks.

use std::time::Duration;

use serde_json::json;

use super::{Answer, Reaction, Refusal, read};

#[test]
fn answers_without_a_result_are_told_apart() {
    let held = read(&json!({ "outcome": "pending", "action": "act_1", "retry_after_ms": 900 }));
    assert_eq!(held, Answer::Held { action: "act_1".to_owned(), wait: Duration::from_millis(900) });
    let said = json!({ "outcome": "deny", "reason": "no_permit", "hint": "Hand it over." });
    let refusal = Refusal {
        outcome: "deny".to_owned(),
        reason: "no_permit".to_owned(),
        hint: "Hand it over.".to_owned(),
        wait: None,
    };
    assert_eq!(read(&said), Answer::Refused(refusal));
    assert_eq!(read(&json!({ "outcome": "in_doubt" })), Answer::Unsettled { status: "in_doubt".to_owned() });
    assert_eq!(read(&json!({})), Answer::Unsettled { status: String::new() });
}

#[test]
fn waits_are_bounded() {
    for (said, expected) in [(json!(0), 50), (json!(60_000), 2_000), (json!(null), 500)] {
        let held = Answer::Held { action: String::new(), wait: Duration::from_millis(expected) };
        assert_eq!(read(&json!({ "outcome": "pending", "retry_after_ms": said })), held);
    }
}

#[test]
fn each_reason_is_met_as_its_hint_asks() {
    let cases = [
        ("deny", "evidence_missing", Reaction::ReadAgain),
        ("deny", "evidence_stale", Reaction::ReadAgain),
        ("deny", "evidence_conflict", Reaction::Correct),
        ("deny", "origin_unknown", Reaction::Correct),
        ("deny", "parameters_invalid", Reaction::Correct),
        ("throttle", "rate_exceeded", Reaction::Wait(Duration::from_millis(120))),
        ("deny", "tool_calls_exhausted", Reaction::HandOver),
        ("deny", "spend_exhausted", Reaction::End),
        ("stop", "loop_detected", Reaction::End),
        ("deny", "stopped", Reaction::End),
        ("deny", "above_ceiling", Reaction::HandOver),
        ("deny", "forbidden_action", Reaction::HandOver),
        ("deny", "no_permit", Reaction::HandOver),
        ("deny", "escalation_denied", Reaction::HandOver),
        ("deny", "effect_taken", Reaction::HandOver),
        ("deny", "of_a_newer_control_plane", Reaction::HandOver),
        ("stop", "of_a_newer_control_plane", Reaction::End),
    ];
    for (outcome, reason, expected) in cases {
        let refusal = Refusal {
            outcome: outcome.to_owned(),
            reason: reason.to_owned(),
            hint: String::new(),
            wait: Some(Duration::from_millis(120)),
        };
        assert_eq!(refusal.reaction(), expected, "{reason}");
    }
}

#[test]
fn every_reason_of_the_control_plane_ends_the_work_or_leads_somewhere() {
    for reason in remit_core::Reason::ALL {
        let refusal = Refusal {
            outcome: "deny".to_owned(),
            reason: reason.code().to_owned(),
            hint: String::new(),
            wait: None,
        };
        // An agent that corrects or reads again does so a few times only; nothing else goes on.
        let goes_on =
            matches!(refusal.reaction(), Reaction::ReadAgain | Reaction::Correct | Reaction::Wait(_));
        let may = ["evidence_", "origin_unknown", "parameters_invalid", "rate_exceeded"];
        assert!(!goes_on || may.iter().any(|prefix| reason.code().starts_with(prefix)), "{reason}");
    }
}
