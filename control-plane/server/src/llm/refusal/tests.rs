//! What became of a call that gave no answer, in both shapes.

use axum::body::to_bytes;
use remit_core::{Clause, Decision, Exchange, Finding, Reason};

use super::*;

fn failed(exchange: Exchange, reason: Reason) -> Acted {
    let findings = Clause::ALL.map(|clause| Finding::content(clause, ""));
    Acted {
        action: "act_019cad2f0c307e52b0d16e1f7c4e3b03".parse().unwrap(),
        run: "run_019cad2f0a107c3ea1b2d5e0c4f71a01".parse().unwrap(),
        status: ActionStatus::Failed,
        decision: Decision::join(findings, None),
        outcome: Outcome::Admit,
        reason,
        result: None,
        note: Some("not sent: so".to_owned()),
        exchange,
        pending: None,
        stands_in: None,
    }
}

#[tokio::test]
async fn what_was_withheld_is_refused_with_its_reason_and_what_broke_is_not() {
    let stopped = Exchange { withheld: Some(Reason::Stopped), ..Exchange::default() };
    let table = [
        (failed(stopped, Reason::Stopped), 403, "stopped", "permission_error"),
        (failed(Exchange::default(), Reason::WithinContract), 502, "failed", "api_error"),
    ];
    for (acted, status, code, kind) in table {
        for speaks in [Speaks::OpenAi, Speaks::Anthropic] {
            let response = of_acted(speaks, &acted);
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers()["x-should-retry"], "false");
            let body = to_bytes(response.into_body(), 4_096).await.unwrap();
            let error = &serde_json::from_slice::<Value>(&body).unwrap()["error"];
            assert_eq!((&error["code"], &error["type"]), (&json!(code), &json!(kind)));
            assert!(error["message"].as_str().unwrap().ends_with("(not sent: so)"), "{error}");
        }
    }
}
