//! Malformed policies: one edit of the good ones each, and what people are told.

use super::{POLICY, YAML, account, edited};
use crate::compile;

#[test]
fn malformed_policies() {
    let edits = [
        ("when { context.evidence.order.paid };", "when { context.evidence.order.paid }"),
        ("when { context.evidence.order.paid };", "wenn { context.evidence.order.paid };"),
        ("@id(\"mail\")\n", ""),
        ("@id(\"mail\")", "@id(\"read\")"),
        ("@id(\"mail\")", "@id(\"mail\") @owner(\"ada\")"),
        ("@id(\"mail\")", "@id(\"mail\") @becuase(\"so\")"),
        ("@id(\"mail\")", "@id(\"mail\") @because(\"so\")"),
        ("@id(\"mail\")", "@id(\"mail\") @outcome(\"escalate\")"),
        ("Action::\"mail.send\"", "Action::\"mail.sent\""),
        ("Action::\"mail.send\"", "Tool::\"mail.send\""),
        ("principal == Service::\"shop\"", "principal == Service::\"shopp\""),
        ("principal == Service::\"shop\"", "principal == ?principal"),
        ("principal == Service::\"shop\"", "principal in Team::\"shops\""),
        ("resource == Domain::\"sales\"", "resource is Shop"),
        ("@outcome(\"escalate\")", "@outcome(\"ask\")"),
        ("@quorum(\"2\")", "@quorum(\"none\")"),
        ("@within(\"1h\")", "@within(\"soon\")"),
        ("@to(\"group:eu\")", "@to(\"eu\")"),
        ("@because(\"The EU desk reviews.\")", ""),
    ];
    insta::assert_snapshot!(account(&edits, |from, to| compile(YAML, &edited(POLICY, from, to))));
}

#[test]
fn no_policies_at_all_is_a_contract_that_permits_nothing() {
    assert!(compile(YAML, "").is_ok());
}
