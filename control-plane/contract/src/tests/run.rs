//! What policies know of the run and the face, and that policies of other actions are not even evaluated.

use remit_core::{PolicyVerdict, proposal::Channel};

use super::{POLICY, YAML, account, compiled, edited};
use crate::{
    CompiledContract, RunFacts, compile,
    compiled::tests::{facts, order, proposal, refund},
};

const CONDITION: &str = "context.evidence.order.region == \"EU\"";

fn with_workflows() -> String {
    edited(
        YAML,
        "  escalate:\n",
        "  workflows: { refund: { actions: all }, review: { actions: all } }\n  escalate:\n",
    )
}

#[test]
fn names_of_the_run_are_checked() {
    let edits = [
        (CONDITION, "context.run.workflow == Workflow::\"review\""),
        (CONDITION, "context.run.workflow == Workflow::\"reveiw\""),
        (CONDITION, "context.run.workfow == Workflow::\"review\""),
        (CONDITION, "context.run.workflow == \"review\""),
        (CONDITION, "context.rum.workflow == Workflow::\"review\""),
        (CONDITION, "context.channel == Channel::\"mcp\""),
        (CONDITION, "context.channel == Channel::\"mpc\""),
        (CONDITION, "context.chanel == Channel::\"mcp\""),
        (CONDITION, "context.channel == \"mcp\""),
        (CONDITION, "context.run has started_at"),
    ];
    let yaml = with_workflows();
    insta::assert_snapshot!(account(&edits, |from, to| compile(&yaml, &edited(POLICY, from, to))));
    let without = account(&edits[..1], |from, to| compile(YAML, &edited(POLICY, from, to)));
    assert!(!without.contains("accepted"), "there are no workflows: {without}");
}

/// What the policies say of a refund in such a run, through such a face.
fn verdict(contract: &CompiledContract, workflow: Option<&str>, channel: Channel) -> String {
    let mut proposal = proposal("order.refund", &refund());
    proposal.channel = channel;
    let facts = RunFacts { workflow: workflow.map(Into::into), ..facts(order()) };
    match contract.assess(&proposal, &refund(), &facts).policy {
        PolicyVerdict::Permit { .. } => "permit".to_owned(),
        PolicyVerdict::Escalate { .. } => "escalate".to_owned(),
        PolicyVerdict::Object(objection) => objection.reason.code().to_owned(),
    }
}

#[test]
fn policies_may_tell_runs_and_faces_apart() {
    use Channel::{Grpc, Mcp};
    let table = [
        ("context.run.workflow == Workflow::\"review\"", Some("review"), Grpc, "escalate"),
        ("context.run.workflow == Workflow::\"review\"", Some("refund"), Grpc, "permit"),
        ("context.run.workflow != Workflow::\"review\"", Some("refund"), Mcp, "escalate"),
        // The scope denies it too: where there are workflows, a run without one has no actions.
        ("context.run.workflow != Workflow::\"review\"", None, Mcp, "not_in_workflow"),
        ("context.channel == Channel::\"mcp\"", Some("refund"), Mcp, "escalate"),
        ("context.channel == Channel::\"mcp\"", Some("refund"), Grpc, "permit"),
        // Who does not look at it does not notice.
        (CONDITION, Some("refund"), Mcp, "permit"),
        (CONDITION, None, Grpc, "permit"),
    ];
    for (condition, workflow, channel, expect) in table {
        let contract = compiled(&with_workflows(), &edited(POLICY, CONDITION, condition));
        assert_eq!(verdict(&contract, workflow, channel), expect, "{condition} {workflow:?} {channel:?}");
    }
}

#[test]
fn policies_of_other_actions_are_not_evaluated() {
    // They could not be evaluated, which denies: what happens to mail does not happen to refunds.
    let broken = |action: &str| {
        format!(
            "{POLICY}\n@id(\"broken\") forbid (principal, action == Action::\"{action}\", resource)\nwhen {{ 9223372036854775807 + 1 > 2 }};\n"
        )
    };
    let said = |action: &str| verdict(&compiled(YAML, &broken(action)), None, Channel::Grpc);
    assert_eq!(said("mail.send"), "permit");
    assert_eq!(said("order.refund"), "policy_error");
}
